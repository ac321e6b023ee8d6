//! From the pieces of words, of which a pass knows, to the words (method §4.10).

use std::borrow::Cow;
use std::ops::Range;

use super::evidence::row_sums;
use super::{
    Below, ContributionNumbers, LayerNumbers, Matrix, TraceNumbers, argmax, evidence, weighed,
};

/// A pass by words, of which it may have read several pieces each.
#[derive(Clone, Debug)]
pub struct ByWords<'a> {
    /// Its numbers.
    pub trace: Cow<'a, TraceNumbers>,
    /// e_in of the block that is shown, towards the predicted class, `n × F`.
    pub evidence: Matrix,
    /// z_in of the same block, `n × F`.
    pub weighed: Matrix,
}

impl<'a> ByWords<'a> {
    /// A pass over a text whose words are at these `places`.
    pub fn of(trace: &'a TraceNumbers, places: &[Range<usize>]) -> Self {
        let evidence = evidence(trace, argmax(&trace.logits));
        let weighed = weighed(trace);
        let is_whole = |(at, place): (usize, &Range<usize>)| *place == (at..at + 1);
        if trace.ids.len() == places.len() && places.iter().enumerate().all(is_whole) {
            return Self {
                trace: Cow::Borrowed(trace),
                evidence,
                weighed,
            };
        }
        Self {
            trace: Cow::Owned(trace.by_words(places)),
            evidence: rows(&evidence, places, sum),
            weighed: rows(&weighed, places, energy),
        }
    }

    /// e_i of each word, towards the predicted class, `n`.
    pub fn word_evidence(&self) -> Vec<f64> {
        row_sums(&self.evidence)
    }
}

impl TraceNumbers {
    /// The pass by words, which are at these `places`. Of the pieces of a word the energies u², what they bring and what
    /// is said there add up, and so does the attention that they are given; what a word keeps, and how it attends, is
    /// their mean. What is at no place, as before and after a text, is with the padding.
    fn by_words(&self, places: &[Range<usize>]) -> Self {
        let first = |place: &Range<usize>| self.ids[place.start];
        let layer = |layer: &LayerNumbers| LayerNumbers {
            attention: layer
                .attention
                .iter()
                .map(|head| pairs(head, places, mean))
                .collect(),
            neurons: rows(&layer.neurons, places, energy),
        };
        let keep = |place: &Range<usize>| mean(&mut self.keep[place.clone()].iter().copied());
        let scale = |place: &Range<usize>| mean(&mut self.scales[place.clone()].iter().copied());
        Self {
            ids: places.iter().map(first).collect(),
            keep: places.iter().map(keep).collect(),
            embedding: rows(&self.embedding, places, mean),
            layers: self.layers.iter().map(layer).collect(),
            logits: self.logits.clone(),
            votes: self.votes.clone(),
            scales: places.iter().map(scale).collect(),
            padding_neurons: self.padding_neurons.clone(),
            contributions: self
                .contributions
                .as_ref()
                .map(|parts| parts.by_words(places)),
        }
    }
}

impl ContributionNumbers {
    fn by_words(&self, places: &[Range<usize>]) -> Self {
        let count = self.places.len();
        let others = || (0..count).filter(|at| !places.iter().any(|place| place.contains(at)));
        let classes = self.head.len();
        let sums = |at: &mut dyn Iterator<Item = Vec<f32>>| {
            at.fold(vec![0.0; classes], |mut sums, values| {
                sums.iter_mut()
                    .zip(values)
                    .for_each(|(sum, value)| *sum += value);
                sums
            })
        };
        let to_others = |k: usize| {
            let brought = |class: usize| others().map(|i| self.brought[class].at(i, k)).sum();
            (0..classes).map(brought).collect::<Vec<f32>>()
        };
        let to_padding = |place: &Range<usize>| {
            let own = place.clone().map(|k| self.to_padding[k].clone());
            sums(&mut own.chain(place.clone().map(to_others)))
        };
        let said = |place: &Range<usize>| sums(&mut self.places[place.clone()].iter().cloned());
        let through = |place: &Range<usize>| sums(&mut self.through[place.clone()].iter().cloned());
        let elsewhere = others().map(|at| self.places[at].clone());
        Self {
            brought: self
                .brought
                .iter()
                .map(|brought| pairs(brought, places, sum))
                .collect(),
            through: match self.through.is_empty() {
                true => Vec::new(),
                false => places.iter().map(through).collect(),
            },
            to_padding: places.iter().map(to_padding).collect(),
            places: places.iter().map(said).collect(),
            padding_places: sums(&mut elsewhere.chain([self.padding_places.clone()])),
            past: self.past.clone(),
            positions: self.positions.clone(),
            biases: self.biases.clone(),
            padding: self.padding.clone(),
            head: self.head.clone(),
            // What the pieces say adds up to what a word says; no vote of the word's own does.
            below: self.below.as_ref().map(|below| Below {
                layer: below.layer,
                votes: Vec::new(),
            }),
        }
    }
}

/// What becomes of the values of a word's pieces.
type Gather = fn(&mut dyn ExactSizeIterator<Item = f32>) -> f32;

fn sum(values: &mut dyn ExactSizeIterator<Item = f32>) -> f32 {
    values.sum()
}

fn mean(values: &mut dyn ExactSizeIterator<Item = f32>) -> f32 {
    let count = values.len().max(1) as f32;
    values.sum::<f32>() / count
}

/// What has the energy of all of them, and the sign of their sum; one value stays as it is.
fn energy(values: &mut dyn ExactSizeIterator<Item = f32>) -> f32 {
    let only = values.len() == 1;
    let (mut sum, mut squares) = (0.0, 0.0);
    for value in values {
        (sum, squares) = (sum + value, squares + value * value);
    }
    if only {
        sum
    } else {
        squares.sqrt().copysign(sum)
    }
}

/// The rows of words from those of their pieces.
fn rows(pieces: &Matrix, places: &[Range<usize>], gather: Gather) -> Matrix {
    Matrix::from_fn(places.len(), pieces.cols, |i, column| {
        gather(&mut places[i].clone().map(|at| pieces.at(at, column)))
    })
}

/// Pairs of words from pairs of pieces: sums over the pieces of the column, gathered over those of the row.
fn pairs(pieces: &Matrix, places: &[Range<usize>], gather: Gather) -> Matrix {
    Matrix::from_fn(places.len(), places.len(), |i, k| {
        let of_row = |at| places[k].clone().map(|other| pieces.at(at, other)).sum();
        gather(&mut places[i].clone().map(of_row))
    })
}
