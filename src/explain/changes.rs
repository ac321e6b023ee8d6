//! What a person switches off or turns up in a model for one text, to see what follows (method §4.7).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Parts of the last block with the strength that they are given, and words that are kept out.
///
/// As text, parts are separated by commas or blanks: `neuron:12` and `head:3` are off, `neuron:12=1.5` says half
/// as much again, `word:2` has its gate closed. Neurons, heads and words are counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Changes {
    /// Neurons of the last block, with the factor of what each says: 0 is off, 1 leaves it as it is.
    pub neurons: BTreeMap<usize, f32>,
    /// Heads of the last block, with the factor of what each passes on.
    pub heads: BTreeMap<usize, f32>,
    /// Words of those that are read whose gate is closed.
    pub words: BTreeSet<usize>,
}

/// Most that a part can be turned up.
const STRONGEST: f32 = 3.0;

impl Changes {
    /// No changes.
    pub const NONE: Self = Self {
        neurons: BTreeMap::new(),
        heads: BTreeMap::new(),
        words: BTreeSet::new(),
    };

    /// Whether nothing but neurons is changed.
    pub fn is_of_neurons(&self) -> bool {
        self.heads.is_empty() && self.words.is_empty()
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.neurons.is_empty() && self.heads.is_empty() && self.words.is_empty()
    }

    fn add(&mut self, part: &str) -> Result<(), String> {
        let (name, value) = part.split_once('=').unwrap_or((part, "0"));
        let (kind, number) = name.split_once(':').unwrap_or((name, ""));
        let number: usize = number.parse().map_err(|_| refusal(part))?;
        let strength = value
            .parse()
            .ok()
            .filter(|strength| (0.0..=STRONGEST).contains(strength));
        match (kind, strength) {
            ("neuron", Some(strength)) => self.neurons.insert(number, strength),
            ("head", Some(strength)) => self.heads.insert(number, strength),
            ("word", Some(_)) if !part.contains('=') => {
                self.words.insert(number);
                None
            }
            _ => return Err(refusal(part)),
        };
        Ok(())
    }
}

fn refusal(part: &str) -> String {
    format!(
        "{part:?} is not a part: name neuron:N, head:N or word:N, counted from 0; a neuron or head may be given a strength from 0 to {STRONGEST}, such as neuron:12=1.5"
    )
}

impl FromStr for Changes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut changes = Self::default();
        let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
        for part in parts {
            changes.add(part)?;
        }
        Ok(changes)
    }
}

/// As [`FromStr`] reads it.
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = |name: &'static str, parts: &BTreeMap<usize, f32>| -> Vec<String> {
            let parts = parts.iter().map(|(number, &strength)| match strength {
                0.0 => format!("{name}:{number}"),
                _ => format!("{name}:{number}={strength}"),
            });
            parts.collect()
        };
        let words = self.words.iter().map(|word| format!("word:{word}"));
        let all = [
            given("neuron", &self.neurons),
            given("head", &self.heads),
            words.collect(),
        ];
        f.write_str(&all.concat().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = "neuron:3 neuron:12=1.5 head:0=0.25 head:7 word:2";
        let changes: Changes = text.parse().unwrap();
        assert_eq!(changes.to_string(), text);
        assert_eq!(changes.neurons, [(3, 0.0), (12, 1.5)].into());
        assert_eq!(
            "word:2,,head:7  neuron:12=1.50,head:0=.25 neuron:3=0".parse(),
            Ok(changes)
        );
        assert!("".parse::<Changes>().unwrap().is_empty());
    }

    #[test]
    fn what_is_no_part_is_refused_with_what_is_one() {
        for wrong in [
            "neuron",
            "neuron:",
            "neuron:-1",
            "neuron:1=",
            "neuron:1=4",
            "neuron:1=nan",
            "head:x",
            "word:1=0",
            "layer:1",
            "12",
        ] {
            let error = wrong.parse::<Changes>().unwrap_err();
            assert!(error.contains(wrong) && error.contains("word:N"), "{error}");
        }
    }
}
