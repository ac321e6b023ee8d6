//! `safr words`: the words of a data set, the most frequent first.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use super::data::{Data, Split};
use super::draft::Draft;
use super::out::remark;
use crate::text::{Tokenizer, frequencies, plural};

/// Write the words of a data set, most frequent first
///
/// As a new model reads them, one per line.
#[derive(Args, Clone, Debug)]
pub(super) struct WordList {
    #[command(flatten)]
    data: Data,
    /// Part of the data
    #[arg(long, value_enum, default_value = "train")]
    split: Split,
    /// Write at most this many words
    #[arg(long, value_name = "N")]
    size: Option<usize>,
    /// Text file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl WordList {
    /// Counts and writes.
    pub(super) fn run(self) -> anyhow::Result<()> {
        let file = Draft::create(&self.out, &self.data.files())?;
        let classes = self.data.classes()?;
        let examples = self
            .data
            .sentences(self.split, &classes, Tokenizer::Typed, None)?;
        let all = frequencies(examples.iter().map(|example| example.words.as_slice()));
        let written = &all[..self.size.unwrap_or(all.len()).min(all.len())];
        let mut text = String::new();
        for frequency in written {
            writeln!(text, "{}", frequency.word)?;
        }
        file.fill(text.as_bytes())?;
        remark(format!(
            "{}, {} different words, {} of them in {}",
            plural(examples.len(), "text"),
            all.len(),
            written.len(),
            self.out.display()
        ));
        Ok(())
    }
}
