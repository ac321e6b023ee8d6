//! The groups in which measures are chosen and shown.

use std::fmt::{Display, Formatter};

use serde::{Deserialize, Serialize};

/// A group of measures of method §5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// How right the classes are, and how sure of itself the model is. Costs nothing, so it is
    /// always measured.
    Prediction,
    /// What the objective weighs in addition to the cross-entropy.
    Losses,
    /// Redistribution score and its parts.
    Redistribution,
    /// Capacity, allocation, polysemanticity and sharing, averaged.
    Neurons,
    /// Whether the representation collapses.
    Collapse,
    /// Whether the words that the gate keeps, or that contribute most to the prediction, are those that
    /// people marked, and whether they are the same.
    Plausibility,
    /// Whether the words that rankings call important are those that the prediction rests on.
    /// Takes hundreds of passes per text.
    Faithfulness,
    /// What happens to the prediction without the neurons of important words. Takes ten passes per
    /// text.
    Intervention,
    /// Whether what a word's neurons decide is what is lost without them, and what is lost without any. Takes two
    /// passes per word.
    Knockout,
}

impl Section {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 9] = [
        Self::Prediction,
        Self::Losses,
        Self::Redistribution,
        Self::Neurons,
        Self::Collapse,
        Self::Plausibility,
        Self::Faithfulness,
        Self::Intervention,
        Self::Knockout,
    ];

    /// Those that need one pass per text: they come before those that need more.
    pub const ONE_PASS: &[Self] = Self::ALL.split_at(Self::Faithfulness as usize).0;

    /// Its name in options, files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prediction => "prediction",
            Self::Losses => "losses",
            Self::Redistribution => "redistribution",
            Self::Neurons => "neurons",
            Self::Collapse => "collapse",
            Self::Plausibility => "plausibility",
            Self::Faithfulness => "faithfulness",
            Self::Intervention => "intervention",
            Self::Knockout => "knockout",
        }
    }
}

impl Display for Section {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_one_name_in_tables_and_files() {
        for section in Section::ALL {
            let json = serde_json::to_string(&section).unwrap();
            assert_eq!(json, format!("\"{section}\""));
        }
        assert!(Section::ALL.is_sorted(), "as tables sort them");
    }
}
