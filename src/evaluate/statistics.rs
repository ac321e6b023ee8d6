//! What a comparison computes on the data set and on every resample of it.

use super::Difference;
use super::contrast::Places;
use super::variant::Measures;
use super::{Interval, bootstrap};
use crate::model::Stream;

/// A draw of runs for each number of runs: with replacement, that many.
fn drawn_runs(most: usize, stream: &mut Stream) -> Vec<Vec<usize>> {
    let draw = |runs: usize| (0..runs).map(|_| stream.index(runs)).collect();
    (0..=most).map(draw).collect()
}

/// All that is computed on one draw of texts and runs: the means of each variant's measures, their
/// differences from the first's, and the contrasts. Each is taken over the texts that define it, in the
/// data set as in every resample.
pub(super) struct Statistics<'a> {
    measures: &'a [Measures<'a>],
    /// For each measure of each variant but the first, its place among the first's.
    partners: Vec<Vec<Option<usize>>>,
    contrasts: Vec<Places>,
}

impl<'a> Statistics<'a> {
    pub(super) fn new(measures: &'a [Measures<'a>], contrasts: Vec<Places>) -> Self {
        let base = &measures[0].names;
        let partner = |name| base.iter().position(|other| other == name);
        let partners = measures[1..]
            .iter()
            .map(|other| other.names.iter().map(partner).collect());
        Self {
            partners: partners.collect(),
            measures,
            contrasts,
        }
    }

    /// Their values if each text counts by its weight and the `runs` of that number were drawn.
    fn values(&self, weights: &[f64], runs: &[Vec<usize>]) -> Vec<Option<f64>> {
        let means: Vec<Vec<Option<f64>>> = self
            .measures
            .iter()
            .map(|measures| measures.means(weights, &runs[measures.runs()]))
            .collect();
        let differences = means[1..].iter().zip(&self.partners);
        let differences = differences.flat_map(|(other, partners)| {
            let both = other.iter().zip(partners);
            both.map(|(mean, partner)| Some((*mean)? - means[0][(*partner)?]?))
        });
        let contrasts = self.contrasts.iter().map(|places| places.value(&means));
        let all = means.iter().flatten().copied();
        all.chain(differences).chain(contrasts).collect()
    }

    /// Their values in the data set, and how certain these are.
    pub(super) fn estimates(
        &self,
        texts: usize,
        resamples: usize,
        seed: u64,
    ) -> Vec<Option<Difference>> {
        let most = self.measures.iter().map(Measures::runs).max().unwrap_or(0);
        let all_runs: Vec<Vec<usize>> = (0..=most).map(|runs| (0..runs).collect()).collect();
        let values = self.values(&vec![1.0; texts], &all_runs);
        let mut stream = Stream::new(seed.wrapping_add(1));
        let intervals = bootstrap(texts, resamples, seed, |weights| {
            self.values(weights, &drawn_runs(most, &mut stream))
        });
        let estimate = |(value, interval): (Option<f64>, Option<Interval>)| {
            Some(Difference {
                value: value?,
                interval: interval?,
            })
        };
        values.into_iter().zip(intervals).map(estimate).collect()
    }
}
