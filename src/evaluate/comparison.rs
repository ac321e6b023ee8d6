//! The result of a comparison of variants on the same texts.

use serde::{Deserialize, Serialize};

use super::contrast::Contrasted;
use super::{DataSet, Difference, Interval, Section, Summary};

/// Version of the [`Comparison`] format; raised when a field changes its meaning.
pub const COMPARISON_VERSION: u32 = 4;

/// Variants measured on the same texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`COMPARISON_VERSION`] of the writer.
    pub version: u32,
    /// The texts.
    pub data: DataSet,
    /// Bootstrap resamples of the texts and the runs.
    pub resamples: usize,
    /// Seed of the resamples.
    pub seed: u64,
    /// The variants; the first is what the others are compared with.
    pub variants: Vec<Compared>,
    /// Other differences that were requested.
    pub contrasts: Vec<Contrasted>,
}

/// One variant of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Its name for people.
    pub name: String,
    /// Ids of its models, one per run.
    pub runs: Vec<String>,
    /// Its measures.
    pub measures: Vec<Summary>,
    /// Bootstrap interval of each measure's mean; `None` if a run does not have it.
    pub intervals: Vec<Option<Interval>>,
    /// The difference of each measure from the first variant's; `None` if one of the two does not
    /// have it.
    pub differences: Vec<Option<Difference>>,
}

impl Compared {
    /// A measure and its difference from the first variant's; `None` if the variant does not have it.
    pub fn find(&self, section: Section, name: &str) -> Option<(&Summary, Option<&Difference>)> {
        let mut measures = self.measures.iter().zip(&self.differences);
        let (measure, difference) =
            measures.find(|(measure, _)| measure.section == section && measure.name == name)?;
        Some((measure, difference.as_ref()))
    }
}

impl Comparison {
    /// The comparison, if all its numbers are finite.
    ///
    /// # Errors
    /// Names the first measure or contrast of which one is not.
    pub(super) fn finite(self) -> Result<Self, CompareError> {
        let of_variants = self.variants.iter().find_map(|variant| {
            let measure = variant.not_finite()?;
            Some(format!("{measure} of {}", variant.name))
        });
        let mut contrasts = self.contrasts.iter();
        let contrast = contrasts.find(|contrast| !contrast.difference.is_none_or(is_finite));
        match of_variants.or(contrast.map(|contrast| contrast.contrast.clone())) {
            Some(number) => Err(CompareError::NotFinite(number)),
            None => Ok(self),
        }
    }
}

impl Compared {
    /// The first measure of which a number is not finite.
    fn not_finite(&self) -> Option<&str> {
        let compared = self.intervals.iter().zip(&self.differences);
        let mut all = self.measures.iter().zip(compared);
        let found = all.find(|(measure, (interval, difference))| {
            let values = measure.values.iter().flatten();
            let mut of_runs = values.chain(&measure.mean).chain(&measure.deviation);
            !(of_runs.all(|value| value.is_finite())
                && interval.is_none_or(spans_numbers)
                && difference.is_none_or(is_finite))
        });
        found.map(|(measure, _)| measure.name.as_str())
    }
}

fn is_finite(difference: Difference) -> bool {
    difference.value.is_finite() && spans_numbers(difference.interval)
}

fn spans_numbers(interval: Interval) -> bool {
    interval.low.is_finite() && interval.high.is_finite()
}

/// Reports that cannot be compared.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CompareError {
    /// Too few.
    #[error("there is nothing to compare; name at least two models")]
    TooFew,
    /// A contrast names something that does not exist.
    #[error(
        "the contrast {0} names a variant that is not there, or a measure that it does not have"
    )]
    Contrast(String),
    /// The texts are not the same.
    #[error(
        "{first} and {other} were measured on different texts; evaluate both with the same task, data, split, limit and seed"
    )]
    Texts {
        /// The first model.
        first: String,
        /// The model with other texts.
        other: String,
    },
    /// The important words are not the same.
    #[error(
        "{first} and {other} were measured with different selecting models; evaluate both with the same one, or run by run with the same ones in the same order"
    )]
    References {
        /// The first variant.
        first: String,
        /// The variant with other references.
        other: String,
    },
    /// A number is not finite.
    #[error("{0} is not a finite number; evaluate the models again, or leave it out")]
    NotFinite(String),
}
