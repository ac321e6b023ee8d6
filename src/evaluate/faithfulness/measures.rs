//! Faithfulness of one order of a text's words, as a function of what happens to the prediction
//! without some of them.

use std::collections::BTreeSet;

use super::limits::Limits;
use super::outcomes::Outcome;
use crate::attribute::Removed;
use crate::evaluate::columns::Values;

/// Shares of a text's words that ERASER takes, in per cent.
pub const PERCENTAGES: [usize; 5] = [1, 5, 10, 20, 50];
/// Maximum number of words that VMASK's AOPC removes, U.
pub const MOST_REMOVED: usize = 10;
/// Maximum number of words that post-hoc accuracy keeps.
pub const MOST_KEPT: usize = 10;

/// Measures of one order of the words of one text. What falls is the probability of the
/// class predicted for the whole text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measures {
    /// Fall without the first words, for each of [`PERCENTAGES`] (ERASER: DeYoung et al., ACL 2020).
    pub(super) comprehensiveness: [f64; PERCENTAGES.len()],
    /// Fall with nothing but the first words, for each of [`PERCENTAGES`].
    pub(super) sufficiency: [f64; PERCENTAGES.len()],
    /// 1/(U+1)·Σ_{u=1..U} fall without the first u words (Chen & Ji, EMNLP 2020); a text of fewer
    /// words is empty from then on.
    pub(super) aopc: f64,
    /// Whether the class is still predicted from only the first 1, 2, … words.
    pub(super) predicted_from: [bool; MOST_KEPT],
    /// AOPC of removing the first words first, and that of removing them last, between the least and
    /// the most that any order reaches.
    pub(super) normalised: Option<[f64; 2]>,
}

impl Measures {
    /// Measures an `order` of all words; `outcome` knows what happens to the prediction.
    pub(super) fn new(
        order: &[usize],
        outcome: impl Fn(&[bool]) -> Outcome,
        limits: Option<Limits>,
    ) -> Self {
        let words = order.len();
        let without = |count: usize| outcome(&first(order, count));
        let alone = |count: usize| outcome(&all_but_first(order, count));
        let sum: f64 = (1..=MOST_REMOVED)
            .map(|count| without(count.min(words)).fall)
            .sum();
        Self {
            comprehensiveness: PERCENTAGES.map(|percent| without(part(words, percent)).fall),
            sufficiency: PERCENTAGES.map(|percent| alone(part(words, percent)).fall),
            aopc: sum / (MOST_REMOVED + 1) as f64,
            predicted_from: std::array::from_fn(|at| alone((at + 1).min(words)).same),
            normalised: limits.and_then(|limits| {
                let mean = |fall_at: &dyn Fn(usize) -> f64| {
                    (1..=words).map(fall_at).sum::<f64>() / words as f64
                };
                let first_first = mean(&|count| without(count).fall);
                let first_last = mean(&|count| alone(words - count).fall);
                Some([
                    limits.normalise(first_first)?,
                    limits.normalise(first_last)?,
                ])
            }),
        }
    }

    /// The measures by name, with or without the normalised ones, which are `None` if not defined.
    pub(super) fn values(&self, normalised: bool) -> Values {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let mut values = vec![
            (
                "comprehensiveness".to_owned(),
                Some(mean(&self.comprehensiveness)),
            ),
            ("sufficiency".to_owned(), Some(mean(&self.sufficiency))),
            ("aopc".to_owned(), Some(self.aopc)),
        ];
        if normalised {
            for (at, name) in ["comprehensiveness", "sufficiency"].into_iter().enumerate() {
                let value = self.normalised.map(|both| both[at]);
                values.push((format!("normalised_{name}"), value));
            }
        }
        for (at, percent) in PERCENTAGES.iter().enumerate() {
            let both = [
                ("comprehensiveness", self.comprehensiveness[at]),
                ("sufficiency", self.sufficiency[at]),
            ];
            values.extend(both.map(|(name, value)| (format!("{name}_{percent}"), Some(value))));
        }
        for (at, &same) in self.predicted_from.iter().enumerate() {
            let value = f64::from(u8::from(same));
            values.push((format!("post_hoc_accuracy_{}", at + 1), Some(value)));
        }
        values
    }
}

