//! Which measures a table shows, and in which order.

use clap::Args;

use crate::evaluate::{Comparison, Report, Section};

/// All measures except the points of curves, section by section, unless some are named.
#[derive(Args, Clone, Debug)]
pub(super) struct Chosen {
    /// Show only these measures, in this order
    ///
    /// Names, such as accuracy, or beginnings of names, such as score/neurons or the section collapse.
    #[arg(long = "only", value_name = "NAME,…", value_delimiter = ',')]
    names: Vec<String>,
    /// Digits after the decimal point
    #[arg(long, value_name = "N", default_value_t = DIGITS)]
    digits: u8,
}

/// Enough to distinguish two models on a thousand texts.
const DIGITS: u8 = 4;

impl Default for Chosen {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            digits: DIGITS,
        }
    }
}

impl Chosen {
    /// Digits after the decimal point.
    pub(super) fn digits(&self) -> usize {
        self.digits.into()
    }

    /// Where a measure is in a table; `None`: nowhere.
    pub(super) fn place(&self, section: Section, name: &str) -> Option<usize> {
        if self.names.is_empty() {
            return (!is_detail(name)).then_some(section as usize);
        }
        let whole = format!("{section}/{name}");
        let begins = |text: &str, with: &str| {
            let rest = text.strip_prefix(with);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let covers = |chosen: &String| begins(name, chosen) || begins(&whole, chosen);
        self.names.iter().position(covers)
    }

    /// These measures, and others by their names.
    pub(super) fn and<'a>(&self, others: impl Iterator<Item = &'a str>) -> Self {
        let mut names = self.names.clone();
        if !names.is_empty() {
            for other in others.map(str::to_owned) {
                if !names.contains(&other) {
                    names.push(other);
                }
            }
        }
        Self { names, ..*self }
    }

    /// Removes from `reports` what is not chosen, so that it is not compared either.
    ///
    /// # Errors
    /// If a name is in none of them.
    pub(super) fn limit(&self, reports: &mut [Report]) -> anyhow::Result<()> {
        if self.names.is_empty() {
            return Ok(());
        }
        let mut found = vec![false; self.names.len()];
        for report in reports {
            let place = |section, name: &str| self.place(section, name);
            let of_texts = &mut report.per_text.columns;
            of_texts.retain(|column| place(column.section, &column.name).is_some());
            report.measures.retain(|measure| {
                let place = place(measure.section, &measure.name);
                place.inspect(|&place| found[place] = true).is_some()
            });
        }
        let missing = self.names.iter().zip(found).find(|(_, found)| !found);
        match missing {
            Some((name, _)) => anyhow::bail!(
                "no measure of these reports is named {name} or begins with {name}/; leave out --only to see their names"
            ),
            None => Ok(()),
        }
    }

    /// The measures of a comparison that a table shows, in its order.
    pub(super) fn of<'a>(&self, comparison: &'a Comparison) -> Vec<(Section, &'a str)> {
        let mut names: Vec<(usize, Section, &str)> = Vec::new();
        for measure in comparison.variants.iter().flat_map(|v| &v.measures) {
            if let Some(place) = self.place(measure.section, &measure.name) {
                let name = (place, measure.section, measure.name.as_str());
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.sort_by_key(|name| name.0);
        names
            .into_iter()
            .map(|(_, section, name)| (section, name))
            .collect()
    }
}

/// Whether a measure is one point of a curve, such as `post_hoc_accuracy_3/keep/delete`; there are
/// hundreds of them, for JSON's readers.
fn is_detail(name: &str) -> bool {
    let measure = name.split('/').next().unwrap_or_default();
    let point = measure.rsplit_once('_').map(|(_, point)| point);
    point.is_some_and(|point| point.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_curves_are_details() {
        assert!(is_detail("comprehensiveness_50/keep/delete"));
        for name in [
            "macro_f1",
            "f1/keep/treebank",
            "fall/random/8",
            "aopc/keep/delete",
        ] {
            assert!(!is_detail(name), "{name}");
        }
    }

    #[test]
    fn names_and_their_beginnings_choose_and_order() {
        let chosen = Chosen {
            names: [
                "score/neurons",
                "collapse",
                "accuracy",
                "post_hoc_accuracy_3",
            ]
            .map(str::to_owned)
            .into(),
            ..Chosen::default()
        };
        for (section, name, place) in [
            (Section::Redistribution, "score/neurons/own/top", Some(0)),
            (Section::Redistribution, "score/neurons", Some(0)),
            (Section::Redistribution, "score/embeddings/own/top", None),
            (Section::Collapse, "word_keep", Some(1)),
            (Section::Prediction, "accuracy", Some(2)),
            (
                Section::Faithfulness,
                "post_hoc_accuracy_3/keep/delete",
                Some(3),
            ),
            (
                Section::Faithfulness,
                "post_hoc_accuracy_30/keep/delete",
                None,
            ),
        ] {
            assert_eq!(chosen.place(section, name), place, "{name}");
        }
        let all = Chosen::default();
        assert!(all.place(Section::Prediction, "accuracy") < all.place(Section::Collapse, "norm"));
        assert_eq!(
            all.place(Section::Faithfulness, "sufficiency_1/keep/delete"),
            None
        );
    }
}
