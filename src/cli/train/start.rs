//! From what a run begins: fresh weights, or those of a model.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::files::read_model;
use crate::cli::numbers::{dropout, weight};
use crate::cli::vocabulary::VocabularyOptions;
use crate::model::{
    ModelConfig, Pooling, Reading, Readout, Stream, Weights, begin_at_vectors, initial_weights,
    scale_embeddings,
};
use crate::objective::Objective;
use crate::text::{Example, Vocabulary, WordVectors};

/// A model before its first step.
pub(super) struct Start {
    pub(super) config: ModelConfig,
    pub(super) vocabulary: Vocabulary,
    pub(super) weights: Weights,
    /// Names of the classes, in the order of the logits.
    pub(super) classes: Vec<String>,
}

/// Words, sizes and first weights of a fresh model.
#[derive(Args, Clone, Debug)]
pub(super) struct Fresh {
    #[command(flatten)]
    vocabulary: VocabularyOptions,
    /// Begin at the word vectors of NAME.f32le.bin, with NAME.vocab.txt beside it
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,
    /// Factor of the first word table, which is drawn with unit variance as published
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = weight::<f32>)]
    embedding_scale: f32,
    /// Longest text in words [default: 256 for imdb, else 128]
    #[arg(long)]
    max_len: Option<usize>,
    /// Encoder blocks
    #[arg(long, default_value_t = 1)]
    layers: usize,
    /// Attention heads
    #[arg(long, default_value_t = 8)]
    heads: usize,
    /// Embedding width
    #[arg(long, default_value_t = 256)]
    d_model: usize,
    /// Numbers a word in the word table, which one matrix turns into the embedding; without it the
    /// table holds the embeddings themselves
    #[arg(long, value_name = "R")]
    embedding_rank: Option<usize>,
    /// MLP neurons a block
    #[arg(long, default_value_t = 1024)]
    d_ff: usize,
    /// What the head reads: the last block's neurons, or the residual stream as published [default:
    /// residual with the published losses, else neurons]
    #[arg(long, value_enum)]
    readout: Option<Readout>,
    /// Share of values that dropout zeroes: of the block's input, and behind attention and MLP
    #[arg(long, value_name = "PART", default_value_t = 0.1, value_parser = dropout)]
    dropout: f64,
    /// Probability with which training leaves a word out, its gate closed
    #[arg(long, value_name = "PART", default_value_t = 0.0, value_parser = dropout)]
    word_dropout: f64,
}

/// The options of [`Fresh`], which mean nothing where a run goes on from a model.
pub(super) const FRESH: [&str; 14] = [
    "min_frequency",
    "extra_words",
    "vocabulary_size",
    "vectors",
    "embedding_scale",
    "max_len",
    "layers",
    "heads",
    "d_model",
    "embedding_rank",
    "d_ff",
    "readout",
    "dropout",
    "word_dropout",
];

impl Fresh {
    /// Draws a model that knows the words of `sentences`.
    pub(super) fn start(
        &self,
        sentences: &[Example],
        classes: &[String],
        reading: Reading,
        max_len: usize,
        stream: &mut Stream,
    ) -> anyhow::Result<Start> {
        let vectors = self.vectors.as_deref().map(WordVectors::read).transpose()?;
        let vocabulary = self
            .vocabulary
            .vocabulary(sentences, reading.words, vectors.as_ref())?;
        let config = ModelConfig {
            d_model: self.d_model,
            embedding_rank: self.embedding_rank,
            heads: self.heads,
            d_ff: self.d_ff,
            layers: self.layers,
            dropout: self.dropout,
            word_dropout: self.word_dropout,
            max_len: self.max_len.unwrap_or(max_len),
            readout: self.readout.unwrap_or(match reading.pooling {
                Pooling::All => Readout::Residual,
                Pooling::Valid => Readout::Neurons,
            }),
            ..ModelConfig::new(vocabulary.len(), classes.len(), reading)
        };
        config.check()?;
        let mut weights = initial_weights(&config, stream);
        if let Some(vectors) = &vectors {
            begin_at_vectors(&mut weights, &vocabulary, vectors, stream);
        }
        scale_embeddings(&mut weights, self.embedding_scale);
        Ok(Start {
            config,
            vocabulary,
            weights,
            classes: classes.to_vec(),
        })
    }
}

impl Start {
    /// The model of a directory, which must read as `objective` does; with a new head if it does
    /// not know just `classes`.
    pub(super) fn from_model(
        directory: &Path,
        objective: &Objective,
        classes: &[String],
        stream: &mut Stream,
    ) -> anyhow::Result<Self> {
        let package = read_model(directory)?;
        let reading = package.config.reading;
        anyhow::ensure!(
            reading == objective.reading(reading.words),
            "the model {} was trained by the other of the objectives published and scale-free, which read texts otherwise; choose its --objective, or another --start",
            package.card.id
        );
        if !package.knows(classes) {
            println!("the head is new, since the model tells other classes apart");
        }
        let package = package.for_classes(classes, stream);
        Ok(Self {
            classes: package.card.classes,
            config: package.config,
            vocabulary: package.vocabulary,
            weights: package.weights,
        })
    }
}
