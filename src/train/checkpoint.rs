//! A run as bytes, so that it goes on after a stop exactly as if it had not been stopped.

use serde::{Deserialize, Serialize};

use super::{Adam, Options, TrainError, Trainer};
use crate::explain::History;
use crate::model::{Classifier, Stream, StreamPosition, Weights};

/// A run at the end of an epoch.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Everything small, as JSON.
    pub state: String,
    /// Weights as they are now.
    pub weights: Weights,
    /// Weights of the best epoch.
    pub best: Weights,
    /// Adam's moments.
    pub optimizer: Weights,
}

/// The small part of a run.
#[derive(Serialize, Deserialize)]
struct State {
    options: Options,
    stream: StreamPosition,
    steps: usize,
    history: History,
}

impl Trainer {
    /// The run as it is after an epoch.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn checkpoint(&self) -> Result<Checkpoint, TrainError> {
        let state = State {
            options: self.options.clone(),
            stream: self.stream.position(),
            steps: self.optimizer.steps(),
            history: self.history.clone(),
        };
        let weights = self.model.weights().await?;
        Ok(Checkpoint {
            state: serde_json::to_string_pretty(&state).map_err(unusable)?,
            best: self.best.clone().unwrap_or_else(|| weights.clone()),
            weights,
            optimizer: self.optimizer.state().await?,
        })
    }

    /// Takes a run up that was prepared with the same data, options and model.
    ///
    /// # Errors
    /// If the checkpoint is of another run, or cannot be read.
    pub fn resume(&mut self, checkpoint: Checkpoint) -> Result<(), TrainError> {
        let state: State = serde_json::from_str(&checkpoint.state).map_err(unusable)?;
        // More epochs or more patience may be asked for; anything else makes another run.
        let asked = Options {
            epochs: state.options.epochs,
            patience: state.options.patience,
            ..self.options.clone()
        };
        if state.options != asked {
            return Err(unusable("it was made with other options"));
        }
        self.model = Classifier::new(&self.model.config, &checkpoint.weights, &self.device)?;
        let by_rows = self.optimizer.by_rows();
        self.optimizer = Adam::restore(&self.model, by_rows, state.steps, &checkpoint.optimizer)
            .ok_or_else(|| unusable("its optimiser is that of another model"))?;
        self.stream = Stream::at(state.stream);
        self.history = state.history;
        self.best = Some(checkpoint.best);
        Ok(())
    }
}

fn unusable(reason: impl std::fmt::Display) -> TrainError {
    TrainError::Checkpoint(reason.to_string())
}
