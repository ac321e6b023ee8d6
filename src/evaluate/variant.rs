//! The runs of one variant taken together: the mean of every measure over them, and how far they scatter.

use serde::{Deserialize, Serialize};

use super::{Measure, PerText, Report, Section};
use crate::explain::mean;

/// Models that differ only in their seed, measured on the same texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name for people.
    pub name: String,
    /// One report per run.
    pub runs: Vec<Report>,
}

/// One measure over the runs of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Where it belongs.
    pub section: Section,
    /// Its name within the section.
    pub name: String,
    /// Mean over the runs; `None` if one of them does not have it.
    pub mean: Option<f64>,
    /// Standard deviation over the runs, with n − 1; also `None` for a single run.
    pub deviation: Option<f64>,
    /// Its value in each run.
    pub values: Vec<Option<f64>>,
    /// Texts that it rests on in each run; the others do not define it.
    pub texts: Vec<usize>,
}

impl Summary {
    /// From a measure in each run, `None` if a run does not have it.
    fn new(section: Section, name: &str, runs: &[Option<Measure>]) -> Self {
        let values: Vec<_> = runs.iter().map(value).collect();
        let texts = runs
            .iter()
            .map(|run| run.as_ref().map_or(0, |run| run.texts));
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
            texts: texts.collect(),
        }
    }
}

fn value(measure: &Option<Measure>) -> Option<f64> {
    measure.as_ref()?.value
}

impl Variant {
    /// The models that select words and pairs, run by run; a single one if all runs share it.
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
    /// Each run's texts, and where each measure is among theirs.
    runs: Vec<(&'a PerText, Vec<Option<usize>>)>,
}

impl Measures<'_> {
    /// How many runs there are.
    pub(super) fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Mean of each measure over the `drawn` runs, in the order of the names; a run may be drawn
    /// more than once.
    pub(super) fn means(&self, weights: &[f64], drawn: &[usize]) -> Vec<Option<f64>> {
        let mean_of = |of_runs: Vec<Option<Option<f64>>>| {
            let values: Option<Vec<f64>> = drawn.iter().map(|&run| of_runs[run]?).collect();
            mean(values?)
        };
        let values = self.by_run(weights, |measure| measure.value);
        values.into_iter().map(mean_of).collect()
    }

    /// Each measure over the data set.
    pub(super) fn summaries(&self) -> Vec<Summary> {
        let texts = self.runs.first().map_or(0, |run| run.0.answers.len());
        let measured = self.by_run(&vec![1.0; texts], Measure::clone);
        let named = self.names.iter().zip(measured);
        named
            .map(|(&(section, name), runs)| Summary::new(section, name, &runs))
            .collect()
    }

    /// What is wanted `of` each measure, run by run; `None` if a run does not have the measure.
    fn by_run<T>(&self, weights: &[f64], of: impl Fn(&Measure) -> T) -> Vec<Vec<Option<T>>> {
        let mut measured: Vec<Vec<_>> = self.names.iter().map(|_| Vec::new()).collect();
        for (per_text, places) in &self.runs {
            let measures = per_text.measures(weights);
            for (measured, place) in measured.iter_mut().zip(places) {
                measured.push(place.map(|place| of(&measures[place])));
            }
        }
        measured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_deviations_by_hand() {
        let measure = |value: &Option<f64>| {
            value.map(|value| Measure {
                section: Section::Collapse,
                name: "word_keep".into(),
                value: Some(value),
                texts: 3,
            })
        };
        let of = |values: &[Option<f64>]| {
            let runs: Vec<_> = values.iter().map(measure).collect();
            let summary = Summary::new(Section::Collapse, "word_keep", &runs);
            assert!(
                summary
                    .texts
                    .iter()
                    .zip(values)
                    .all(|(texts, value)| (*texts == 3) == value.is_some())
            );
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
