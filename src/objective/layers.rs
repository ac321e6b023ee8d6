//! The blocks at which the losses look.

use std::fmt::{Display, Formatter};

use serde::{Deserialize, Serialize};

/// The blocks at which the losses look (method §3.3); in files the first is number 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Layers {
    /// The last.
    Last,
    /// All of them.
    All,
    /// Those whose bits are set, the lowest for the first.
    Listed(u64),
}

/// As it stands in a file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Named(String),
    Listed(Vec<u32>),
}

const RULE: &str =
    "layers must be \"last\", \"all\", or a list of their numbers from 1 to 64, such as [1, 3]";

impl TryFrom<Written> for Layers {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Named(name) if name == "last" => Ok(Self::Last),
            Written::Named(name) if name == "all" => Ok(Self::All),
            Written::Listed(layers) if !layers.is_empty() => {
                let bit = |layer: u32| 1u64.checked_shl(layer.checked_sub(1)?);
                let bits = layers.into_iter().map(bit);
                let bits = bits.collect::<Option<Vec<u64>>>().ok_or(RULE)?;
                Ok(Self::Listed(bits.into_iter().fold(0, |all, bit| all | bit)))
            }
            _ => Err(RULE),
        }
    }
}

impl From<Layers> for Written {
    fn from(layers: Layers) -> Self {
        match layers {
            Layers::Last | Layers::All => Self::Named(layers.to_string()),
            Layers::Listed(bits) => Self::Listed(numbers(bits).collect()),
        }
    }
}

impl Layers {
    /// Those of a model of `count` blocks, in order, the first as 0.
    pub fn of(self, count: usize) -> Vec<usize> {
        match self {
            Self::Last => vec![count - 1],
            Self::All => (0..count).collect(),
            Self::Listed(bits) => numbers(bits).map(|number| number as usize - 1).collect(),
        }
    }
}

/// The numbers of those whose bits are set, from 1.
fn numbers(bits: u64) -> impl Iterator<Item = u32> {
    (1..=u64::BITS).filter(move |number| bits & (1 << (number - 1)) != 0)
}

impl Display for Layers {
    /// As in files.
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::All => f.write_str("all"),
            Self::Listed(bits) => {
                let layers: Vec<String> = numbers(*bits).map(|number| number.to_string()).collect();
                write!(f, "[{}]", layers.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_read_as_they_are_written() {
        for (written, layers, of_three) in [
            ("\"last\"", Layers::Last, vec![2]),
            ("\"all\"", Layers::All, vec![0, 1, 2]),
            ("[1,3]", Layers::Listed(0b101), vec![0, 2]),
        ] {
            assert_eq!(serde_json::from_str::<Layers>(written).unwrap(), layers);
            assert_eq!(serde_json::to_string(&layers).unwrap(), written);
            assert_eq!(layers.of(3), of_three);
        }
    }

    #[test]
    fn what_is_no_choice_of_layers_is_refused_with_the_rule() {
        for wrong in ["\"first\"", "[]", "[0]", "[65]"] {
            let error = serde_json::from_str::<Layers>(wrong).unwrap_err();
            assert!(error.to_string().contains(RULE), "{error}");
        }
    }
}
