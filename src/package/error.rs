//! Why files are not a model.

use super::FORMAT;
use crate::model::{ConfigError, WeightsError};
use crate::text::VocabularyError;

/// Files that are not a model.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file is not there.
    #[error("the model lacks its file {0}; fetch the whole model directory again")]
    Missing(&'static str),
    /// A file is not the one that the card names.
    #[error(
        "{0} is damaged or belongs to another model: its checksum is not the card's; fetch the model again"
    )]
    Damaged(&'static str),
    /// A file cannot be parsed.
    #[error("{name} is not that of a model ({error}); fetch the model again")]
    Json {
        /// Name of the file.
        name: &'static str,
        /// What is wrong.
        error: serde_json::Error,
    },
    /// The directory has another format.
    #[error(
        "this model was written by {} version: it has format {found}, but this program reads format {FORMAT}; use versions that belong together",
        if *.found > u64::from(FORMAT) { "a newer" } else { "an older" }
    )]
    Format {
        /// Format of the card.
        found: u64,
    },
    /// Sizes of which no model can be made.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Not a vocabulary.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// Parameters that do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The weights are not a safetensors file of ours.
    #[error("model.safetensors cannot be read: {0}; fetch the model again")]
    Tensors(String),
    /// Files that do not fit together.
    #[error("the model has {found} {what}, but its config says {expected}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Classes that nobody can distinguish.
    #[error("the model's card names two classes \"{0}\"; fetch the model again")]
    TwoClasses(String),
    /// Not a zip file.
    #[error("this is not a zip file")]
    NoZip,
    /// A zip file that cannot be read to its end.
    #[error("the zip is damaged or was cut short ({0}); download it again")]
    CutZip(String),
    /// A zip file in which it is unclear which files belong together.
    #[error(
        "the zip holds several models, or {0} twice; unpack it, and choose the files of one model"
    )]
    SeveralModels(String),
    /// A zip file of other things.
    #[error(
        "the zip holds no model: none of card.json, config.json, vocabulary.json and model.safetensors is in it"
    )]
    ForeignZip,
    /// A zip file that would fill the memory.
    #[error(
        "the zip holds more than a gigabyte; unpack it, and choose the four files of the model"
    )]
    LargeZip,
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
}

impl PackageError {
    pub(super) fn tensors(error: &dyn std::fmt::Display) -> Self {
        Self::Tensors(error.to_string())
    }
}
