//! The least and the most AOPC that any order of a text's words has, with which normalised AOPC
//! makes models comparable (Edin et al., arXiv 2408.08137).
//!
//! The AOPC of an order is the mean, over its prefixes, of the fall without their words. Two
//! prefixes with the same words differ only in their sum so far, so the better one is enough:
//! a beam search over sets of words. With room for every set of a size it is exact.

use std::collections::BTreeMap;

use crate::attribute::Removed;

/// Below this range of AOPC, which rounding alone can make, an order makes no difference.
const LEAST_RANGE: f64 = 1e-6;

/// The least and the most AOPC of the orders of a text's words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Limits {
    /// Where `aopc` lies between the limits: 0 at the least, 1 at the most, beyond them only if
    /// a beam missed the best order. `None` if the order makes no difference.
    pub(super) fn normalise(self, aopc: f64) -> Option<f64> {
        let range = self.most - self.least;
        (range > LEAST_RANGE).then(|| (aopc - self.least) / range)
    }
}

/// A search for both limits, one word more at a time.
pub(super) struct Search {
    words: usize,
    width: usize,
    /// Sums of falls along the best orders found for each set of removed words: the beam of the least
    /// sums, then that of the greatest.
    beams: [Vec<(Removed, f64)>; 2],
}

impl Search {
    /// Begins with all of the `words`, with `width` sets per beam.
    pub(super) fn new(words: usize, width: usize) -> Self {
        let whole = vec![(vec![false; words], 0.0)];
        Self {
            words,
            width: width.max(1),
            beams: [whole.clone(), whole],
        }
    }

    /// The sets whose falls the next step needs, some perhaps twice; none at the end.
    pub(super) fn candidates(&self) -> impl Iterator<Item = Removed> {
        self.beams
            .iter()
            .flatten()
            .flat_map(|(removed, _)| one_more(removed))
    }

    /// Removes one more word.
    pub(super) fn step(&mut self, fall: impl Fn(&[bool]) -> f64) {
        for (beam, sign) in self.beams.iter_mut().zip([-1.0, 1.0]) {
            let mut best: BTreeMap<Removed, f64> = BTreeMap::new();
            for (removed, sum) in beam.iter() {
                for more in one_more(removed) {
                    let sum = sum + fall(&more);
                    let known = best.entry(more).or_insert(sum);
                    if sign * sum > sign * *known {
                        *known = sum;
                    }
                }
            }
            *beam = best.into_iter().collect();
            beam.sort_by(|(_, a), (_, b)| (sign * b).total_cmp(&(sign * a)));
            beam.truncate(self.width);
        }
    }

    /// The limits, once all words are removed.
    pub(super) fn limits(&self) -> Limits {
        let [least, most] = [0, 1].map(|at| self.beams[at][0].1 / self.words as f64);
        Limits { least, most }
    }
}

/// The sets of one word more.
fn one_more(removed: &Removed) -> impl Iterator<Item = Removed> {
    (0..removed.len())
        .filter(|&word| !removed[word])
        .map(|word| {
            let mut more = removed.clone();
            more[word] = true;
            more
        })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn search(words: usize, width: usize, fall: impl Fn(&[bool]) -> f64) -> Limits {
        let mut search = Search::new(words, width);
        for _ in 0..words {
            search.step(&fall);
        }
        assert_eq!(search.candidates().count(), 0, "all words are removed");
        search.limits()
    }

    /// AOPC of every order of `words` words.
    fn of_all_orders(words: usize, fall: &impl Fn(&[bool]) -> f64) -> Vec<f64> {
        fn go(removed: &mut Removed, sum: f64, fall: &impl Fn(&[bool]) -> f64, out: &mut Vec<f64>) {
            if removed.iter().all(|&removed| removed) {
                out.push(sum / removed.len() as f64);
            }
            for word in 0..removed.len() {
                if !removed[word] {
                    removed[word] = true;
                    let sum_here = sum + fall(removed);
                    go(removed, sum_here, fall, out);
                    removed[word] = false;
                }
            }
        }
        let mut out = Vec::new();
        go(&mut vec![false; words], 0.0, fall, &mut out);
        out
    }

    fn place(removed: &[bool]) -> usize {
        removed
            .iter()
            .rev()
            .fold(0, |place, &removed| place * 2 + usize::from(removed))
    }

    #[test]
    fn limits_by_hand() {
        // Words a and b: without a 0.3, without b 0.1, without both 0.6.
        let falls = [0.0, 0.3, 0.1, 0.6];
        let limits = search(2, usize::MAX, |removed| falls[place(removed)]);
        // (0.1 + 0.6)/2 and (0.3 + 0.6)/2.
        assert!((limits.least - 0.35).abs() < 1e-12 && (limits.most - 0.45).abs() < 1e-12);
        assert!((limits.normalise(0.4).unwrap() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn an_order_that_makes_no_difference_is_not_normalised() {
        let limits = search(3, usize::MAX, |_| 0.2);
        assert_eq!(limits.normalise(0.2), None);
    }

    #[test]
    fn a_narrow_beam_can_miss_what_a_wide_one_finds() {
        // Word 0 first looks best, but words 1 and 2 together matter most.
        let fall = |removed: &[bool]| match removed {
            [false, true, true] => 0.9,
            [true, false, false] => 0.2,
            [true, true, true] => 0.9,
            _ => 0.1,
        };
        assert!((search(3, 1, fall).most - (0.2 + 0.1 + 0.9) / 3.0).abs() < 1e-12);
        assert!((search(3, 2, fall).most - (0.1 + 0.9 + 0.9) / 3.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn every_order_lies_between_the_exact_limits(
            falls in prop::collection::vec(-1.0..1.0f64, 32),
            width in 1usize..8,
        ) {
            let fall = |removed: &[bool]| falls[place(removed)];
            let all = of_all_orders(5, &fall);
            let least = all.iter().copied().fold(f64::INFINITY, f64::min);
            let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let exact = search(5, usize::MAX, fall);
            prop_assert!((exact.least - least).abs() < 1e-12 && (exact.most - most).abs() < 1e-12);
            let beam = search(5, width, fall);
            prop_assert!(beam.least >= least - 1e-12 && beam.most <= most + 1e-12);
        }
    }
}
