//! Why a run cannot go on.

use crate::model::{ReadError, WeightsError};

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A loss is NaN or infinite.
    #[error(
        "a loss is no longer a number after step {step}; try a lower learning rate, or a smaller λ where there is one"
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
        "the checkpoint is of another run ({}); repeat the options of that run, or start a new one in another folder",
        .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    )]
    OtherRun(Vec<Differs>),
}

/// What two runs do not have in common.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {then} in the checkpoint, {now} here")]
pub struct Differs {
    /// What differs, from the whole to the part.
    pub what: String,
    /// What it is in the checkpoint.
    pub then: String,
    /// What it is in the run that was to go on.
    pub now: String,
}
