//! Whether the explanation of one text is true: how its prediction fares as words fall away, those first that an order
//! calls most important.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::PERCENTAGES;
use super::measures::{all_but_first, first, part};
use super::outcomes::Outcomes;
use crate::attribute::{Part, Ranking, Removal, Removed, ablated_logits, ranked, texts_a_piece};
use crate::evaluate::knockout::{Effects, parts};
use crate::explain::{
    Allocation, ByWords, TraceNumbers, allocate, mean, softmax, word_contributions,
};
use crate::model::{Classifier, ReadError, Stream};
use crate::text::Encoded;

/// Random orders that are drawn.
const DRAWS: usize = 10;
/// Longer curves have points at most at so many numbers of words, besides 0.
const POINTS: usize = 24;

/// What becomes of the probability of a text's predicted class as its words are deleted (method §4.8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Index of the class.
    pub class: usize,
    /// Numbers of words that are gone, rising from 0 to all of them.
    pub gone: Vec<usize>,
    /// By contribution, by keep, and in [`DRAWS`] random orders.
    pub orders: Vec<OrderCurve>,
    /// Means over the orders of each ranking.
    pub measures: Vec<OrderMeasures>,
    /// κ over all words (method §5.9); `None` if the neurons say next to nothing.
    pub knockout_error: Option<f64>,
}

/// The curve of one order of the words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderCurve {
    /// What the order follows.
    pub ranking: Ranking,
    /// The class's probability at each of [`Curves::gone`].
    pub probabilities: Vec<f64>,
}

/// ERASER's measures of a ranking on one text (DeYoung et al., ACL 2020), as in method §5.7.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderMeasures {
    /// What the order follows.
    pub ranking: Ranking,
    /// The class's probability at each of [`Curves::gone`], mean over the orders.
    pub probabilities: Vec<f64>,
    /// Mean fall of the probability without the most important words; more is better.
    pub comprehensiveness: f64,
    /// Mean fall with nothing but them; less is better.
    pub sufficiency: f64,
}

/// The work that [`Curves`] take, in pieces.
#[derive(Clone, Debug)]
pub struct CurvesRun {
    orders: Vec<(Ranking, Vec<usize>)>,
    gone: Vec<usize>,
    outcomes: Outcomes,
    /// Removals whose outcomes are still to be found.
    removals: Vec<Removed>,
    trace: TraceNumbers,
    /// Where the words are.
    places: Vec<Range<usize>>,
    allocation: Allocation,
    /// Parts of the model that are switched off for κ, and the logits without those that are done, the whole model's
    /// first.
    parts: Vec<Part>,
    logits: Vec<Vec<f32>>,
    of: usize,
}

impl CurvesRun {
    /// Prepares the work on a text, whose words are at `places`, from a pass over it that has the contributions, with
    /// random orders drawn by `seed`.
    pub fn new(trace: TraceNumbers, places: Vec<Range<usize>>, seed: u64) -> Self {
        let words = places.len();
        let pass = ByWords::of(&trace, &places);
        let orders = orders(&pass.trace, seed);
        let gone = points(words);
        let removals = removals(&orders, &gone);
        let allocation = allocate(&pass.trace.last_layer().neurons).allocation;
        let parts = parts(&allocation, trace.layers.len() - 1, &places);
        let text = Encoded {
            ids: trace.ids.clone(),
            places: places.clone(),
        };
        Self {
            outcomes: Outcomes::of(text, &softmax(&trace.logits), Removal::Delete),
            of: removals.len() + parts.len(),
            orders,
            gone,
            removals,
            trace,
            places,
            allocation,
            parts,
            logits: Vec::new(),
        }
    }

    /// Passes made, and how many there are in all.
    pub fn progress(&self) -> (usize, usize) {
        let left = self.removals.len() + self.parts.len() - self.logits.len().saturating_sub(1);
        (self.of - left, self.of)
    }

