//! What `safr evaluate` and `safr compare` share: which texts are measured, and how a model
//! becomes a report.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::data::{Data, Split};
use super::files::open;
use crate::engine::{Backend, LoadedModel, OpenDevice};
use crate::evaluate::{
    Column, DataSet, Drawn, EncodedExample, FaithfulnessOptions, Marked, REPORT_VERSION, Report,
    Section, Text, faithfulness, intervention, measure,
};
use crate::model::Stream;
use crate::package::checksum;
use crate::text::Vocabulary;

/// Which texts are measured, and how.
#[derive(Args, Clone, Debug)]
pub(super) struct Measuring {
    /// Part of the data
    #[arg(long, value_enum, default_value = "test")]
    split: Split,
    /// Measure this many texts only, drawn at random; a smaller draw is part of a larger one
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Seed of everything random
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
    /// Model directory whose keep and attention select important words and correlated pairs,
    /// beside the model's own: the plain model
    #[arg(long, value_name = "DIR")]
    pub(super) selection_from: Option<PathBuf>,
    /// Opinion words, one a line, that kept words are compared with; may be given several times
    #[arg(long, value_name = "FILE")]
    lexicon: Vec<PathBuf>,
    /// What to measure; faithfulness and intervention take many passes a text
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', default_values_t = Section::ONE_PASS)]
    measures: Vec<Section>,
    /// Texts a batch
    #[arg(long, default_value_t = 16)]
    batch_size: usize,
    /// Where to compute: flex, ndarray or wgpu
    #[arg(long, default_value = "flex")]
    backend: Backend,
}

impl Measuring {
    /// Measures the model of a directory on `data`.
    pub(super) async fn report(&self, data: &Data, directory: &Path) -> anyhow::Result<Report> {
        let device = OpenDevice::open(self.backend).await?.device;
        let model = open(directory, &device)?;
        let reference = match &self.selection_from {
            Some(directory) => Some(open(directory, &device)?),
            None => None,
        };
        let (drawn, samples) = self.samples(data, &model.package.card.classes)?;
        anyhow::ensure!(!samples.is_empty(), "there are no texts to measure");
        let vocabulary = |model: &LoadedModel| model.package.vocabulary.clone();
        let (own, other) = (vocabulary(&model), reference.as_ref().map(vocabulary));
        let texts: Vec<Text> = samples
            .iter()
            .map(|sample| sample.encode(&own, other.as_ref()))
            .collect();
        // A long text takes longer than a short one.
        let words = texts.iter().map(|text| text.example.ids.len() as u64).sum();
        let bar = bar(&model.package.card.id, words);
        let mut per_text = measure(
            model.classifier(),
            reference.as_ref().map(LoadedModel::classifier),
            &texts,
            &self.measures,
            self.batch_size.max(1),
            |words| bar.inc(words as u64),
        )
        .await?;
        bar.finish_and_clear();
        let examples: Vec<EncodedExample> = texts.into_iter().map(|text| text.example).collect();
        per_text
            .columns
            .extend(self.many_passes(&model, &examples).await?);
        Ok(Report {
            version: REPORT_VERSION,
            model: model.package.card.id.clone(),
            reference: reference.map(|reference| reference.package.card.id.clone()),
            data: DataSet {
                task: name_of(data.task),
                part: name_of(self.split),
                texts: examples.len(),
                drawn,
                sha256: fingerprint(&samples),
            },
            measures: per_text.measures(&vec![1.0; examples.len()]),
            per_text,
        })
    }

    /// The chosen measures that need further passes.
    async fn many_passes(
        &self,
        model: &LoadedModel,
        examples: &[EncodedExample],
    ) -> anyhow::Result<Vec<Column>> {
        let classifier = model.classifier();
        let id = &model.package.card.id;
        let mut columns = Vec::new();
        if self.measures.contains(&Section::Faithfulness) {
            let bar = bar(&format!("{id}, faithfulness"), examples.len() as u64);
            let options = FaithfulnessOptions {
                seed: self.seed,
                ..Default::default()
            };
            let progress = |texts| bar.inc(texts as u64);
            columns.extend(faithfulness(classifier, examples, &options, progress).await?);
            bar.finish_and_clear();
        }
        if self.measures.contains(&Section::Intervention) {
            let bar = bar(&format!("{id}, intervention"), examples.len() as u64);
            let progress = |texts| bar.inc(texts as u64);
            columns.extend(intervention(classifier, examples, self.seed, progress).await?);
            bar.finish_and_clear();
        }
        Ok(columns)
    }

