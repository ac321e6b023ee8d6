//! A run as bytes, so that it continues after a stop exactly as if it had not been stopped.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::epoch::{Epoch, Position};
use super::origin::Origin;
use super::{Helper, TrainError, Trainer};
use crate::explain::History;
use crate::model::{Stream, StreamPosition, Weights};

/// Format of a checkpoint; raised when one of its parts changes its meaning.
const FORMAT: u32 = 2;

/// A run after one of its steps.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Everything small, as JSON.
    pub state: String,
    /// Weights as they are now.
    pub weights: Weights,
    /// Weights of the best epoch; `None` before the first is done.
    pub best: Option<Weights>,
    /// Adam's moments.
    pub optimizer: Weights,
}

/// The part that tells whether the others can be read.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

/// The small part of a run.
#[derive(Serialize, Deserialize)]
struct State {
    format: u32,
    origin: Origin,
    stream: StreamPosition,
    steps: usize,
    history: History,
    /// The epoch in progress.
    #[serde(default)]
    epoch: Option<Position>,
}

impl Checkpoint {
    /// Someone who helps the run that this was taken of, wherever it has gone since.
    ///
    /// # Errors
    /// If the checkpoint cannot be read.
    pub fn helper(&self, device: &Device) -> Result<Helper, TrainError> {
        let Origin { options, model, .. } = self.state()?.origin;
        Ok(Helper::new(&options, &model, &self.weights, device)?)
    }

    fn state(&self) -> Result<State, TrainError> {
        let version: Version = serde_json::from_str(&self.state).map_err(unusable)?;
        if version.format != FORMAT {
            return Err(unusable("it was made by another version of the program"));
        }
        serde_json::from_str(&self.state).map_err(unusable)
    }
}

impl Trainer {
    /// The run as it is now.
    ///
    /// # Errors
    /// If the device was lost or failed, or a loss is no longer a number.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, TrainError> {
        if let Some(epoch) = &mut self.epoch {
            epoch.read(self.optimizer.steps()).await?;
        }
        let state = State {
            format: FORMAT,
            origin: self.origin.clone(),
            stream: self.stream.position(),
            steps: self.optimizer.steps(),
            history: self.history.clone(),
            epoch: self.epoch.as_ref().map(|epoch| epoch.position().clone()),
        };
        Ok(Checkpoint {
            state: serde_json::to_string_pretty(&state).map_err(unusable)?,
            best: self.best.clone(),
            weights: self.model.weights().await?,
            optimizer: self.optimizer.state().await?,
        })
    }

    /// Resumes a run that was prepared with the same data, options and model.
    ///
    /// # Errors
    /// If the checkpoint belongs to another run, in which case what differs is named, or cannot be read.
    pub fn resume(&mut self, checkpoint: Checkpoint) -> Result<(), TrainError> {
        let state = checkpoint.state()?;
        state.origin.check(&self.origin)?;
        let config = &self.model.config;
        let options = &self.origin.options;
        self.model = options.place(config, &checkpoint.weights, &self.device)?;
        let embeddings = options.embeddings();
        let decay = options.weight_decay;
        let before = (state.steps, &checkpoint.optimizer);
        self.optimizer = Adam::restore(&self.model, embeddings, decay, before)
            .ok_or_else(|| unusable("its optimiser is that of another model"))?;
        self.stream = Stream::at(state.stream);
        self.history = state.history;
        self.best = checkpoint.best;
        self.epoch = state.epoch.map(|position| {
            let number = self.history.records.len() + 1;
            let data = (
                self.train.as_slice(),
                self.origin.options.steps.batch_size,
                self.padding(),
            );
            Epoch::resume(number, self.annealed(number), data, position)
        });
        Ok(())
    }
}

fn unusable(reason: impl std::fmt::Display) -> TrainError {
    TrainError::Checkpoint(reason.to_string())
}
