//! `safr coverage`: how many of a data set's words a model knows.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::data::{Data, Reader, Split};
use super::draft::Draft;
use super::files::{model_files, read_model};
use super::out::show;
use crate::text::coverage;

/// Measure how many of a data set's words a model knows, not counting punctuation
#[derive(Args, Clone, Debug)]
pub(super) struct MeasureCoverage {
    /// Model directory
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Part of the data
    #[arg(long, value_enum, default_value = "test")]
    split: Split,
    /// Unknown words to list, the most frequent first
    #[arg(long, value_name = "N", default_value_t = 20)]
    unknown: usize,
    /// Write the measures to this file, too; `-` is standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl MeasureCoverage {
    /// Measures and prints.
    pub(super) fn run(self) -> anyhow::Result<()> {
        let inputs = [model_files(&self.model), self.data.files()].concat();
        let json = Draft::of(self.json.as_ref(), &inputs)?;
        let package = read_model(&self.model)?;
        let (vocabulary, words) = (&package.vocabulary, package.config.reading.words);
        let reader = Reader::of(&package.config, vocabulary);
        let classes = self.data.classes()?;
        let examples = self
            .data
            .sentences(self.split, &classes, words, Some(reader))?;
        let texts = examples.iter().map(|example| example.words.as_slice());
        let measured = coverage(texts, (vocabulary, words), self.unknown);
        let mut table = format!(
            "texts              {}\nwords              {}\nknown              {}\nshare known        {:.4}\ndifferent unknown  {}\n",
            examples.len(),
            measured.tokens,
            measured.known,
            measured.share,
            measured.unknown_words,
        );
        for unknown in &measured.unknown {
            writeln!(table, "{:>18} {}", unknown.count, unknown.word)?;
        }
        show(table)?;
        match json {
            Some(file) => file.fill_json(&measured),
            None => Ok(()),
        }
    }
}
