//! Files in which each key is explained, by name or as a person writes them.

use serde::de::DeserializeOwned;

/// Name and text of each file of a folder.
macro_rules! files {
    ($folder:literal: $($name:literal)+) => {
        &[$(($name, include_str!(concat!($folder, "/", $name, ".toml")))),+]
    };
}

/// What preset files describe.
pub trait Preset: DeserializeOwned {
    /// What one of them is.
    const WHAT: &'static str;
    /// Name and text of each that the program holds.
    const ALL: &'static [(&'static str, &'static str)];

    /// Checks what does not concern a single key.
    ///
    /// # Errors
    /// Says what does not fit together.
    fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }

    /// The one of that name.
    fn named(name: &str) -> Option<Self> {
        let (_, text) = Self::ALL.iter().find(|(known, _)| *known == name)?;
        Some(Self::parse(text).expect("tests read all of them"))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Says which line and key is wrong, and what is allowed there.
    fn parse(text: &str) -> Result<Self, PresetError> {
        let preset: Self = toml::from_str(text).map_err(PresetError::Toml)?;
        preset.check().map_err(PresetError::Unfit)?;
        Ok(preset)
    }
}

/// A file that is not a preset.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// A key or a value is wrong.
    #[error("{}", .0.to_string().trim_end())]
    Toml(toml::de::Error),
    /// Values do not fit together.
    #[error("{0}")]
    Unfit(&'static str),
}

pub(super) use files;

/// Names of the presets of a kind, for people.
pub fn names<P: Preset>() -> String {
    let names: Vec<&str> = P::ALL.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::Objective;
    use crate::presets::{Recipe, Start};

    /// Keys of a TOML file that no comment stands above.
    fn unexplained(text: &str) -> Vec<&str> {
        let lines: Vec<&str> = text.lines().collect();
        let pairs = lines.windows(2);
        let bare = pairs.filter(|pair| {
            let says = !pair[1].is_empty() && !pair[1].starts_with('#');
            says && !pair[0].starts_with('#')
        });
        bare.map(|pair| pair[1]).collect()
    }

    fn explained<P: Preset>() {
        for (name, text) in P::ALL {
            assert!(text.starts_with("# "), "{name} does not say what it is");
            assert_eq!(unexplained(text), Vec::<&str>::new(), "{name}");
        }
    }

    #[test]
    fn every_preset_is_read_and_each_key_explained() {
        for (name, text) in Objective::ALL {
            Objective::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        for (name, text) in Recipe::ALL {
            let recipe = Recipe::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            if let Start::After(after) = recipe.start {
                let first = Recipe::named(&after.recipe).expect(name);
                assert!(matches!(first.start, Start::Fresh(_)), "{name}");
                assert!(Objective::named(&after.losses).is_some(), "{name}");
            }
        }
        explained::<Objective>();
        explained::<Recipe>();
        assert_eq!(
            unexplained("# a\n\nb = 1\n# c\nd = 1\ne = 1"),
            ["b = 1", "e = 1"]
        );
    }

    #[track_caller]
    fn refused<P: Preset>(name: &str, from: &str, to: &str, says: &[&str]) {
        let (_, text) = P::ALL.iter().find(|(known, _)| *known == name).unwrap();
        assert!(text.contains(from), "{from}");
        let error = match P::parse(&text.replace(from, to)) {
            Ok(_) => panic!("{to} was taken"),
            Err(error) => error.to_string(),
        };
        for says in says {
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_what_may_stand_there() {
        let losses = refused::<Objective>;
        losses(
            "safr",
            "space = \"evidence\"",
            "space = \"evidense\"",
            &[
                "space = \"evidense\"",
                "line 14",
                "`mlp`",
                "`evidence`",
                "`embedding`",
            ],
        );
        losses(
            "safr",
            "gate_given = true",
            "",
            &["missing field `gate_given`"],
        );
        losses(
            "safr",
            "gate_given",
            "gate",
            &["gate = true", "`gate_given`"],
        );
        losses(
            "safr",
            "= 1.0\n",
            "= -1.0\n",
            &["lambda_importance = -1.0", "0 or more"],
        );
        losses(
            "safr",
            "beta = 1.0",
            "beta = nan",
            &["beta = nan", "0 or more"],
        );
        losses(
            "safr",
            "beta",
            "rho",
            &["rho = 1.0", "available keys: beta"],
        );
        losses(
            "safr",
            "{ entropy = { beta = 1.0 } }",
            "\"open\"",
            &["`rate`", "`none`"],
        );
        losses(
            "safr",
            "space = \"evidence\"",
            "space = \"embedding\"",
            &["needs space"],
        );
        losses(
            "safr",
            "correlated = 0.6",
            "correlation = 0.6",
            &["correlation = 0.6", "`correlated`"],
        );
        losses(
            "safr-dense",
            "space = \"evidence\"",
            "space = \"embedding\"",
            &["contrasted", "needs space"],
        );
        losses(
            "safr",
            "\"gate\"",
            "\"gates\"",
            &["weight = \"gates\"", "`gate`", "`evidence`", "`even`"],
        );
        losses(
            "l1",
            "evidence_l1 = 0.1",
            "evidence_l1 = -1.0",
            &["evidence_l1 = -1.0", "0 or more"],
        );
        losses(
            "safr-dense",
            "{ entropy = { beta = 1.0 } }",
            "{ rate = { rho = 1, weight = 10.0 } }",
            &["rho = 1", "less than 1"],
        );
        losses(
            "published",
            "\"published\"",
            "\"plain\"",
            &["`published`", "`scale-free`"],
        );
        losses(
            "l1",
            "neuron_l1",
            "neuron_l3",
            &["neuron_l3", "`neuron_l1`"],
        );
        let recipe = refused::<Recipe>;
        recipe(
            "sst2",
            "ramp = 0.5",
            "ramp = 2",
            &["ramp = 2", "between 0 and 1"],
        );
        recipe(
            "sst2",
            "batch_size = 32",
            "batch_size = 0",
            &["batch_size = 0", "1 or more"],
        );
        recipe(
            "sst2",
            "\"sentences\"",
            "\"words\"",
            &["`sentences`", "`phrases`"],
        );
        recipe("sst2", "patience", "patients", &["patients", "`patience`"]);
        recipe(
            "csv",
            "dropout = 0.3",
            "dropout = 1",
            &["dropout = 1", "less than 1"],
        );
        recipe("csv", "d_model", "width", &["width = 256", "`d_model`"]);
        recipe(
            "csv",
            "[start.fresh]",
            "[start.new]",
            &["`fresh`", "`after`"],
        );
    }
}
