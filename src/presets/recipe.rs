//! How a model is trained, whatever it minimises.

use serde::{Deserialize, Serialize};

use super::preset::{Preset, files};
use crate::model::ModelConfig;
use crate::objective::{Objective, range};
use crate::train::{Options, Schedule, Steps};

/// How a model is trained: on which texts, in which steps, and from which start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What is learned.
    pub texts: Texts,
    /// Adam's step size.
    #[serde(deserialize_with = "range::weight")]
    pub learning_rate: f64,
    /// See [`Schedule::warm_up`].
    #[serde(
        default,
        deserialize_with = "range::part",
        skip_serializing_if = "is_none"
    )]
    pub warm_up: f64,
    /// See [`Schedule::decay`].
    pub decay: bool,
    /// See [`Options::weight_decay`].
    #[serde(
        default,
        deserialize_with = "range::weight",
        skip_serializing_if = "is_none"
    )]
    pub weight_decay: f64,
    /// See [`Schedule::ramp`].
    #[serde(deserialize_with = "range::part")]
    pub ramp: f64,
    /// Texts per batch.
    #[serde(deserialize_with = "range::count")]
    pub batch_size: usize,
    /// Maximum number of epochs; 0 keeps the model as it starts.
    pub epochs: usize,
    /// Training ends after this many epochs without a better dev accuracy.
    #[serde(deserialize_with = "range::count")]
    pub patience: usize,
    /// Another dropout probability than that of the start model.
    #[serde(
        default,
        deserialize_with = "range::some_dropout",
        skip_serializing_if = "Option::is_none"
    )]
    pub dropout: Option<f64>,
    /// Likewise another probability that training closes a word's gate.
    #[serde(
        default,
        deserialize_with = "range::some_dropout",
        skip_serializing_if = "Option::is_none"
    )]
    pub word_dropout: Option<f64>,
    /// Where it starts.
    pub start: Start,
}

/// Whether there is nothing of it.
fn is_none(amount: &f64) -> bool {
    *amount == 0.0
}

/// Texts of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Texts {
    /// Only whole texts.
    Sentences,
    /// The labelled phrases of the training trees, including whole sentences.
    Phrases {
        /// This many neutral ones, too, drawn at random, half of them under each class.
        neutral: usize,
        /// Also those of GLUE's SST-2 that the trees lack.
        glue: bool,
    },
}

/// Where a run starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// From a fresh model.
    Fresh(Fresh),
    /// From the model of another recipe, which is trained first.
    After(After),
    /// From a model that was trained before, which is given.
    Given,
}

/// Words, sizes and initial weights of a fresh model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fresh {
    /// A word is known if it occurs at least this many times in the training sentences.
    pub min_frequency: usize,
    /// Maximum number of known words; `None`: all.
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
    /// MLP neurons per block, F.
    pub d_ff: usize,
    /// Width of a factorised word table; `None`: the table holds the embeddings themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_rank: Option<usize>,
    /// Factor on the initial word table.
    #[serde(deserialize_with = "range::weight")]
    pub embedding_scale: f64,
    /// Dropout probability in training.
    #[serde(deserialize_with = "range::dropout")]
    pub dropout: f64,
    /// Probability that training closes a word's gate.
    #[serde(deserialize_with = "range::dropout")]
    pub word_dropout: f64,
}

/// A run that comes before another.
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

    /// How its steps are taken, and how many.
    pub fn steps(&self) -> Steps {
        Steps {
            learning_rate: self.learning_rate,
            batch_size: self.batch_size,
            epochs: self.epochs,
            patience: self.patience,
        }
    }

    /// What the step loop needs; everything learns.
    pub fn options(&self, objective: Objective, seed: u64) -> Options {
        Options {
            objective,
            steps: self.steps(),
            schedule: Schedule {
                ramp: self.ramp,
                warm_up: self.warm_up,
                decay: self.decay,
            },
            weight_decay: self.weight_decay,
            seed,
            freeze_embeddings: false,
            freeze_layers: 0,
        }
    }
}

impl Fresh {
    /// The config of a model with these sizes, and all else as in `others`.
    #[must_use]
    pub fn shapes(&self, others: ModelConfig) -> ModelConfig {
        ModelConfig {
            layers: self.layers,
            heads: self.heads,
            d_model: self.d_model,
            d_ff: self.d_ff,
            embedding_rank: self.embedding_rank,
            dropout: self.dropout,
            word_dropout: self.word_dropout,
            ..others
        }
    }
}

impl Preset for Recipe {
    const WHAT: &'static str = "recipe";
    const ALL: &'static [(&'static str, &'static str)] = files!("recipes":
        "sst2" "sst2-phrases" "sst2-pretrained" "imdb" "imdb-first" "csv" "csv-pretrained"
        "published");
}
