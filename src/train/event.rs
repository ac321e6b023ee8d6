//! What a run reports while it trains, and what its listener may answer.

use serde::{Deserialize, Serialize};

use crate::explain::EpochRecord;
use crate::objective::LossNumbers;

/// What a run reports.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainEvent {
    /// Some steps are done.
    Progress(Progress),
    /// An epoch is done and the dev part measured.
    Epoch(EpochRecord),
}

/// Where a run is within an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Steps done in this epoch.
    pub step: usize,
    /// Steps per epoch.
    pub steps: usize,
    /// Mean cross-entropy of the epoch so far.
    pub cross_entropy: f64,
    /// Training accuracy of the epoch so far.
    pub accuracy: f64,
    /// The steps since the last such event.
    pub recent: Vec<StepRecord>,
}

/// One optimiser step's measures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Texts of the batch.
    pub texts: usize,
    /// Those classified correctly.
    pub correct: usize,
    /// The batch's losses, λ not applied.
    pub losses: LossNumbers,
}

/// What the listener to a run wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Go on.
    Continue,
    /// Stop at once; a checkpoint made now resumes from here.
    Stop,
}

/// How an epoch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is more to do.
    More,
    /// All epochs are done, or patience is at its end.
    Finished,
    /// The listener wanted to stop.
    Stopped,
}
