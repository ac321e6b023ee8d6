//! Sums of the steps' measures over an epoch.

use serde::{Deserialize, Serialize};

use super::StepRecord;
use crate::objective::LossNumbers;

/// Values that a step yields: cross-entropy, L_imp, L_int and guard times the number of texts, and
/// the number of texts classified correctly.
pub(super) const VALUES: usize = 5;

/// Sums over the texts of an epoch so far.
///
/// A few steps are added up as 32-bit floats before they are added to the total, always the same
/// ones, however often they are read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sums {
    texts: usize,
    whole: [f64; VALUES],
    group: [f32; VALUES],
    /// Steps of the group.
    steps: usize,
}

impl Sums {
    /// Steps of a full group.
    const GROUP: usize = 16;

    /// Adds a step of a batch of `texts`; `None` if it is not finite.
    pub(super) fn add(&mut self, texts: usize, values: &[f32]) -> Option<StepRecord> {
        let &[cross_entropy, importance, interaction, guard, correct] = values else {
            return None;
        };
        if !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        self.texts += texts;
        for (sum, &value) in self.group.iter_mut().zip(values) {
            *sum = if self.steps == 0 { value } else { *sum + value };
        }
        self.steps += 1;
        if self.steps == Self::GROUP {
            self.whole = self.total();
            (self.group, self.steps) = ([0.0; VALUES], 0);
        }
        let mean = |sum: f32| f64::from(sum) / texts as f64;
        Some(StepRecord {
            texts,
            correct: correct as usize,
            losses: LossNumbers {
                cross_entropy: mean(cross_entropy),
                importance: mean(importance),
                interaction: mean(interaction),
                guard: mean(guard),
            },
        })
    }

    /// Means over the texts so far of the losses, λ not applied, and the accuracy.
    pub(super) fn means(&self) -> (LossNumbers, f64) {
        let texts = self.texts.max(1) as f64;
        let [cross_entropy, importance, interaction, guard, correct] = self.total();
        let losses = LossNumbers {
            cross_entropy: cross_entropy / texts,
            importance: importance / texts,
            interaction: interaction / texts,
            guard: guard / texts,
        };
        (losses, correct / texts)
    }

    fn total(&self) -> [f64; VALUES] {
        let mut total = self.whole;
        for (sum, &value) in total.iter_mut().zip(&self.group) {
            *sum += f64::from(value);
        }
        total
    }
}
