//! What happens to a prediction without some of a text's words: found once each, in batches.

use std::collections::BTreeMap;

use crate::attribute::{Removal, Removed, probabilities};
use crate::explain::argmax;
use crate::model::{Classifier, ReadError};
use crate::text::Encoded;

/// What happens to a prediction without some words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outcome {
    /// How far the probability of the class predicted for the whole text falls; negative if it
    /// rises.
    pub(super) fall: f64,
    /// Whether that class is still predicted.
    pub(super) same: bool,
}

/// All that is known about one text and one way of removing words.
#[derive(Clone, Debug)]
pub(super) struct Outcomes {
    text: Encoded,
    removal: Removal,
    /// The class predicted for the whole text, and its probability.
    pub(super) class: usize,
    pub(super) whole: f64,
    known: BTreeMap<Removed, Outcome>,
}

impl Outcomes {
    /// Those of a text for which the class probabilities, `K`, are known as a whole.
    pub(super) fn of(text: Encoded, whole: &[f32], removal: Removal) -> Self {
        let class = argmax(whole);
        Self {
            text,
            removal,
            class,
            whole: f64::from(whole[class]),
            known: BTreeMap::new(),
        }
    }

    /// Predicts the whole text.
    pub(super) async fn new(
        model: &Classifier,
        text: &Encoded,
        removal: Removal,
    ) -> Result<Self, ReadError> {
        let whole = probabilities(model, &[&text.ids]).await?.swap_remove(0);
        Ok(Self::of(text.clone(), &whole, removal))
    }

    /// Finds the outcomes in `model` of those `removals` that are not known yet.
    pub(super) async fn find(
        &mut self,
        model: &Classifier,
        removals: impl IntoIterator<Item = Removed>,
    ) -> Result<(), ReadError> {
        let mut new: Vec<Removed> = removals
            .into_iter()
            .filter(|removed| !self.known.contains_key(removed))
            .collect();
        new.sort_unstable();
        new.dedup();
        let reads = model.config.reading.words;
        let texts: Vec<Vec<u32>> = new
            .iter()
            .map(|removed| self.removal.apply(&self.text, removed, reads))
            .collect();
        let found = probabilities(model, &texts).await?;
        for (removed, found) in new.into_iter().zip(found) {
            let outcome = Outcome {
                fall: self.whole - f64::from(found[self.class]),
                same: argmax(&found) == self.class,
            };
            self.known.insert(removed, outcome);
        }
        Ok(())
    }

    /// The outcome of a removal that was computed.
    ///
    /// # Panics
    /// If it was not.
    pub(super) fn get(&self, removed: &[bool]) -> Outcome {
        self.known[removed]
    }
}