    /// Makes some more passes; the curves once all are made.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn advance(&mut self, model: &Classifier) -> Result<Option<Curves>, ReadError> {
        let piece = texts_a_piece(self.trace.ids.len());
        if !self.removals.is_empty() {
            let rest = self.removals.len().saturating_sub(piece);
            let removals = self.removals.split_off(rest);
            self.outcomes.find(model, removals).await?;
            return Ok(None);
        }
        let done = self.logits.len().saturating_sub(1);
        let parts = &self.parts[done..self.parts.len().min(done + piece)];
        let logits = ablated_logits(model, &self.trace.ids, parts).await?;
        let known = usize::from(!self.logits.is_empty()); // The whole model's logits.
        self.logits.extend(logits.into_iter().skip(known));
        Ok((self.logits.len() > self.parts.len()).then(|| self.finish()))
    }

    fn finish(&self) -> Curves {
        let whole = self.outcomes.whole;
        let fall = |removed: &Removed| self.outcomes.get(removed).fall;
        let curve = |(ranking, order): &(Ranking, Vec<usize>)| OrderCurve {
            ranking: *ranking,
            probabilities: self
                .gone
                .iter()
                .map(|&count| whole - fall(&first(order, count)))
                .collect(),
        };
        let knockout_error = || {
            let pass = ByWords::of(&self.trace, &self.places);
            let effects = Effects::new(&self.trace, &pass, &self.allocation, &self.logits);
            effects.error(&vec![1.0; self.places.len()])
        };
        let curves: Vec<OrderCurve> = self.orders.iter().map(curve).collect();
        Curves {
            class: self.outcomes.class,
            gone: self.gone.clone(),
            measures: [Ranking::Contribution, Ranking::Keep, Ranking::Random]
                .map(|ranking| OrderMeasures {
                    probabilities: mean_of(&curves, ranking),
                    ..self.measures(ranking, &fall)
                })
                .to_vec(),
            orders: curves,
            knockout_error: knockout_error(),
        }
    }

    /// Means over the orders that follow `ranking`, and over ERASER's shares of the words.
    fn measures(&self, ranking: Ranking, fall: &impl Fn(&Removed) -> f64) -> OrderMeasures {
        let orders = self.orders.iter().filter(|(other, _)| *other == ranking);
        let orders: Vec<&Vec<usize>> = orders.map(|(_, order)| order).collect();
        let mean_fall = |removed: fn(&[usize], usize) -> Removed| {
            let falls = orders.iter().flat_map(|order| {
                PERCENTAGES.map(|percent| fall(&removed(order, part(order.len(), percent))))
            });
            mean(falls).unwrap_or_default()
        };
        OrderMeasures {
            ranking,
            probabilities: Vec::new(),
            comprehensiveness: mean_fall(first),
            sufficiency: mean_fall(all_but_first),
        }
    }
}

/// The words by contribution, by keep, and in random orders.
fn orders(trace: &TraceNumbers, seed: u64) -> Vec<(Ranking, Vec<usize>)> {
    let contributions = word_contributions(trace).unwrap_or_default();
    let keep: Vec<f64> = trace.keep.iter().map(|&keep| keep.into()).collect();
    let mut stream = Stream::new(seed);
    let random = (0..DRAWS).map(|_| {
        let mut order: Vec<usize> = (0..keep.len()).collect();
        stream.shuffle(&mut order);
        (Ranking::Random, order)
    });
    [
        (Ranking::Contribution, ranked(&contributions)),
        (Ranking::Keep, ranked(&keep)),
    ]
    .into_iter()
    .chain(random)
    .collect()
}

/// The mean curve of the orders that follow `ranking`.
fn mean_of(curves: &[OrderCurve], ranking: Ranking) -> Vec<f64> {
    let curves: Vec<&OrderCurve> = curves.iter().filter(|one| one.ranking == ranking).collect();
    let at = |at: usize| mean(curves.iter().map(|curve| curve.probabilities[at]));
    let points = curves.first().map_or(0, |curve| curve.probabilities.len());
    (0..points).filter_map(at).collect()
}

/// Numbers of words at which a curve has a point.
fn points(words: usize) -> Vec<usize> {
    let count = words.min(POINTS);
    (0..=count).map(|at| at * words / count).collect()
}

/// All removals that the curves and measures of `orders` need, each once.
fn removals(orders: &[(Ranking, Vec<usize>)], gone: &[usize]) -> Vec<Removed> {
    let of_order = |(_, order): &(Ranking, Vec<usize>)| {
        let curve = gone.iter().map(|&count| first(order, count));
        let shares = PERCENTAGES.map(|percent| part(order.len(), percent));
        let measured = shares.map(|count| [first(order, count), all_but_first(order, count)]);
        curve
            .chain(measured.into_iter().flatten())
            .collect::<Vec<_>>()
    };
    let all: BTreeSet<Removed> = orders.iter().flat_map(of_order).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_from_all_words_to_none() {
        assert_eq!(points(1), [0, 1]);
        assert_eq!(points(3), [0, 1, 2, 3]);
        let long = points(100);
        assert_eq!((long.len(), long[0], long[POINTS]), (25, 0, 100));
        assert!(long.is_sorted());
    }

    #[test]
    fn each_removal_is_asked_for_once() {
        let orders = [
            (Ranking::Contribution, vec![2, 0, 1]),
            (Ranking::Keep, vec![2, 1, 0]),
        ];
        // For the curves none, {2}, {0, 2}, {1, 2} and all; for what is kept alone {0, 1}, {0} and {1}.
        let all = removals(&orders, &points(3));
        assert_eq!(all.len(), 8);
        assert!(all.is_sorted_by(|a, b| a < b));
    }
}
