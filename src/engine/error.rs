//! Why the engine has no answer, in words for people and for programs.

use super::{Backend, DataProblem, UnknownBackend};
use crate::evaluate::MeasureError;
use crate::model::{ReadError, WeightsError};
use crate::package::PackageError;
use crate::text::plural;
use crate::train::TrainError;

/// Why the engine has no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No such device here.
    #[error("{0}")]
    Backend(String),
    /// No such backend at all.
    #[error(transparent)]
    UnknownBackend(#[from] UnknownBackend),
    /// The program was built without this backend.
    #[error("this build does not include the backend {}", .0.title())]
    NotBuilt(Backend),
    /// The device was lost or computes wrongly.
    #[error("{0}")]
    Fault(String),
    /// The device did not answer.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The files are not a model.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The parameters do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The model gives no probabilities.
    #[error("{}", MeasureError::NotFinite)]
    NotFinite,
    /// No model with that id was loaded.
    #[error("no model named {0} is loaded")]
    Model(String),
    /// The model reads no such word in the text.
    #[error("the model reads {words} words of the text, and none has the number {word}")]
    Word {
        /// The word's number, from 0.
        word: usize,
        /// How many there are.
        words: usize,
    },
    /// The model's last block has no such part.
    #[error("the model's last block has {count} {what}s, and none has the number {number}")]
    Part {
        /// What it is.
        what: &'static str,
        /// Its number, from 0.
        number: usize,
        /// How many there are.
        count: usize,
    },
    /// The model has no such layer.
    #[error("the model has {}, and none has the number {}", plural(*layers, "layer"), layer + 1)]
    Layer {
        /// Its number, from 0.
        layer: usize,
        /// How many there are.
        layers: usize,
    },
    /// The labelled texts cannot be used as they are.
    #[error(transparent)]
    Data(#[from] DataProblem),
    /// An option of a run has no such value.
    #[error("{0}")]
    Options(String),
    /// A run cannot continue.
    #[error(transparent)]
    Train(TrainError),
    /// The bytes are not a run that can be resumed.
    #[error("the checkpoint cannot be used: {0}")]
    Checkpoint(String),
    /// What was asked for does not fit the state of the run.
    #[error("{0}")]
    Run(&'static str),
}

impl From<TrainError> for EngineError {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Device(error) => Self::Read(error),
            TrainError::Weights(error) => Self::Weights(error),
            TrainError::Checkpoint(reason) => Self::Checkpoint(reason),
            error @ TrainError::OtherRun { .. } => Self::Checkpoint(error.to_string()),
            other => Self::Train(other),
        }
    }
}

impl From<MeasureError> for EngineError {
    fn from(error: MeasureError) -> Self {
        match error {
            MeasureError::Device(error) => Self::Read(error),
            MeasureError::NotFinite => Self::NotFinite,
            MeasureError::Lengths { .. } => Self::Run("the two models read texts differently"),
        }
    }
}

impl EngineError {
    /// A word by which programs distinguish the kinds of errors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Backend(_) | Self::UnknownBackend(_) | Self::NotBuilt(_) => "backend",
            Self::Fault(_) | Self::Read(_) => "device",
            Self::Package(_) | Self::Weights(_) | Self::NotFinite => "model",
            Self::Model(_) => "missing-model",
            Self::Word { .. } => "missing-word",
            Self::Part { .. } | Self::Layer { .. } => "missing-part",
            Self::Data(_) => "data",
            Self::Options(_) => "options",
            Self::Train(_) | Self::Run(_) => "run",
            Self::Checkpoint(_) => "checkpoint",
        }
    }
}
