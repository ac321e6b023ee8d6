//! Why the files of a Hugging Face model cannot be imported.

use crate::model::{ConfigError, WeightsError};
use crate::package::PackageError;
use crate::text::VocabularyError;

/// Files that are not a model that can be imported.
#[derive(Debug, thiserror::Error)]
pub enum HuggingFaceError {
    /// A file is not there.
    #[error("{0}; copy the whole folder of the model")]
    Missing(&'static str),
    /// A file cannot be parsed.
    #[error("{name} cannot be read ({error}); copy it again")]
    Json {
        /// Name of the file.
        name: &'static str,
        /// What is wrong.
        error: serde_json::Error,
    },
    /// A kind of model, or an option of one, that is computed otherwise.
    #[error(
        "{what}, which is not supported; what can be imported is BERT or DistilBERT with word pieces, absolute positions and GELU or ReLU: the encoder alone, or with a head that classifies texts"
    )]
    Unsupported {
        /// What was found, such as "config.json says model_type = \"gpt2\"".
        what: String,
    },
    /// More layers than there are.
    #[error("the model has {found} layers, of which the first {asked} cannot be kept")]
    Layers {
        /// Layers of the model.
        found: usize,
        /// How many were asked for.
        asked: usize,
    },
    /// As many class names as the head does not have.
    #[error(
        "{names} class names for a model of {classes} classes; name all of them, in the order of its logits"
    )]
    Classes {
        /// Names that were given.
        names: usize,
        /// Classes of the head.
        classes: usize,
    },
    /// Words that are not those of the table.
    #[error(
        "the tokenizer has {words} pieces, and the model's table {rows} rows; take both from one folder"
    )]
    Words {
        /// Pieces of the tokenizer.
        words: usize,
        /// Rows of the table.
        rows: usize,
    },
    /// Not a vocabulary.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// Sizes of which no model can be made.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Parameters that are missing or do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The weights cannot be read.
    #[error(transparent)]
    Package(#[from] PackageError),
}

impl HuggingFaceError {
    pub(super) fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into() }
    }
}
