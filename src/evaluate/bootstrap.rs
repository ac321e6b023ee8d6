//! How certain a data-set measure is: percentile intervals over resampled texts.

use serde::{Deserialize, Serialize};

use crate::model::Stream;

/// Fraction of the resamples that an interval contains.
pub const LEVEL: f64 = 0.95;

/// Bounds between which [`LEVEL`] of the resamples lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// The interval between the quantiles of `values` that leave the same fraction on either side;
    /// `None` without values.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - LEVEL) / 2.0;
        Some(Self {
            low: quantile(&values, tail)?,
            high: quantile(&values, 1.0 - tail)?,
        })
    }

    /// Whether 0 lies outside.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Standard deviations of a normal variable within which [`LEVEL`] of it lies.
const Z: f64 = 1.959_963_984_540_054;

/// The score interval of a share of `n` ≥ 1 (Wilson 1927), which has a width even if all or
/// none of a few are counted.
pub fn wilson(share: f64, n: usize) -> Interval {
    let n = n as f64;
    let weight = Z * Z / n;
    let middle = share + weight / 2.0;
    let half = Z * (share * (1.0 - share) / n + weight / (4.0 * n)).sqrt();
    Interval {
        low: ((middle - half) / (1.0 + weight)).max(0.0),
        high: ((middle + half) / (1.0 + weight)).min(1.0),
    }
}

/// Percentile intervals (Efron & Tibshirani 1993, §13.3) of several statistics of the same
/// `texts`: they are drawn with replacement, as many as there are, `resamples` times.
///
/// `statistics` is given how often each text was drawn, `texts` weights, and always returns equally
/// many values; one that a resample does not define is left out of its interval, which is `None`
/// if no resample defines it. A difference of two models on the same texts, taken within
/// `statistics`, makes the interval a paired one.
pub fn bootstrap(
    texts: usize,
    resamples: usize,
    seed: u64,
    mut statistics: impl FnMut(&[f64]) -> Vec<Option<f64>>,
) -> Vec<Option<Interval>> {
    let mut stream = Stream::new(seed);
    let mut weights = vec![0.0; texts];
    let mut drawn: Vec<Vec<f64>> = Vec::new();
    for _ in 0..resamples {
        weights.fill(0.0);
        for _ in 0..texts {
            weights[stream.index(texts)] += 1.0;
        }
        let values = statistics(&weights);
        drawn.resize(values.len(), Vec::new());
        for (drawn, value) in drawn.iter_mut().zip(values) {
            drawn.extend(value);
        }
    }
    drawn.into_iter().map(Interval::of).collect()
}

/// The quantile of ascending `values` at `part` in [0, 1], interpolated linearly between two of them;
/// `None` without values.
fn quantile(values: &[f64], part: f64) -> Option<f64> {
    let at = part * values.len().checked_sub(1)? as f64;
    let (below, above) = (values[at.floor() as usize], values[at.ceil() as usize]);
    Some(below + (above - below) * at.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64], weights: &[f64]) -> Option<f64> {
        let total: f64 = weights.iter().sum();
        let sum: f64 = values.iter().zip(weights).map(|(v, w)| v * w).sum();
        (total > 0.0).then(|| sum / total)
    }

    fn interval(values: &[f64], seed: u64) -> Interval {
        let intervals = bootstrap(values.len(), 2000, seed, |w| vec![mean(values, w)]);
        intervals[0].unwrap()
    }

    #[test]
    fn quantiles_by_hand() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 1.0), Some(4.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn constant_differences_are_certain() {
        let interval = interval(&[0.25; 40], 1);
        assert_eq!((interval.low, interval.high), (0.25, 0.25));
        assert!(interval.excludes_zero());
    }

    /// Where all of n are counted, the lower bound is n / (n + z²); half of 100 lie about as the
    /// normal approximation has it, 0.5 ± 0.098.
    #[test]
    fn shares_by_hand() {
        let all = wilson(1.0, 4);
        assert!((all.low - 4.0 / (4.0 + 3.841_459)).abs() < 1e-6, "{all:?}");
        assert_eq!(all.high, 1.0);
        let none = wilson(0.0, 4);
        assert!((none.low, none.high) == (0.0, 1.0 - all.low), "{none:?}");
        let half = wilson(0.5, 100);
        assert!(
            (half.low - 0.4038).abs() < 1e-4 && (half.high - 0.5962).abs() < 1e-4,
            "{half:?}"
        );
    }

    /// Means of two draws from {0, 1} are 0, ½ and 1 with probability ¼, ½ and ¼, so that the
    /// outer ones hold the 2.5 % on either side.
    #[test]
    fn two_texts_by_hand() {
        let two = interval(&[0.0, 1.0], 3);
        assert_eq!((two.low, two.high), (0.0, 1.0));
        let resampled = bootstrap(2, 4000, 3, |w| {
            vec![Some(f64::from(w[0] == 1.0)), Some(w.iter().sum())]
        });
        assert_eq!(
            resampled[1],
            Some(Interval {
                low: 2.0,
                high: 2.0
            })
        );
        let mut once = 0;
        bootstrap(2, 4000, 3, |w| {
            once += usize::from(w[0] == 1.0);
            vec![]
        });
        assert!((1900..2100).contains(&once), "{once} of 4000");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let values: Vec<f64> = (0..50).map(|at| f64::from(at % 7)).collect();
        assert_eq!(interval(&values, 5), interval(&values, 5));
        assert_ne!(interval(&values, 5), interval(&values, 6));
    }

    /// 95 % intervals of the mean of 100 normal draws cover 0 in 95 of 100 data sets, a little
    /// less often for being percentiles; 200 data sets leave a standard error of 1.6 points.
    #[test]
    fn intervals_cover_the_truth_as_often_as_they_say() {
        let mut stream = Stream::new(9);
        let covered = (0..200)
            .filter(|&seed| {
                let draws: Vec<f64> = stream.normal(100).into_iter().map(f64::from).collect();
                let intervals = bootstrap(100, 400, seed, |w| vec![mean(&draws, w)]);
                !intervals[0].unwrap().excludes_zero()
            })
            .count();
        assert!((180..=198).contains(&covered), "{covered} of 200");
    }

    #[test]
    fn a_statistic_that_no_resample_defines_has_no_interval() {
        assert_eq!(bootstrap(3, 10, 0, |_| vec![None, Some(1.0)])[0], None);
        assert_eq!(bootstrap(0, 10, 0, |w| vec![mean(&[], w)]), [None]);
    }
}
