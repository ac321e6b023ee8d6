//! How a run's steps are taken, and how many.

use serde::{Deserialize, Serialize};

/// How a run's steps are taken, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// Adam's step size.
    pub learning_rate: f64,
    /// Texts per batch.
    pub batch_size: usize,
    /// Maximum number of epochs.
    pub epochs: usize,
    /// Training ends after this many epochs without a better one on the dev part.
    pub patience: usize,
}

impl Steps {
    /// Each by its name, with its value.
    pub fn named(&self) -> [(&'static str, String); 4] {
        [
            ("epochs", self.epochs.to_string()),
            ("patience", self.patience.to_string()),
            ("learning rate", self.learning_rate.to_string()),
            ("batch size", self.batch_size.to_string()),
        ]
    }

    /// The first that a run of at least one epoch cannot have: its name, and what it must be.
    pub fn refusal(&self) -> Option<(&'static str, &'static str)> {
        let rate = self.learning_rate;
        let fits = [
            (self.epochs > 0, "1 or more"),
            (self.patience > 0, "1 or more"),
            (rate.is_finite() && rate > 0.0, "more than 0"),
            (self.batch_size > 0, "1 or more"),
        ];
        let each = self.named().into_iter().zip(fits);
        each.into_iter()
            .find(|(_, (fits, _))| !fits)
            .map(|((name, _), (_, rule))| (name, rule))
    }

    /// Whether a run is over after `done` epochs, the best of which was number `best`.
    pub(super) fn are_over(&self, done: usize, best: usize) -> bool {
        done >= self.epochs || done - best >= self.patience
    }

    /// The same, with as many epochs and as much patience as in `other`.
    pub(super) fn as_long_as(self, other: &Self) -> Self {
        Self {
            epochs: other.epochs,
            patience: other.patience,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: Steps = Steps {
        learning_rate: 0.1,
        batch_size: 8,
        epochs: 5,
        patience: 2,
    };

    #[test]
    fn a_run_ends_with_its_epochs_or_its_patience() {
        assert!(STEPS.are_over(5, 5));
        assert!(STEPS.are_over(3, 1));
        assert!(!STEPS.are_over(4, 3));
    }

    #[test]
    fn what_cannot_be_is_named() {
        assert_eq!(STEPS.refusal(), None);
        let none = Steps {
            patience: 0,
            learning_rate: f64::NAN,
            ..STEPS
        };
        assert_eq!(none.refusal(), Some(("patience", "1 or more")));
        let lost = Steps {
            learning_rate: f64::NAN,
            ..STEPS
        };
        assert_eq!(lost.refusal(), Some(("learning rate", "more than 0")));
    }
}
