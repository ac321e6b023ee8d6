//! Why a run cannot continue.

use crate::model::{ReadError, WeightsError};

/// Why a run cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A loss is NaN or infinite.
    #[error(
        "a loss is no longer a number after step {step}; try a lower learning rate, or a smaller λ if there is one"
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
    /// A helper was given a task that is not for it.
    #[error("a part of the work went to a helper with another model")]
    Task,
    /// The system starts no more threads.
    #[cfg(not(target_arch = "wasm32"))]
    #[error("no thread could be started: {0}; try fewer")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A checkpoint cannot be written or resumed.
    #[error("the checkpoint cannot be used: {0}; start a new run")]
    Checkpoint(String),
    /// A checkpoint belongs to a run that was started with something else.
    #[error(
        "the checkpoint belongs to another run ({}); repeat the options of that run, or start a new one in another folder",
        .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    )]
    OtherRun(Vec<Differs>),
}

/// A difference between two runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {then} in the checkpoint, {now} here")]
pub struct Differs {
    /// What differs, from the general to the specific.
    pub what: String,
    /// What it is in the checkpoint.
    pub then: String,
    /// What it is in the run that was to be resumed.
    pub now: String,
}
