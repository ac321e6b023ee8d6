//! Which neurons' silence changes the predicted class, in a model whose head reads more than the neurons.

use super::{Part, ablated_logits, texts_a_piece};
use crate::explain::argmax;
use crate::model::{Classifier, ReadError};

/// A search for the first neurons of an order without which another class is predicted. What they say does not simply
/// add up, so fewer may do: this is the smallest beginning of the order that does, as far as larger beginnings change
/// the class, too.
#[derive(Clone, Debug)]
pub struct NeuronFlip {
    text: Vec<u32>,
    class: usize,
    /// Neurons of the last block, those that say most for the class first.
    order: Vec<u32>,
    /// Without so many of them the class is still predicted.
    holds: usize,
    /// Without so many it is not; `None` if no such number is known.
    flips: Option<usize>,
    over: bool,
}

impl NeuronFlip {
    /// Begins with the words that are read of a text, and the `order` of neurons that say something for its predicted
    /// `class`.
    pub fn new(text: &[u32], class: usize, order: Vec<u32>) -> Self {
        Self {
            text: text.to_vec(),
            class,
            over: order.is_empty(),
            order,
            holds: 0,
            flips: None,
        }
    }

    /// Tries some more sizes; whether that was all.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn advance(&mut self, model: &Classifier) -> Result<bool, ReadError> {
        if self.over {
            return Ok(true);
        }
        let sizes = self.sizes(texts_a_piece(self.text.len()));
        let layer = model.config.layers - 1;
        let without = |&size: &usize| Part::Neurons {
            layer,
            neurons: self.order[..size].to_vec(),
        };
        let parts: Vec<Part> = sizes.iter().map(without).collect();
        let logits = ablated_logits(model, &self.text, &parts).await?;
        let flips = logits[1..]
            .iter()
            .map(|logits| argmax(logits) != self.class);
        self.learn(&sizes, &flips.collect::<Vec<_>>());
        Ok(self.over)
    }

    /// Takes in for which of `sizes` the class changes.
    fn learn(&mut self, sizes: &[usize], flips: &[bool]) {
        let first = flips.iter().position(|&flips| flips);
        let below = &sizes[..first.unwrap_or(sizes.len())];
        self.holds = below.last().copied().unwrap_or(self.holds);
        self.flips = first.map(|at| sizes[at]).or(self.flips);
        self.over = match self.flips {
            Some(flips) => flips == self.holds + 1,
            None => self.holds == self.order.len(),
        };
    }

    /// The neurons, once all is tried; `None` if there are none.
    pub fn found(&self) -> Option<&[u32]> {
        self.flips.map(|size| &self.order[..size])
    }

    /// Up to `most` sizes to try next, rising: while nothing is found each twice the one before, up to all; then evenly
    /// between what is known.
    fn sizes(&self, most: usize) -> Vec<usize> {
        let all = self.order.len();
        let Some(flips) = self.flips else {
            let first = (2 * self.holds).max(1);
            let doubling = std::iter::successors(Some(first), |size| Some(2 * size));
            let below = doubling.take_while(|&size| size < all);
            return below.chain([all]).take(most).collect();
        };
        let between = flips - self.holds;
        let steps = most.min(between - 1);
        (1..=steps)
            .map(|step| self.holds + step * between / (steps + 1))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches among 100 neurons, `most` sizes at a time, if so many flip the class; also the number of rounds.
    fn searched(flips: Option<usize>, most: usize) -> (Option<usize>, usize) {
        let mut search = NeuronFlip::new(&[2], 0, (0..100).collect());
        let mut rounds = 0;
        while !search.over {
            let sizes = search.sizes(most);
            assert!(sizes.is_sorted() && !sizes.is_empty() && sizes.len() <= most);
            let flip: Vec<bool> = sizes
                .iter()
                .map(|&size| flips.is_some_and(|flips| size >= flips))
                .collect();
            search.learn(&sizes, &flip);
            rounds += 1;
        }
        (search.found().map(<[u32]>::len), rounds)
    }

    #[test]
    fn every_size_is_found_in_a_few_rounds() {
        for size in 1..=100 {
            let (found, rounds) = searched(Some(size), 12);
            assert!(
                found == Some(size) && rounds <= 3,
                "{size}: {found:?}, {rounds}"
            );
            let (found, rounds) = searched(Some(size), 1);
            assert!(
                found == Some(size) && rounds <= 14,
                "{size}: {found:?}, {rounds}"
            );
        }
        assert_eq!(searched(None, 12), (None, 1));
        assert_eq!(searched(None, 3), (None, 3));
    }
}
