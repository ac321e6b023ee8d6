//! What shape a model has and how it reads a text; stored next to its weights.

use serde::{Deserialize, Serialize};

use super::architecture::Architecture;
use super::winners::Winners;
use crate::text::Tokenizer;

/// Which positions the classifier's mean pooling covers (method §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// Every position, including PAD: as published.
    All,
    /// Only words.
    Valid,
    /// Only the first position, that of `[CLS]`, as in BERT.
    First,
}

/// The length to which a batch is padded (method §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Padding {
    /// To the model's `max_len`, always: as published.
    Fixed,
    /// To the longest text of the batch.
    Longest,
}

/// What PAD's embedding is (method §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PadEmbedding {
    /// A trained row of the table: as published.
    Trained,
    /// Always zero.
    Zero,
}

/// What the head reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readout {
    /// The last block's normalised sum of what attention and the neurons write: as published.
    #[default]
    Residual,
    /// The last block's neurons, and nothing else: it has no W_2, no residual around its MLP and no
    /// second norm, so that a logit is a sum over neurons.
    Neurons,
}

impl Readout {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Residual, Self::Neurons];

    /// Its name in options and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Residual => "residual",
            Self::Neurons => "neurons",
        }
    }
}

/// How a model reads a text (method §3.4): set by the objective, stored with the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Positions that mean pooling covers.
    pub pooling: Pooling,
    /// Length of a batch.
    pub padding: Padding,
    /// PAD's embedding.
    pub pad_embedding: PadEmbedding,
    /// How a text becomes words.
    pub words: Tokenizer,
}

impl Reading {
    /// The published way, with PAD taking part and the given word splitting.
    pub fn published(words: Tokenizer) -> Self {
        Self {
            pooling: Pooling::All,
            padding: Padding::Fixed,
            pad_embedding: PadEmbedding::Trained,
            words,
        }
    }

    /// The scale-free way, PAD without effect.
    pub fn scale_free(words: Tokenizer) -> Self {
        Self {
            pooling: Pooling::Valid,
            padding: Padding::Longest,
            pad_embedding: PadEmbedding::Zero,
            words,
        }
    }
}

/// Sizes of a classifier (method §2) and how it reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// Rows of the embedding table, V; ids 0 and 1 are PAD and UNKNOWN.
    pub vocabulary: usize,
    /// Embedding width E.
    pub d_model: usize,
    /// Width R of a factorised word table: R numbers per word, which one matrix turns
    /// into E (Lan et al. 2020, §3.1). `None`: the table holds the embeddings themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_rank: Option<usize>,
    /// Attention heads H; divides `d_model`.
    pub heads: usize,
    /// MLP neurons per block, F.
    pub d_ff: usize,
    /// Hidden width of the VMASK gate.
    pub mask_hidden: usize,
    /// Encoder blocks.
    pub layers: usize,
    /// Classes K.
    pub classes: usize,
    /// Longest text in words.
    pub max_len: usize,
    /// Dropout probability in training.
    pub dropout: f64,
    /// Probability that the gate of a word is closed in training, whatever it would decide
    /// (word dropout, Iyyer et al. 2015).
    #[serde(default)]
    pub word_dropout: f64,
    /// How a text is read.
    pub reading: Reading,
    /// What the head reads; a file that does not say has the published readout.
    #[serde(default)]
    pub readout: Readout,
    /// Which words of a text may take each of the last block's neurons; `None`: all. Only possible if the head
    /// reads the neurons, and not PAD's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winners: Option<Winners>,
    /// What the encoder is made of.
    #[serde(default, skip_serializing_if = "Architecture::is_published")]
    pub architecture: Architecture,
}

impl ModelConfig {
    /// The sizes of method §2 for the given vocabulary and classes.
    pub fn new(vocabulary: usize, classes: usize, reading: Reading) -> Self {
        Self {
            vocabulary,
            d_model: 256,
            embedding_rank: None,
            heads: 8,
            d_ff: 1024,
            mask_hidden: 1024,
            layers: 1,
            classes,
            max_len: 128,
            dropout: 0.1,
            word_dropout: 0.0,
            reading,
            readout: Readout::Residual,
            winners: None,
            architecture: Architecture::default(),
        }
    }

    /// Width of what the head reads: F or E.
    pub fn readout_width(&self) -> usize {
        match self.readout {
            Readout::Residual => self.d_model,
            Readout::Neurons => self.d_ff,
        }
    }

