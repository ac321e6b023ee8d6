//! Which texts of a data set are measured, and what people say about their words.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::choices::name_of;
use super::data::{Data, Reader, Split};
use crate::evaluate::{DataSet, Drawn, EncodedExample, Marked, Text};
use crate::model::Stream;
use crate::package::{Package, checksum};
use crate::text::{Encoded, Example, Tokenizer};

/// Sentiment of a word that is neither positive nor negative.
const NEUTRAL: u8 = 2;

/// Which texts are measured.
#[derive(Args, Clone, Debug)]
pub(super) struct Sampling {
    /// Part of the data
    #[arg(long, value_enum, default_value = "test")]
    pub(super) split: Split,
    /// Measure only this many texts, drawn with --seed
    ///
    /// A smaller draw is part of a larger one.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Seed of everything random
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
    /// Opinion words, one per line, to compare kept words with
    ///
    /// May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(super) lexicon: Vec<PathBuf>,
}

/// A labelled text in words, before a model has looked them up.
pub(super) struct Sample {
    words: Vec<String>,
    /// What identifies it among other texts, however it is read.
    identity: String,
    label: usize,
    marked: Vec<Marked>,
}

impl Sampling {
    /// The texts to measure a model with that reads as `reader` says, as one that reads `words` sees them, without
    /// those that have no words, and what to say about them.
    pub(super) fn read(
        &self,
        data: &Data,
        classes: &[String],
        words: Tokenizer,
        reader: Reader,
    ) -> anyhow::Result<(DataSet, Vec<Sample>)> {
        let lexicon = self.lexicon()?;
        let examples = data.sentences(self.split, classes, words, Some(reader))?;
        let joined = |example: &Example| example.words.join(" ");
        // All words are compared as read in the same way.
        let identities: Vec<String> = match words {
            Tokenizer::Default => examples.iter().map(joined).collect(),
            _ => {
                let same = Tokenizer::Default;
                let examples = data.sentences(self.split, classes, same, Some(reader))?;
                examples.iter().map(joined).collect()
            }
        };
        let mut sentiments = data.word_sentiments(self.split)?.map(Vec::into_iter);
        let samples = examples
            .into_iter()
            .zip(identities)
            .map(|(example, identity)| {
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
                        .map(|word| lexicon.contains(&word.to_lowercase()))
                        .collect(),
                });
                Sample {
                    marked: treebank.into_iter().chain(lexicon).collect(),
                    words: example.words,
                    identity,
                    label: example.label,
                }
            });
        let mut samples: Vec<_> = samples.filter(|sample| !sample.words.is_empty()).collect();
        let drawn = self.draw(&mut samples);
        anyhow::ensure!(!samples.is_empty(), "there are no texts to measure");
        let data = DataSet {
            task: name_of(data.task),
            part: name_of(self.split),
            texts: samples.len(),
            drawn,
            sha256: fingerprint(&samples),
        };
        Ok((data, samples))
    }

    /// Leaves as many samples as are wanted, in their order.
    fn draw(&self, samples: &mut Vec<Sample>) -> Option<Drawn> {
        let from = samples.len();
        let limit = self.limit.filter(|&limit| limit < from)?;
        let mut order: Vec<usize> = (0..from).collect();
        Stream::new(self.seed).shuffle(&mut order);
        let drawn: HashSet<usize> = order.into_iter().take(limit).collect();
        let mut at = 0..;
        samples.retain(|_| at.next().is_some_and(|at| drawn.contains(&at)));
        let seed = self.seed;
        Some(Drawn { from, seed })
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

impl Sample {
    /// The text for a model, and for a reference model if there is one: the text as the reference reads it, in as
    /// many words, and that model.
    pub(super) fn encode(&self, model: &Package, reference: Option<(&Self, &Package)>) -> Text {
        let encoded = |sample: &Self, model: &Package| -> Encoded {
            model
                .config
                .reading
                .words
                .encode(&sample.words, &model.vocabulary)
        };
        Text {
            reference: reference.map(|(sample, model)| encoded(sample, model)),
            marked: self.marked.clone(),
            example: EncodedExample::new(encoded(self, model), self.label),
        }
    }

    /// Whether it is the same text in as many words.
    pub(super) fn matches(&self, other: &Self) -> bool {
        self.identity == other.identity && self.words.len() == other.words.len()
    }
}

/// One word per line; lines that begin with a semicolon are comments. A file that is not UTF-8 is Latin-1,
/// whose bytes are the first code points.
fn lexicon_words(bytes: Vec<u8>) -> Vec<String> {
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(';'))
        .map(str::to_lowercase)
        .collect()
}

/// What distinguishes one list of texts from another.
fn fingerprint(samples: &[Sample]) -> String {
    let lines = samples
        .iter()
        .map(|sample| format!("{}\t{}\n", sample.label, sample.identity));
    checksum(lines.collect::<String>().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(count: usize) -> Vec<Sample> {
        let sample = |at: usize| Sample {
            words: vec![at.to_string()],
            identity: at.to_string(),
            label: 0,
            marked: Vec::new(),
        };
        (0..count).map(sample).collect()
    }

    fn drawn(limit: Option<usize>, seed: u64) -> Vec<usize> {
        let sampling = Sampling {
            split: Split::Test,
            limit,
            seed,
            lexicon: Vec::new(),
        };
        let mut samples = samples(50);
        let drawn = sampling.draw(&mut samples);
        assert_eq!(drawn.is_some(), limit.is_some_and(|limit| limit < 50));
        let number = |sample: &Sample| sample.words[0].parse().unwrap();
        samples.iter().map(number).collect()
    }

    #[test]
    fn a_smaller_draw_is_part_of_a_larger_one() {
        let [few, more] = [drawn(Some(5), 1), drawn(Some(20), 1)];
        assert_eq!((few.len(), more.len()), (5, 20));
        assert!(few.iter().all(|text| more.contains(text)));
        assert!(more.is_sorted(), "in the order of the data");
        assert_ne!(drawn(Some(20), 2), more);
        assert_eq!(drawn(Some(50), 1), drawn(None, 1));
    }

    #[test]
    fn lexicons_of_both_encodings_are_read() {
        let words = lexicon_words("; a comment\n\nGood\nnaïve\r\n".into());
        assert_eq!(words, ["good", "naïve"]);
        let latin_1 = lexicon_words(b"na\xefve\nbad".to_vec());
        assert_eq!(latin_1, ["naïve", "bad"]);
    }
}
