//! Differences of any two measures of any two variants, as claims about them need.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Difference;
use super::variant::Measures;

/// A measure minus `factor` times another, each of one of the compared variants.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    left: Term,
    factor: f64,
    right: Term,
}

/// A measure of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// Number of the variant, from 1.
    variant: usize,
    /// Name of the measure.
    measure: String,
}

/// A contrast and its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contrasted {
    /// The contrast, as it was requested.
    pub contrast: String,
    /// Its value; `None` if one of its measures is not defined.
    pub difference: Option<Difference>,
}

/// Where the measures of a contrast are: variant and measure, from 0.
pub(super) struct Places {
    left: (usize, usize),
    factor: f64,
    right: (usize, usize),
}

impl Contrast {
    /// The names of its two measures.
    pub fn measures(&self) -> [&str; 2] {
        [&self.left.measure, &self.right.measure]
    }

    /// Where its measures are among those of the variants; `None` if one does not exist.
    pub(super) fn places(&self, measures: &[Measures<'_>]) -> Option<Places> {
        let place = |term: &Term| {
            let variant = term.variant.checked_sub(1)?;
            let mut names = measures.get(variant)?.names.iter();
            let measure = names.position(|(_, name)| *name == term.measure)?;
            Some((variant, measure))
        };
        Some(Places {
            left: place(&self.left)?,
            factor: self.factor,
            right: place(&self.right)?,
        })
    }

    /// With its value.
    pub(super) fn with(&self, difference: Option<Difference>) -> Contrasted {
        Contrasted {
            contrast: self.to_string(),
            difference,
        }
    }
}

impl Places {
    /// The contrast's value, from the `means` of the measures of each variant.
    pub(super) fn value(&self, means: &[Vec<Option<f64>>]) -> Option<f64> {
        let of = |(variant, measure): (usize, usize)| means[variant][measure];
        Some(of(self.left)? - self.factor * of(self.right)?)
    }
}

impl FromStr for Contrast {
    type Err = String;

    /// Reads `2:accuracy - 0.5 * 1:accuracy`; without a factor it is 1.
    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || {
            format!(
                "{text:?} is not a contrast; write one such as \"2:spill/all - 0.5 * 1:spill/all\", with the numbers of variants before their measures"
            )
        };
        let term = |text: &str| {
            let (variant, measure) = text.trim().split_once(':')?;
            let measure = measure.to_owned();
            let variant = variant.parse().ok().filter(|&variant| variant > 0)?;
            (!measure.is_empty()).then_some(Term { variant, measure })
        };
        let (left, rest) = text.split_once(" - ").ok_or_else(problem)?;
        let (factor, right) = match rest.split_once('*') {
            None => (Some(1.0), rest),
            Some((factor, right)) => (factor.trim().parse().ok(), right),
        };
        Ok(Self {
            left: term(left).ok_or_else(problem)?,
            factor: factor
                .filter(|factor: &f64| factor.is_finite())
                .ok_or_else(problem)?,
            right: term(right).ok_or_else(problem)?,
        })
    }
}

impl Display for Contrast {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self {
            left,
            factor,
            right,
        } = self;
        write!(f, "{left} - ")?;
        if *factor != 1.0 {
            write!(f, "{factor} * ")?;
        }
        write!(f, "{right}")
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.variant, self.measure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrasts_are_read_as_they_are_written() {
        for text in ["2:accuracy - 1:accuracy", "1:fall/a/32 - 5 * 1:fall/b/32"] {
            let contrast: Contrast = text.parse().unwrap();
            assert_eq!(contrast.to_string(), text);
        }
        let half: Contrast = "2:spill/all - 0.5*1:spill/all".parse().unwrap();
        assert_eq!((half.factor, half.right.variant), (0.5, 1));
        for wrong in [
            "",
            "accuracy",
            "2:a",
            "2:a - b",
            "0:a - 1:a",
            "2:a - x * 1:a",
            "2: - 1:a",
        ] {
            assert!(wrong.parse::<Contrast>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_value_by_hand() {
        let places = Places {
            left: (1, 0),
            factor: 0.5,
            right: (0, 1),
        };
        let means = [vec![Some(9.0), Some(4.0)], vec![Some(3.0)]];
        assert_eq!(places.value(&means), Some(1.0));
        assert_eq!(
            places.value(&[vec![Some(9.0), None], vec![Some(3.0)]]),
            None
        );
    }
}
