//! A run's checkpoint as files.

use super::{Files, tensor_file, tensors_of};
use crate::model::Weights;
use crate::train::{Checkpoint, TrainError};

const STATE: &str = "state.json";
const WEIGHTS: &str = "weights.safetensors";
const BEST: &str = "best.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";

impl Checkpoint {
    /// Names of its files.
    pub const FILES: [&str; 4] = [STATE, WEIGHTS, BEST, OPTIMIZER];

    /// Its files, by name.
    ///
    /// # Errors
    /// If a file cannot be put into its format.
    pub fn to_files(&self) -> Result<Files, TrainError> {
        let mut files = Files::from([(STATE.to_owned(), self.state.clone().into_bytes())]);
        let tensors = [
            (WEIGHTS, Some(&self.weights)),
            (BEST, self.best.as_ref()),
            (OPTIMIZER, Some(&self.optimizer)),
        ];
        for (name, weights) in tensors {
            if let Some(weights) = weights {
                files.insert(name.to_owned(), tensor_file(weights).map_err(unusable)?);
            }
        }
        Ok(files)
    }

    /// Takes it out of `files`, which may also hold others.
    ///
    /// # Errors
    /// Says which file is missing or damaged.
    pub fn from_files(files: &mut Files) -> Result<Self, TrainError> {
        let best = files.remove(BEST);
        let mut take = |name| {
            let file = files.remove(name);
            file.ok_or_else(|| unusable(format!("it lacks its file {name}")))
        };
        Ok(Self {
            state: String::from_utf8(take(STATE)?).map_err(unusable)?,
            weights: tensors(WEIGHTS, &take(WEIGHTS)?)?,
            optimizer: tensors(OPTIMIZER, &take(OPTIMIZER)?)?,
            best: best.map(|best| tensors(BEST, &best)).transpose()?,
        })
    }
}

fn tensors(name: &str, bytes: &[u8]) -> Result<Weights, TrainError> {
    tensors_of(bytes).map_err(|_| unusable(format!("{name} is damaged")))
}

fn unusable(reason: impl std::fmt::Display) -> TrainError {
    TrainError::Checkpoint(reason.to_string())
}
