//! The groups in which measures are chosen and shown.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A group of measures of method §5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// How right the classes are, and how sure of itself the model is. Costs nothing, so it is
    /// always measured.
    Prediction,
    /// Redistribution score and its parts.
    Redistribution,
    /// Capacity, allocation, polysemanticity and sharing, averaged.
    Neurons,
    /// Whether the representation collapses.
    Collapse,
    /// Whether kept words are those that people marked.
    Plausibility,
    /// Whether the words that rankings call important are those that the prediction rests on.
    /// Takes hundreds of passes a text.
    Faithfulness,
    /// What becomes of the prediction without the neurons of important words. Takes ten passes a
    /// text.
    Intervention,
}

impl Section {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 7] = [
        Self::Prediction,
        Self::Redistribution,
        Self::Neurons,
        Self::Collapse,
        Self::Plausibility,
        Self::Faithfulness,
        Self::Intervention,
    ];

    /// Those that one pass a text gives.
    pub const ONE_PASS: [Self; 5] = [
        Self::Prediction,
        Self::Redistribution,
        Self::Neurons,
        Self::Collapse,
        Self::Plausibility,
    ];

    /// Its name in options, files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prediction => "prediction",
            Self::Redistribution => "redistribution",
            Self::Neurons => "neurons",
            Self::Collapse => "collapse",
            Self::Plausibility => "plausibility",
            Self::Faithfulness => "faithfulness",
            Self::Intervention => "intervention",
        }
    }
}

impl Display for Section {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Section {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|section| section.name() == name);
        named.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there are no measures named {name}; choose from {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_by_the_names_they_are_written_with() {
        for section in Section::ALL {
            assert_eq!(section.to_string().parse(), Ok(section));
            let json = serde_json::to_string(&section).unwrap();
            assert_eq!(json, format!("\"{section}\""));
        }
        let error = "colapse".parse::<Section>().unwrap_err();
        assert!(error.contains("collapse, plausibility"), "{error}");
    }
}
