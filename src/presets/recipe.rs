//! How a model is trained, whatever it minimises.

use serde::{Deserialize, Serialize};

use crate::model::ModelConfig;
use crate::objective::{Objective, range};
use crate::train::{Options, Schedule};

/// How a model is trained: on which texts, in which steps, and where it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What is learned.
    pub texts: Texts,
    /// Adam's step size.
    #[serde(deserialize_with = "range::weight")]
    pub learning_rate: f64,
    /// See [`Schedule::decay`].
    pub decay: bool,
    /// See [`Schedule::ramp`].
    #[serde(deserialize_with = "range::part")]
    pub ramp: f64,
    /// Texts a batch.
    #[serde(deserialize_with = "range::count")]
    pub batch_size: usize,
    /// Most epochs; 0 keeps the model as it begins.
    pub epochs: usize,
    /// Epochs without a better dev accuracy after which training ends.
    #[serde(deserialize_with = "range::count")]
    pub patience: usize,
    /// Another dropout probability than that of the model which the run begins at.
    #[serde(
        default,
        deserialize_with = "range::some_dropout",
        skip_serializing_if = "Option::is_none"
    )]
    pub dropout: Option<f64>,
    /// Likewise another probability with which training closes a word's gate.
    #[serde(
        default,
        deserialize_with = "range::some_dropout",
        skip_serializing_if = "Option::is_none"
    )]
    pub word_dropout: Option<f64>,
    /// Where it begins.
    pub start: Start,
}

/// Texts of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Texts {
    /// Whole texts alone.
    Sentences,
    /// The labelled phrases of the training trees, whole sentences among them.
    Phrases {
        /// So many neutral ones too, drawn at random, half of them under each class.
        neutral: usize,
        /// Those of GLUE's SST-2 that the trees lack, too.
        glue: bool,
    },
}

/// Where a run begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// At a fresh model.
    Fresh(Fresh),
    /// At the model of another recipe, which is trained first.
    After(After),
}

/// Words, sizes and first weights of a fresh model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fresh {
    /// Least number of times that a word occurs in the training sentences to be known.
    pub min_frequency: usize,
    /// Most words known; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary_size: Option<usize>,
    /// Longest text in words; `None`: as suits the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_len: Option<usize>,
    /// Encoder blocks.
    pub layers: usize,
    /// Attention heads.
    pub heads: usize,
    /// Embedding width E.
    pub d_model: usize,
    /// MLP neurons a block, F.
    pub d_ff: usize,
    /// Width of a factorised word table; `None`: the table holds the embeddings themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_rank: Option<usize>,
    /// Factor of the first word table.
    #[serde(deserialize_with = "range::weight")]
    pub embedding_scale: f64,
    /// Dropout probability in training.
    #[serde(deserialize_with = "range::dropout")]
    pub dropout: f64,
    /// Probability with which training closes a word's gate.
    #[serde(deserialize_with = "range::dropout")]
    pub word_dropout: f64,
}

/// A run that goes before another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Its recipe, by name or file.
    pub recipe: String,
    /// What it minimises, by name or file.
    pub losses: String,
}

impl Recipe {
    /// A model of `config` as this recipe trains it.
    #[must_use]
    pub fn trains(&self, config: ModelConfig) -> ModelConfig {
        ModelConfig {
            dropout: self.dropout.unwrap_or(config.dropout),
            word_dropout: self.word_dropout.unwrap_or(config.word_dropout),
            ..config
        }
    }

    /// The same for the step loop.
    pub fn options(&self, objective: Objective, seed: u64, freeze_embeddings: bool) -> Options {
        Options {
            objective,
            learning_rate: self.learning_rate,
            schedule: Schedule {
                ramp: self.ramp,
                decay: self.decay,
            },
            batch_size: self.batch_size,
            epochs: self.epochs,
            patience: self.patience,
            seed,
            freeze_embeddings,
        }
    }
}
