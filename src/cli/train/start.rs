//! What a run starts from: fresh weights, or those of a model.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::cli::data::{DATA, Data, Reader};
use crate::cli::files::{read_model, read_text};
use crate::cli::out::{remark, tell};
use crate::model::{
    ModelConfig, Pooling, Reading, Readout, Stream, Weights, Winners, begin_at_vectors,
    initial_weights, scale_embeddings,
};
use crate::objective::Objective;
use crate::presets::Fresh;
use crate::text::{Example, Tokenizer, Vocabulary, WordVectors};

/// A model before its first step.
pub(super) struct Start {
    pub(super) config: ModelConfig,
    pub(super) vocabulary: Vocabulary,
    pub(super) weights: Weights,
    /// Names of the classes, in the order of the logits.
    pub(super) classes: Vec<String>,
}

/// What a fresh model is told about words.
#[derive(Args, Clone, Debug)]
pub(super) struct Known {
    /// Word vectors to start from: NAME.f32le.bin, with NAME.vocab.txt
    #[arg(long, value_name = "FILE", help_heading = DATA)]
    vectors: Option<PathBuf>,
    /// Also know the words of this file that --vectors has a vector for
    ///
    /// One word per line, as `safr words` writes them. They are cut off when the model knows as many words as
    /// the recipe allows (`vocabulary_size`).
    #[arg(long, value_name = "FILE", help_heading = DATA)]
    extra_words: Option<PathBuf>,
}

/// What a fresh model reads.
pub(super) struct Reads {
    /// How it reads a text.
    pub(super) reading: Reading,
    /// What its head reads.
    pub(super) readout: Readout,
    /// Which words may take each neuron.
    pub(super) winners: Option<Winners>,
    /// Longest text in words.
    pub(super) max_len: usize,
}

impl Start {
    /// Draws a model that knows the words of `sentences`.
    pub(super) fn fresh(
        fresh: &Fresh,
        known: &Known,
        (sentences, classes): (&[Example], &[String]),
        reads: Reads,
        stream: &mut Stream,
    ) -> anyhow::Result<Self> {
        let vectors = known
            .vectors
            .as_deref()
            .map(WordVectors::read)
            .transpose()?;
        let Reads {
            reading,
            readout,
            winners,
            max_len,
        } = reads;
        let vocabulary = known.vocabulary(fresh, sentences, reading.words, vectors.as_ref())?;
        let config = fresh.shapes(ModelConfig {
            max_len,
            readout,
            winners,
            ..ModelConfig::new(vocabulary.len(), classes.len(), reading)
        });
        config.check()?;
        let mut weights = initial_weights(&config, stream);
        if let Some(vectors) = &vectors {
            begin_at_vectors(&mut weights, &vocabulary, vectors, stream);
        }
        scale_embeddings(&mut weights, fresh.embedding_scale as f32);
        Ok(Self {
            config,
            vocabulary,
            weights,
            classes: classes.to_vec(),
        })
    }

    /// How it reads texts.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader::of(&self.config, &self.vocabulary)
    }

    /// The model of a directory, which must read as `objective` does; with a new head unless its classes are
    /// exactly those of `data`, and it reads what is asked for.
    pub(super) fn from_model(
        directory: &Path,
        (objective, readout): (&Objective, Option<Readout>),
        data: &Data,
        stream: &mut Stream,
    ) -> anyhow::Result<Self> {
        let mut package = read_model(directory)?;
        if let Some(readout) = readout.filter(|&readout| readout != package.config.readout) {
            tell(format!(
                "the head is new, since it is to read the {}",
                reads(readout)
            ));
            package = package.for_readout(readout, stream);
        }
        if objective.lambda_importance > 0.0 || objective.lambda_interaction > 0.0 {
            package = package.with_gate_to_learn();
        }
        let reading = Reading {
            // Which of its own places it pools, is up to a model that pools none of padding.
            pooling: match package.config.reading.pooling {
                Pooling::First => Pooling::Valid,
                other => other,
            },
            ..package.config.reading
        };
        anyhow::ensure!(
            reading == objective.reading(reading.words),
            "the model {} {}, but these --losses need the other way; choose other --losses, or another --start",
            package.card.id,
            match reading == Reading::published(reading.words) {
                true => "reads texts as the published losses require",
                false => "reads texts as the scale-free losses require",
            }
        );
        let (classes, alike) = data.classes_for(&package.card.classes)?;
        if !package.knows(&classes) {
            tell("the head is new, since the model has other classes");
            if let Some(alike) = alike {
                remark(alike);
            }
        }
        let package = package.for_classes(&classes, stream);
        let mut config = package.config;
        config.winners = objective.winners(config.readout).or(config.winners);
        config.check()?;
        Ok(Self {
            classes: package.card.classes,
            config,
            vocabulary: package.vocabulary,
            weights: package.weights,
        })
    }
}

/// What a head reads.
fn reads(readout: Readout) -> &'static str {
    match readout {
        Readout::Residual => "residual stream",
        Readout::Neurons => "neurons",
    }
}

impl Known {
    /// The files that are read.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let vectors = self.vectors.iter();
        let vectors = vectors.flat_map(|rows| [Some(rows.clone()), WordVectors::words_of(rows)]);
        vectors.flatten().chain(self.extra_words.clone()).collect()
    }

    /// The words of the training sentences first, then the extra ones, for a model that reads `words`.
    fn vocabulary(
        &self,
        fresh: &Fresh,
        sentences: &[Example],
        words: Tokenizer,
        vectors: Option<&WordVectors>,
    ) -> anyhow::Result<Vocabulary> {
        let texts = sentences.iter().map(|example| example.words.as_slice());
        let mut vocabulary = Vocabulary::build(texts, fresh.min_frequency);
        let Some(path) = &self.extra_words else {
            return Ok(vocabulary);
        };
        let vectors = vectors.context(
            "--extra-words needs --vectors: nothing but its vector is known of a word that is in no training text",
        )?;
        let known = vocabulary.len() - 2;
        let size = fresh.vocabulary_size.unwrap_or(usize::MAX);
        anyhow::ensure!(
            known <= size,
            "vocabulary_size of the recipe is {size}, but the training sentences already have {known} words; raise it, or min_frequency"
        );
        let listed = read_text(path)?;
        let extra: Vec<String> = listed
            .lines()
            .map(|word| words.normalise(word))
            .filter(|word| vectors.get(word).is_some())
            .collect();
        vocabulary.extend(extra.iter().map(String::as_str), size);
        Ok(vocabulary)
    }
}
