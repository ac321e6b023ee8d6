//! Models side by side on the same texts: differences to the first, and how sure they are.

use serde::{Deserialize, Serialize};

use super::{DataSet, Interval, Measure, Report, bootstrap};

/// Version of the [`Comparison`] format; raised when a field changes its meaning.
pub const COMPARISON_VERSION: u32 = 1;

/// Models measured on the same texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`COMPARISON_VERSION`] of the writer.
    pub version: u32,
    /// The texts.
    pub data: DataSet,
    /// Bootstrap resamples of the texts.
    pub resamples: usize,
    /// Seed of the resamples.
    pub seed: u64,
    /// The models; the first is what the others are compared with.
    pub models: Vec<Compared>,
}

/// One model of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The model's id.
    pub model: String,
    /// Its measures.
    pub measures: Vec<Measure>,
    /// The difference of each measure to the first model's; `None` where one of the two does not
    /// have it.
    pub differences: Vec<Option<Difference>>,
}

/// How much a measure differs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// This model's value less the first one's.
    pub value: f64,
    /// Paired bootstrap interval of the difference.
    pub interval: Interval,
}

/// Reports that cannot be compared.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CompareError {
    /// Too few.
    #[error("there is nothing to compare; name at least two models")]
    TooFew,
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
        "{first} and {other} were measured with different selecting models; evaluate both with the same --selection-from"
    )]
    References {
        /// The first model.
        first: String,
        /// The model with another reference.
        other: String,
    },
}

/// Compares the models of `reports` with the first, measure by measure, by a paired bootstrap of
/// `resamples` draws of the texts.
///
/// # Errors
/// If there are fewer than two reports, or they are not about the same texts and selections.
pub fn compare(
    reports: &[Report],
    resamples: usize,
    seed: u64,
) -> Result<Comparison, CompareError> {
    let [first, others @ ..] = reports else {
        return Err(CompareError::TooFew);
    };
    if others.is_empty() {
        return Err(CompareError::TooFew);
    }
    let mut models = vec![Compared {
        model: first.model.clone(),
        measures: first.measures.clone(),
        differences: vec![None; first.measures.len()],
    }];
    for other in others {
        check(first, other)?;
        models.push(Compared {
            model: other.model.clone(),
            measures: other.measures.clone(),
            differences: differences(first, other, resamples, seed),
        });
    }
    Ok(Comparison {
        version: COMPARISON_VERSION,
        data: first.data.clone(),
        resamples,
        seed,
        models,
    })
}

fn check(first: &Report, other: &Report) -> Result<(), CompareError> {
    let names = || (first.model.clone(), other.model.clone());
    if first.data.sha256 != other.data.sha256 {
        let (first, other) = names();
        return Err(CompareError::Texts { first, other });
    }
    if first.reference != other.reference {
        let (first, other) = names();
        return Err(CompareError::References { first, other });
    }
    Ok(())
}

/// The differences of `other`'s measures to `first`'s. Each is the difference of two measures
/// over the texts that define it, in the data set as in every resample.
fn differences(
    first: &Report,
    other: &Report,
    resamples: usize,
    seed: u64,
) -> Vec<Option<Difference>> {
    let named = |measure: &Measure| {
        let same = |m: &Measure| (m.section, &m.name) == (measure.section, &measure.name);
        first.measures.iter().position(same)
    };
    let partners: Vec<Option<usize>> = other.measures.iter().map(named).collect();
    let statistics = |weights: &[f64]| -> Vec<Option<f64>> {
        let base = first.per_text.measures(weights);
        let measures = other.per_text.measures(weights).into_iter();
        measures
            .zip(&partners)
            .map(|(measure, partner)| Some(measure.value? - base[(*partner)?].value?))
            .collect()
    };
    let texts = first.per_text.answers.len();
    let values = statistics(&vec![1.0; texts]);
    let intervals = bootstrap(texts, resamples, seed, statistics);
    let difference = |(value, interval): (Option<f64>, Option<Interval>)| {
        Some(Difference {
            value: value?,
            interval: interval?,
        })
    };
    values.into_iter().zip(intervals).map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{Answer, Column, PerText, REPORT_VERSION, Section};

    /// Four texts: how many of them are answered rightly, and one column.
    fn report(model: &str, right: usize, name: &str, values: [Option<f32>; 4]) -> Report {
        let per_text = PerText {
            answers: (0..4)
                .map(|at| Answer::new(&[1.0, 0.0], usize::from(at >= right)))
                .collect(),
            columns: vec![Column {
                section: Section::Collapse,
                name: name.into(),
                values: values.to_vec(),
            }],
        };
        Report {
            version: REPORT_VERSION,
            model: model.into(),
            reference: None,
            data: DataSet {
                task: "sst2".into(),
                part: "test".into(),
                texts: 4,
                drawn: None,
                sha256: "00".into(),
            },
            measures: per_text.measures(&[1.0; 4]),
            per_text,
        }
    }

    const SOME: [Option<f32>; 4] = [Some(1.0), Some(2.0), Some(3.0), None];

    #[test]
    fn a_constant_difference_is_exact() {
        let plain = report("plain", 2, "word_keep", SOME);
        let safr = report("safr", 2, "word_keep", SOME.map(|v| Some(v? - 0.5)));
        let comparison = compare(&[plain, safr], 200, 0).unwrap();
        let [plain, safr] = &comparison.models[..] else {
            panic!("two models")
        };
        assert!(plain.differences.iter().all(Option::is_none));
        let keep = safr.differences[4].unwrap();
        assert_eq!(keep.value, -0.5);
        // A resample's mean is rounded.
        assert!((keep.interval.low + 0.5).abs() < 1e-12);
        assert!((keep.interval.high + 0.5).abs() < 1e-12);
        let accuracy = safr.differences[0].unwrap();
        assert_eq!((accuracy.interval.low, accuracy.interval.high), (0.0, 0.0));
    }

    /// 2 against 4 of 4 right: the difference is the part of the last two texts in a resample.
    #[test]
    fn differences_of_answers_are_paired() {
        let plain = report("plain", 2, "word_keep", SOME);
        let safr = report("safr", 4, "word_keep", SOME);
        let comparison = compare(&[plain.clone(), safr.clone()], 2000, 0).unwrap();
        let accuracy = comparison.models[1].differences[0].unwrap();
        assert_eq!(accuracy.value, 0.5);
        // Each end, 0 or 4 of 4, has probability 1/16.
        assert_eq!((accuracy.interval.low, accuracy.interval.high), (0.0, 1.0));
        assert_eq!(compare(&[plain, safr], 2000, 0).unwrap(), comparison);
    }

    #[test]
    fn a_measure_of_one_model_alone_has_no_difference() {
        let plain = report("plain", 2, "word_keep", SOME);
        let safr = report("safr", 2, "largest_key_mass", SOME);
        let comparison = compare(&[plain, safr], 10, 0).unwrap();
        assert_eq!(comparison.models[1].differences[4], None);
    }

    #[test]
    fn what_cannot_be_paired_is_refused() {
        let plain = report("plain", 2, "word_keep", SOME);
        assert_eq!(
            compare(std::slice::from_ref(&plain), 10, 0),
            Err(CompareError::TooFew)
        );
        let mut other = plain.clone();
        other.reference = Some("plain".into());
        let error = compare(&[plain.clone(), other.clone()], 10, 0).unwrap_err();
        assert!(matches!(error, CompareError::References { .. }));
        other.data.sha256 = "01".into();
        let error = compare(&[plain, other], 10, 0).unwrap_err();
        assert!(matches!(error, CompareError::Texts { .. }));
    }
}
