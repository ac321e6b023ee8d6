//! What a run needs besides model and data.

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::adam::Embeddings;
use super::{Schedule, Steps};
use crate::model::{Classifier, ModelConfig, Weights, WeightsError};
use crate::objective::{Objective, earlier};

/// What a run needs besides model and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// What is minimised.
    #[serde(deserialize_with = "earlier::any")]
    pub objective: Objective,
    /// How steps are taken, and how many.
    #[serde(flatten)]
    pub steps: Steps,
    /// How the step size and the weights of the objective change along the run.
    #[serde(default)]
    pub schedule: Schedule,
    /// Decoupled weight decay (AdamW, Loshchilov & Hutter 2019): by how much matrices shrink in a step of size 1.
    #[serde(default)]
    pub weight_decay: f64,
    /// Seed of the run's only random stream.
    pub seed: u64,
    /// Whether the word embeddings stay as they are: then they get no gradients and no moments.
    #[serde(default)]
    pub freeze_embeddings: bool,
    /// How many of the first blocks stay as they are, likewise, and all that enters them.
    #[serde(default)]
    pub freeze_layers: usize,
}

/// Whether a run that leaves the word embeddings, or the first `layers` blocks and all that enters them, as they
/// are leaves the parameter of this name as it is.
pub fn is_frozen(name: &str, embeddings: bool, layers: usize) -> bool {
    let words = ["embedding.weight", "embedding.projection.weight"];
    let enters = ["embedding.", "positions."];
    let block = name.strip_prefix("layers.").and_then(|rest| {
        let (at, _) = rest.split_once('.')?;
        at.parse::<usize>().ok()
    });
    (embeddings && words.contains(&name))
        || (layers > 0 && enters.iter().any(|start| name.starts_with(start)))
        || block.is_some_and(|at| at < layers)
}

impl Options {
    /// How the word embeddings are moved.
    pub(super) fn embeddings(&self) -> Embeddings {
        if self.freeze_embeddings || self.freeze_layers > 0 {
            Embeddings::Frozen
        } else if self.objective.moves_words_apart() {
            Embeddings::ByRows
        } else {
            Embeddings::Whole
        }
    }

    /// Puts a model on an autodiff device, where what is frozen has no gradient.
    pub(super) fn place(
        &self,
        config: &ModelConfig,
        weights: &Weights,
        device: &Device,
    ) -> Result<Classifier, WeightsError> {
        let mut model = Classifier::new(config, weights, device)?;
        if self.embeddings() == Embeddings::Frozen {
            model.words = model.words.no_grad();
            model.projection = model.projection.no_grad();
        }
        if self.freeze_layers > 0 {
            model.positions = model.positions.no_grad();
            model.embedding_norm = model.embedding_norm.no_grad();
        }
        let blocks = model.blocks.into_iter().enumerate();
        let blocks = blocks.map(|(at, block)| match at < self.freeze_layers {
            true => block.no_grad(),
            false => block,
        });
        model.blocks = blocks.collect();
        Ok(model)
    }
}