    /// The texts to measure, those without words left out, and how they were drawn.
    fn samples(
        &self,
        data: &Data,
        classes: &[String],
    ) -> anyhow::Result<(Option<Drawn>, Vec<Sample>)> {
        let lexicon = self.lexicon()?;
        let examples = data.sentences(self.split, classes)?;
        let mut sentiments = data.word_sentiments(self.split)?.map(Vec::into_iter);
        let samples = examples.into_iter().map(|example| {
            let sentiments = sentiments.as_mut().and_then(Iterator::next);
            let treebank = sentiments.map(|of_words| Marked {
                source: "treebank",
                words: of_words.iter().map(|&label| label != NEUTRAL).collect(),
            });
            let lexicon = lexicon.as_ref().map(|lexicon| Marked {
                source: "lexicon",
                words: example
                    .words
                    .iter()
                    .map(|word| lexicon.contains(word))
                    .collect(),
            });
            Sample {
                marked: treebank.into_iter().chain(lexicon).collect(),
                words: example.words,
                label: example.label,
            }
        });
        let mut samples: Vec<_> = samples.filter(|sample| !sample.words.is_empty()).collect();
        let from = samples.len();
        let Some(limit) = self.limit.filter(|&limit| limit < from) else {
            return Ok((None, samples));
        };
        let mut order: Vec<usize> = (0..from).collect();
        Stream::new(self.seed).shuffle(&mut order);
        let drawn: HashSet<usize> = order.into_iter().take(limit).collect();
        let mut at = 0..;
        samples.retain(|_| at.next().is_some_and(|at| drawn.contains(&at)));
        let seed = self.seed;
        Ok((Some(Drawn { from, seed }), samples))
    }

    /// The words of the lexicon files; `None` without one.
    fn lexicon(&self) -> anyhow::Result<Option<HashSet<String>>> {
        let mut words = HashSet::new();
        for path in &self.lexicon {
            let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
            words.extend(lexicon_words(bytes));
        }
        Ok((!self.lexicon.is_empty()).then_some(words))
    }
}

/// Sentiment of a word that is neither positive nor negative.
const NEUTRAL: u8 = 2;

/// A labelled text before any model has read it.
struct Sample {
    words: Vec<String>,
    label: usize,
    marked: Vec<Marked>,
}

impl Sample {
    fn encode(&self, own: &Vocabulary, reference: Option<&Vocabulary>) -> Text {
        Text {
            example: EncodedExample {
                ids: own.encode_words(&self.words),
                label: self.label,
            },
            reference_ids: reference
                .map(|vocabulary| vocabulary.encode_words(&self.words))
                .unwrap_or_default(),
            marked: self.marked.clone(),
        }
    }
}

/// One word a line; lines that begin with a semicolon are comments. Files of the nineties' kind
/// are Latin-1, whose bytes are the first code points.
fn lexicon_words(bytes: Vec<u8>) -> Vec<String> {
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(';'))
        .map(str::to_lowercase)
        .collect()
}

/// What tells one list of texts from another.
fn fingerprint(samples: &[Sample]) -> String {
    let lines = samples
        .iter()
        .map(|sample| format!("{}\t{}\n", sample.label, sample.words.join(" ")));
    checksum(lines.collect::<String>().as_bytes())
}

/// An option's value as it is written on the command line.
fn name_of(value: impl ValueEnum) -> String {
    let written = value.to_possible_value();
    written.map_or_else(String::new, |value| value.get_name().to_owned())
}

fn bar(what: &str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {percent} %, {eta} left");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(length).with_style(style);
    bar.set_message(what.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lexicons_of_both_encodings_are_read() {
        let words = lexicon_words("; a comment\n\nGood\nnaïve\r\n".into());
        assert_eq!(words, ["good", "naïve"]);
        let latin_1 = lexicon_words(b"na\xefve\nbad".to_vec());
        assert_eq!(latin_1, ["naïve", "bad"]);
    }
}
