//! Why a run cannot go on.

use crate::model::{ReadError, WeightsError};

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A loss is NaN or infinite.
    #[error(
        "a loss is no longer a number after step {step}; what the epochs before gave is kept, if there were any; try a lower learning rate, or a smaller λ where there is one"
    )]
    NotFinite {
        /// Optimiser steps taken.
        step: usize,
    },
    /// The device failed.
    #[error(transparent)]
    Device(#[from] ReadError),
    /// The weights do not fit the config.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A checkpoint cannot be written or taken up.
    #[error("the checkpoint cannot be used: {0}; start a new run")]
    Checkpoint(String),
    /// A checkpoint is of a run that was begun with something else.
    #[error(
        "the checkpoint is of another run, whose {what} is {then}, while it is {now} here; ask for the same, or start a new run"
    )]
    OtherRun {
        /// What differs first, from the whole to the part.
        what: String,
        /// What it is in the checkpoint.
        then: String,
        /// What it is in the run that was to go on.
        now: String,
    },
}