/// All removals whose outcomes [`Measures::new`] needs; for every number of words if `normalised`.
pub(super) fn removals(order: &[usize], normalised: bool) -> Vec<Removed> {
    let words = order.len();
    let counts: BTreeSet<usize> = if normalised {
        (0..=words).collect()
    } else {
        PERCENTAGES
            .iter()
            .map(|&percent| part(words, percent))
            .chain(1..=MOST_REMOVED.max(MOST_KEPT).min(words))
            .collect()
    };
    let both = |&count: &usize| [first(order, count), all_but_first(order, count)];
    counts.iter().flat_map(both).collect()
}

/// `percent` of `words`, rounded up, so at least one word.
pub(super) fn part(words: usize, percent: usize) -> usize {
    (words * percent).div_ceil(100)
}

/// The first `count` words of `order`.
pub(super) fn first(order: &[usize], count: usize) -> Removed {
    let mut removed = vec![false; order.len()];
    for &word in &order[..count] {
        removed[word] = true;
    }
    removed
}

/// All but the first `count` words of `order`.
pub(super) fn all_but_first(order: &[usize], count: usize) -> Removed {
    first(order, count).iter().map(|removed| !removed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four words of which each adds its own part to the probability of 0.9: 0.4, 0.05, 0.25 and
    /// 0.1; the class is predicted from 0.5 on.
    fn additive(removed: &[bool]) -> Outcome {
        let parts = [0.4, 0.05, 0.25, 0.1];
        let fall: f64 = removed
            .iter()
            .zip(parts)
            .map(|(&removed, part)| if removed { part } else { 0.0 })
            .sum();
        Outcome {
            fall,
            same: 0.9 - fall >= 0.5,
        }
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn measures_by_hand() {
        let measures = Measures::new(&[0, 2, 3, 1], additive, None);
        // 1, 5, 10 and 20 % of four words are one word, 50 % are two.
        for (ours, by_hand) in measures
            .comprehensiveness
            .iter()
            .zip([0.4, 0.4, 0.4, 0.4, 0.65])
        {
            close(*ours, by_hand);
        }
        for (ours, by_hand) in measures.sufficiency.iter().zip([0.4, 0.4, 0.4, 0.4, 0.15]) {
            close(*ours, by_hand);
        }
        // (0.4 + 0.65 + 0.75 + 7 · 0.8) / 11
        close(measures.aopc, 7.4 / 11.0);
        let values = measures.values(false);
        let [(name, comprehensiveness), (_, sufficiency), ..] = &values[..] else {
            panic!("two measures at least")
        };
        assert_eq!(name, "comprehensiveness");
        // (4 · 0.4 + 0.65)/5 and (4 · 0.4 + 0.15)/5
        close(comprehensiveness.unwrap(), 0.45);
        close(sufficiency.unwrap(), 0.35);
        // 0.5, 0.75, … are left.
        assert_eq!(measures.predicted_from, [true; MOST_KEPT]);
        let reverse = Measures::new(&[1, 3, 2, 0], additive, None);
        // 0.15, 0.25, 0.5, 0.9 are left.
        assert_eq!(reverse.predicted_from[..4], [false, false, true, true]);
    }

    #[test]
    fn normalised_by_hand() {
        // The best order falls 0.4, 0.65, 0.75, 0.8: a mean of 0.65; the worst 0.05, 0.15, 0.4, 0.8:
        // 0.35.
        let limits = Limits {
            least: 0.35,
            most: 0.65,
        };
        let of = |order: &[usize]| {
            Measures::new(order, additive, Some(limits))
                .normalised
                .unwrap()
        };
        let [first, last] = of(&[0, 2, 3, 1]);
        close(first, 1.0);
        close(last, 0.0);
        let [first, last] = of(&[1, 3, 2, 0]);
        close(first, 0.0);
        close(last, 1.0);
        // 0.4, 0.45, 0.7, 0.8: 0.5875. Backwards 0.1, 0.35, 0.4, 0.8: 0.4125.
        let [first, last] = of(&[0, 1, 2, 3]);
        close(first, 0.2375 / 0.3);
        close(last, 0.0625 / 0.3);
    }

    #[test]
    fn all_that_is_needed_is_named() {
        for words in [1, 2, 7, 40, 300] {
            let order: Vec<usize> = (0..words).rev().collect();
            for limits in [
                None,
                Some(Limits {
                    least: 0.0,
                    most: 1.0,
                }),
            ] {
                let named: BTreeSet<Removed> =
                    removals(&order, limits.is_some()).into_iter().collect();
                let outcome = |removed: &[bool]| {
                    assert!(named.contains(removed), "{words} words: {removed:?}");
                    Outcome {
                        fall: 0.5,
                        same: true,
                    }
                };
                Measures::new(&order, outcome, limits);
            }
        }
    }
}
