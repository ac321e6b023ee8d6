//! When a run has gone so far wrong that it will not recover.

use crate::explain::EpochRecord;

/// A training cross-entropy that is more than this many times that of guessing will not recover in a longer run.
pub const DIVERGED: f64 = 10.0;

/// The cross-entropy of finding all `classes` equally likely, in nats.
pub fn guessing(classes: usize) -> f64 {
    (classes as f64).ln()
}

/// Whether an epoch left a model of so many `classes` far worse than one that guesses.
pub fn has_diverged(epoch: &EpochRecord, classes: usize) -> bool {
    epoch.train_cross_entropy > DIVERGED * guessing(classes)
}
