//! Objectives as earlier versions wrote them into cards and checkpoints: a choice's name was among
//! its options, as `kind`, simpler penalties were `controls`, and forms that came later were not named.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Map, Value};

use super::Objective;

/// Reads an objective of this version or of an earlier one.
pub(crate) fn any<'de, D: Deserializer<'de>>(value: D) -> Result<Objective, D::Error> {
    read(Value::deserialize(value)?).map_err(Error::custom)
}

/// The same if there may be none.
pub(crate) fn any_or_none<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<Objective>, D::Error> {
    let value = Option::<Value>::deserialize(value)?;
    value.map(read).transpose().map_err(Error::custom)
}

fn read(mut objective: Value) -> serde_json::Result<Objective> {
    let family = objective.get_mut("family");
    if let Some(family) = family.filter(|family| family.get("kind").is_some()) {
        bring_up(family);
    }
    if let Some(keys) = objective.as_object_mut()
        && let Some(penalties) = keys.remove("controls")
    {
        keys.insert("penalties".to_owned(), penalties);
    }
    Objective::deserialize(objective)
}

/// Writes a family as this version does.
fn bring_up(family: &mut Value) {
    if let Some(options) = family.as_object_mut()
        && let Some(guard) = options.get_mut("guard")
    {
        name(guard);
        let first = [
            ("apart", Value::from("important")),
            ("gate_given", Value::from(false)),
            ("pairs", Value::from("attended")),
        ];
        for (key, form) in first {
            options.entry(key).or_insert(form);
        }
    }
    name(family);
}

/// From `{"kind": NAME, …}` to `{NAME: {…}}`, or to NAME if that is all.
fn name(choice: &mut Value) {
    let Some(options) = choice.as_object_mut() else {
        return;
    };
    if let Some(Value::String(kind)) = options.remove("kind") {
        let options = std::mem::take(options);
        *choice = match options.is_empty() {
            true => Value::String(kind),
            false => Value::Object(Map::from_iter([(kind, Value::Object(options))])),
        };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::objective::{
        Apart, Family, GateGuard, Overlap, Pairs, Penalties, RateOf, ScaleFree, Space, Weight,
    };

    /// As cards were written before there were files of losses.
    #[test]
    fn objectives_of_earlier_versions_are_read() {
        let controls = json!({"embedding_l2": 0.0, "neuron_l1": 0.25});
        let objective = |family: Value| {
            json!({
                "family": family, "lambda_importance": 1.0, "lambda_interaction": 0.5,
                "controls": controls,
            })
        };
        let published = read(objective(json!({"kind": "published"}))).unwrap();
        assert_eq!(published.family, Family::Published);
        assert_eq!(published.penalties.neuron_l1, 0.25);
        assert_eq!(published.penalties.evidence_l1, 0.0);

        let whole = json!({
            "kind": "scale-free", "space": "mlp",
            "guard": {"kind": "rate", "rho": 0.5, "weight": 10.0}, "rate_of": "batch",
            "apart": "all", "gate_given": true, "pairs": "contrasted",
        });
        let expected = ScaleFree {
            space: Space::Mlp,
            layers: None,
            guard: GateGuard::Rate {
                rho: 0.5,
                weight: 10.0,
            },
            rate_of: RateOf::Batch,
            apart: Apart::All,
            overlap: Overlap::Cosine,
            weight: Weight::Gate,
            gate_given: true,
            pairs: Pairs::Contrasted,
            winners: None,
        };
        let whole = read(objective(whole)).unwrap();
        assert_eq!(whole.family, Family::ScaleFree(expected));

        // Before there were simpler penalties, or forms other than the first.
        let first = json!({
            "family": {"kind": "scale-free", "space": "embedding", "guard": {"kind": "none"}},
            "lambda_importance": 1.0, "lambda_interaction": 0.5,
        });
        let expected = ScaleFree {
            space: Space::Embedding,
            layers: None,
            guard: GateGuard::None,
            rate_of: RateOf::Text,
            apart: Apart::Important,
            overlap: Overlap::Cosine,
            weight: Weight::Gate,
            gate_given: false,
            pairs: Pairs::Attended,
            winners: None,
        };
        let first = read(first).unwrap();
        assert_eq!(first.family, Family::ScaleFree(expected));
        assert_eq!(first.penalties, Penalties::default());
    }

    #[test]
    fn an_objective_of_this_version_is_read_as_it_is_written() {
        for objective in [
            Objective::new(Family::Published, 1.0, 128.0),
            Objective::new(Family::ScaleFree(ScaleFree::PLAIN), 0.1, 0.0),
        ] {
            let written = serde_json::to_value(objective).unwrap();
            assert_eq!(read(written).unwrap(), objective);
        }
        let mut wrong = serde_json::to_value(Objective::new(Family::Published, 1.0, 1.0)).unwrap();
        wrong["lambda_importance"] = json!(-1.0);
        let error = read(wrong).unwrap_err().to_string();
        assert!(error.contains("a number of 0 or more"), "{error}");
    }
}
