//! What training records epoch by epoch, for charts, for choosing the best
//! weights and for resuming.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Version of the [`History`] format; raised when a field changes its meaning.
pub const HISTORY_VERSION: u32 = 1;

/// One epoch's measures. Losses are means over the epoch's training batches unless they say
/// otherwise; the collapse watch of method §5.5 is measured on the dev part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Optimiser steps taken since training began.
    pub step: usize,
    /// Cross entropy in training, in nats.
    pub train_cross_entropy: f64,
    /// Cross entropy on the dev part, in nats.
    pub dev_cross_entropy: f64,
    /// λ_imp · L_imp.
    pub weighted_importance: f64,
    /// λ_int · L_int.
    pub weighted_interaction: f64,
    /// The gate guard as it enters the loss.
    pub gate_guard: f64,
    /// Accuracy in training, in [0, 1].
    pub train_accuracy: f64,
    /// Accuracy on the dev part, in [0, 1].
    pub dev_accuracy: f64,
    /// Mean keep probability of words.
    pub word_keep: f64,
    /// Mean keep probability of PAD; `None` if nothing was padded.
    pub pad_keep: Option<f64>,
    /// Mean norm of the words' gated embeddings.
    pub embedding_norm: f64,
    /// Mean entropy of the attention rows, divided by its largest possible value, in [0, 1]; near
    /// 0 if every word attends to one.
    pub attention_entropy: f64,
    /// Fraction of their full weight that the losses other than cross-entropy had at its end, in [0, 1];
    /// the weighted losses above are given as if it were 1.
    #[serde(default = "fully")]
    pub regularised: f64,
    /// Wall-clock time of the epoch, dev part included, in seconds.
    pub seconds: f64,
}

fn fully() -> f64 {
    1.0
}

/// All epochs of one training run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// [`HISTORY_VERSION`] of the writer.
    pub version: u32,
    /// One record per epoch, in order.
    pub records: Vec<EpochRecord>,
}

/// Why a stored history cannot be read.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The text is not a history.
    #[error("this is not a training history: {0}; train again to write a new one")]
    Format(serde_json::Error),
    /// The history was written by another release.
    #[error(
        "this training history has format {found}, but this release reads {HISTORY_VERSION}; use the release that wrote it, or train again"
    )]
    Version {
        /// The version that the text names.
        found: u32,
    },
}

impl Default for History {
    fn default() -> Self {
        Self {
            version: HISTORY_VERSION,
            records: Vec::new(),
        }
    }
}

impl History {
    /// Among the epochs that were regularised most, the one with the highest dev accuracy, on a tie the one
    /// with the lowest cross-entropy; `None` before the first epoch.
    pub fn best(&self) -> Option<&EpochRecord> {
        let rank = |record: &EpochRecord| {
            let sureness = -record.dev_cross_entropy;
            (record.regularised, record.dev_accuracy, sureness)
        };
        self.records
            .iter()
            .reduce(|best, next| if rank(next) > rank(best) { next } else { best })
    }

    /// Reads a history from JSON.
    ///
    /// # Errors
    /// If `json` is not a history of [`HISTORY_VERSION`].
    pub fn from_json(json: &str) -> Result<Self, HistoryError> {
        let Versioned { version } = serde_json::from_str(json).map_err(HistoryError::Format)?;
        if version != HISTORY_VERSION {
            return Err(HistoryError::Version { found: version });
        }
        serde_json::from_str(json).map_err(HistoryError::Format)
    }
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(dev_accuracies: &[f64]) -> History {
        let record = |(at, &dev_accuracy): (usize, &f64)| EpochRecord {
            epoch: at + 1,
            step: 10 * (at + 1),
            train_cross_entropy: 0.5,
            dev_cross_entropy: 0.6,
            weighted_importance: 0.1,
            weighted_interaction: 0.2,
            gate_guard: 0.01,
            train_accuracy: 0.8,
            dev_accuracy,
            word_keep: 0.3,
            pad_keep: None,
            embedding_norm: 16.0,
            attention_entropy: 0.9,
            regularised: 1.0,
            seconds: 12.5,
        };
        History {
            records: dev_accuracies.iter().enumerate().map(record).collect(),
            ..Default::default()
        }
    }

    #[test]
    fn of_the_best_epochs_the_surest_is_best_and_then_the_earliest() {
        let mut history = history(&[0.7, 0.8, 0.8, 0.75, 0.8]);
        assert_eq!(history.best().unwrap().epoch, 2);
        history.records[2].dev_cross_entropy = 0.5;
        history.records[3].dev_cross_entropy = 0.4;
        assert_eq!(history.best().unwrap().epoch, 3);
        assert_eq!(History::default().best(), None);
    }

    #[test]
    fn an_epoch_under_full_weight_beats_those_before() {
        let mut history = history(&[0.9, 0.8, 0.7]);
        history.records[0].regularised = 0.5;
        assert_eq!(history.best().unwrap().epoch, 2);
    }

    #[test]
    fn json_is_read_back_as_it_was_written() {
        let written = history(&[0.7, 0.8]);
        let json = serde_json::to_string(&written).unwrap();
        assert_eq!(History::from_json(&json).unwrap(), written);
    }

    #[test]
    fn other_versions_and_other_texts_are_refused() {
        let newer = r#"{"version": 2, "epochs": []}"#;
        assert!(matches!(
            History::from_json(newer),
            Err(HistoryError::Version { found: 2 })
        ));
        assert!(matches!(
            History::from_json("[]"),
            Err(HistoryError::Format(_))
        ));
    }
}