    /// Whether block `layer` writes its neurons back into the residual stream, with W_2 and a second
    /// norm.
    pub fn writes_back(&self, layer: usize) -> bool {
        self.readout == Readout::Residual || layer + 1 < self.layers
    }

    /// Numbers per word in the word table: R, or E.
    pub fn table_width(&self) -> usize {
        self.embedding_rank.unwrap_or(self.d_model)
    }

    /// Whether the word table holds R numbers per word, which a projection makes E.
    pub fn is_factorised(&self) -> bool {
        self.embedding_rank.is_some()
    }

    /// Checks that the sizes are those of a possible model.
    ///
    /// # Errors
    /// Names the first field that does not fit.
    pub fn check(&self) -> Result<(), ConfigError> {
        /// 64 MiB of numbers, for each table that no file holds.
        const LARGEST: usize = 1 << 24;
        const MOST_LAYERS: usize = 1 << 10;
        let (max_len, product) = (self.max_len, usize::saturating_mul);
        let sizes = [
            ("vocabulary", self.vocabulary, 2, LARGEST),
            ("d_model", self.d_model, 2, LARGEST),
            ("embedding_rank", self.table_width(), 1, LARGEST),
            ("heads", self.heads, 1, LARGEST),
            ("d_ff", self.d_ff, 1, LARGEST),
            ("mask_hidden", self.mask_hidden, 1, LARGEST),
            ("layers", self.layers, 1, MOST_LAYERS),
            ("classes", self.classes, 2, LARGEST),
            ("max_len", max_len, 1, LARGEST),
            (
                "max_len × d_model",
                product(max_len, self.d_model),
                2,
                LARGEST,
            ),
            (
                "heads × max_len × max_len",
                product(self.heads, product(max_len, max_len)),
                1,
                LARGEST,
            ),
        ];
        for (field, value, least, most) in sizes {
            if !(least..=most).contains(&value) {
                return Err(ConfigError::Size {
                    field,
                    value,
                    least,
                    most,
                });
            }
        }
        if !self.d_model.is_multiple_of(self.heads) || !self.d_model.is_multiple_of(2) {
            return Err(ConfigError::Width {
                d_model: self.d_model,
                heads: self.heads,
            });
        }
        if let Some(winners) = self.winners {
            let fits = self.readout == Readout::Neurons && self.reading.pooling == Pooling::Valid;
            if !winners.is_sound() || !fits {
                return Err(ConfigError::Winners(winners));
            }
        }
        let Architecture {
            norm_epsilon,
            pooler,
            ..
        } = self.architecture;
        if !(norm_epsilon > 0.0 && norm_epsilon.is_finite()) {
            return Err(ConfigError::NormEpsilon(norm_epsilon));
        }
        if pooler.is_some() && self.readout == Readout::Neurons {
            return Err(ConfigError::Pooler);
        }
        for dropout in [self.dropout, self.word_dropout] {
            if !(0.0..1.0).contains(&dropout) {
                return Err(ConfigError::Dropout(dropout));
            }
        }
        Ok(())
    }
}

/// Sizes of which no model can be made.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ConfigError {
    /// A size is out of range.
    #[error("{field} = {value} is out of range; it must be at least {least} and at most {most}")]
    Size {
        /// Field of [`ModelConfig`], or a product of fields.
        field: &'static str,
        /// What it holds.
        value: usize,
        /// The least that makes sense.
        least: usize,
        /// The most that is computed with.
        most: usize,
    },
    /// The embedding does not divide into heads.
    #[error("an embedding of width {d_model} is odd, or cannot be divided among {heads} heads")]
    Width {
        /// Embedding width.
        d_model: usize,
        /// Attention heads.
        heads: usize,
    },
    /// Dropout is not a probability below 1.
    #[error("a dropout of {0} is not between 0 and 1")]
    Dropout(f64),
    /// What norms add to a variance is not a positive number.
    #[error("a norm_epsilon of {0} is not a positive number")]
    NormEpsilon(f64),
    /// The head cannot read both the neurons and a pooler.
    #[error("a model with a pooler cannot read its neurons")]
    Pooler,
    /// Winners make no sense, or the head does not read the neurons, and those of words alone.
    #[error(
        "winners = {{ count = {}, correlated = {} }}: count must be 1 or more, correlated from 0 to 1, and the head must read the neurons, and those of words alone",
        .0.count,
        .0.correlated
    )]
    Winners(Winners),
}
