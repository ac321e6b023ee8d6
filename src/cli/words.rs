//! `safr words`: the words of a data set, the most frequent first.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use super::data::{Data, Split};
use super::draft::Draft;
use super::out::remark;
use crate::text::{Words, frequencies, plural};

/// Write the words of a data set, by falling frequency
///
/// As a new model reads them, one a line.
#[derive(Args, Clone, Debug)]
pub(super) struct WordList {
    #[command(flatten)]
    data: Data,
    /// Part of the data
    #[arg(long, value_enum, default_value = "train")]
    split: Split,
    /// Write this many words at most
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
        let examples = self.data.sentences(self.split, &classes, Words::Typed)?;
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
