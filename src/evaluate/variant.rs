//! The runs of one variant as one: the mean of every measure over them, and how far they scatter.

use serde::{Deserialize, Serialize};

use super::{PerText, Report, Section};
use crate::explain::mean;

/// Models that differ in their seed alone, measured on the same texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name for people.
    pub name: String,
    /// One report a run.
    pub runs: Vec<Report>,
}

/// One measure over the runs of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Where it belongs.
    pub section: Section,
    /// Its name within the section.
    pub name: String,
    /// Mean over the runs; `None` where one of them does not have it.
    pub mean: Option<f64>,
    /// Standard deviation over the runs, with n − 1; `None` of a single run, too.
    pub deviation: Option<f64>,
    /// Its value in each run.
    pub values: Vec<Option<f64>>,
}

impl Summary {
    fn new(section: Section, name: &str, values: Vec<Option<f64>>) -> Self {
        let known: Option<Vec<f64>> = values.iter().copied().collect();
        let mean = mean(known.iter().flatten().copied());
        let deviation = known.zip(mean).and_then(|(known, mean)| {
            let squares: f64 = known.iter().map(|value| (value - mean).powi(2)).sum();
            (known.len() > 1).then(|| (squares / (known.len() - 1) as f64).sqrt())
        });
        Self {
            section,
            name: name.to_owned(),
            mean,
            deviation,
            values,
        }
    }
}

impl Variant {
    /// The models that select words and pairs, run by run; one alone where all runs share it.
    pub(super) fn references(&self) -> Vec<Option<&str>> {
        let mut all: Vec<_> = self
            .runs
            .iter()
            .map(|run| run.reference.as_deref())
            .collect();
        if all.windows(2).all(|two| two[0] == two[1]) {
            all.truncate(1);
        }
        all
    }

    /// The measures that the first run reports.
    pub(super) fn measures(&self) -> Measures<'_> {
        let named = self.runs.first().map_or(&[][..], |run| &run.measures);
        let names: Vec<_> = named
            .iter()
            .map(|measure| (measure.section, measure.name.as_str()))
            .collect();
        let runs = self.runs.iter().map(|run| {
            let ones = vec![1.0; run.per_text.answers.len()];
            let has = run.per_text.measures(&ones);
            let place = |&(section, name): &(Section, &str)| {
                has.iter()
                    .position(|m| m.section == section && m.name == name)
            };
            (&run.per_text, names.iter().map(place).collect())
        });
        Measures {
            runs: runs.collect(),
            names,
        }
    }
}

/// Measures of a variant as functions of how often each text counts.
pub(super) struct Measures<'a> {
    /// Their names.
    pub(super) names: Vec<(Section, &'a str)>,
    /// Each run's texts, and where each measure stands among theirs.
    runs: Vec<(&'a PerText, Vec<Option<usize>>)>,
}

impl Measures<'_> {
    /// Mean over the runs of each measure, in the order of the names.
    pub(super) fn means(&self, weights: &[f64]) -> Vec<Option<f64>> {
        let values = |values: Vec<Option<f64>>| values.into_iter().collect::<Option<Vec<f64>>>();
        self.values(weights)
            .into_iter()
            .map(|of_runs| mean(values(of_runs)?))
            .collect()
    }

    /// Each measure over the data set.
    pub(super) fn summaries(&self) -> Vec<Summary> {
        let texts = self.runs.first().map_or(0, |run| run.0.answers.len());
        let values = self.values(&vec![1.0; texts]);
        let named = self.names.iter().zip(values);
        named
            .map(|(&(section, name), values)| Summary::new(section, name, values))
            .collect()
    }

    /// The values of each measure, run by run.
    fn values(&self, weights: &[f64]) -> Vec<Vec<Option<f64>>> {
        let mut values = vec![Vec::with_capacity(self.runs.len()); self.names.len()];
        for (per_text, places) in &self.runs {
            let measures = per_text.measures(weights);
            for (values, place) in values.iter_mut().zip(places) {
                values.push(place.and_then(|place| measures[place].value));
            }
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_deviations_by_hand() {
        let of = |values: &[Option<f64>]| {
            let summary = Summary::new(Section::Collapse, "word_keep", values.to_vec());
            (summary.mean, summary.deviation)
        };
        // Squares 1, 1 and 4 over two.
        let three = of(&[Some(1.0), Some(1.0), Some(4.0)]);
        assert_eq!(three, (Some(2.0), Some(3f64.sqrt())));
        assert_eq!(of(&[Some(1.5)]), (Some(1.5), None));
        assert_eq!(of(&[Some(1.0), None]), (None, None));
        assert_eq!(of(&[]), (None, None));
    }
}
