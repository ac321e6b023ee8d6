//! From lines to records, in order and in constant memory.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use rayon::prelude::*;

use super::form::{Format, Joined, Made, Records};
use super::lines::{Line, LineProblem};
use super::record::Predicted;
use super::source::Source;
use crate::cli::draft::Draft;
use crate::cli::numbers::count;
use crate::cli::out::{is_standard, progress, remark};
use crate::engine::LoadedModel;
use crate::text::plural;

/// Batches that a thread reads ahead, so that texts of similar length share a batch and little
/// is padded.
const BATCHES_AHEAD: usize = 4;

/// How the lines of a corpus are explained.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Write the corpus's records to this file, not to standard output
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    out: Option<PathBuf>,
    /// Form of the records
    ///
    /// Without it, what the name of --out says: .csv, .parquet, or anything else for jsonl.
    #[arg(long, value_enum, conflicts_with = "text")]
    format: Option<Format>,
    /// With a Parquet file as corpus: the column of the texts
    ///
    /// Its name or number; without it, a column with a usual name (text, sentence, review …), or the only one of texts.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "text",
        requires = "corpus"
    )]
    text_column: Option<String>,
    /// Write full explanations, not summaries
    ///
    /// All charts can be drawn from them.
    #[arg(long, conflicts_with = "text")]
    full: bool,
    /// Lines of the corpus per batch
    #[arg(long, value_name = "N", default_value_t = 16, conflicts_with = "text", value_parser = count)]
    batch_size: usize,
    /// Explain only every N-th line of the corpus
    ///
    /// Those whose number leaves remainder I when divided by N, for N runs on one file.
    #[arg(long, value_name = "I/N", conflicts_with = "text")]
    shard: Option<Shard>,
}

/// Part of the lines: N runs with different I explain all of them together.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shard {
    remainder: u64,
    divisor: u64,
}

/// A corpus that was explained to its end, except for some lines.
#[derive(Debug, thiserror::Error)]
#[error("{bad} of {} could not be explained; the records say why", plural(*.lines as usize, "line"))]
pub(crate) struct Unexplained {
    bad: u64,
    lines: u64,
}

impl Unexplained {
    /// Exit code that distinguishes this from a run that failed (1) and from wrong usage (2).
    pub(crate) const EXIT_CODE: u8 = 3;
}

impl Options {
    /// Explains every line of `corpus`. A reader that hangs up ends it without an error.
    pub(crate) fn explain(
        &self,
        model: &LoadedModel,
        corpus: &Path,
        out: Output,
    ) -> anyhow::Result<()> {
        let hung_up = |error: &anyhow::Error| {
            let error = error.downcast_ref::<io::Error>();
            error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        };
        match self.stream(model, corpus, out) {
            Err(error) if hung_up(&error) => Ok(()),
            ended => ended,
        }
    }

    fn stream(&self, model: &LoadedModel, corpus: &Path, mut out: Output) -> anyhow::Result<()> {
        let classes = &model.package.card.classes;
        let format = self.format.unwrap_or_else(|| Format::of(self.file()));
        let records = Records::new(format, self.full, classes)?;
        let mut joined = Joined::new(format, classes)?;
        let name = || corpus.display().to_string();
        let column = self.text_column.as_deref();
        let mut lines = Source::open(corpus, column).with_context(name)?;
        let bar = self.progress(lines.length()).with_message("0");
        let (mut done, mut bad) = (0, 0);
        let place = || {
            self.file()
                .unwrap_or(Path::new("standard output"))
                .display()
                .to_string()
        };
        out.write([records.header()?]).with_context(place)?;
        loop {
            let window = self.next_window(&mut lines).with_context(name)?;
            if window.is_empty() {
                break;
            }
            let made = self.explain_window(model, &window, &records)?;
            bad += made.iter().filter(|record| !record.explained).count() as u64;
            let bytes = made.into_iter().map(|record| joined.add(record.made));
            let bytes = bytes.collect::<anyhow::Result<Vec<_>>>()?;
            out.write(bytes).with_context(place)?;
            done += window.len() as u64;
            bar.set_message(done.to_string());
            bar.set_position(lines.position());
        }
        bar.finish_and_clear();
        out.write([joined.end()?]).with_context(place)?;
        out.end()?;
        if bad > 0 {
            return Err(Unexplained { bad, lines: done }.into());
        }
        if done == 0 {
            remark(format!("{}: there are no lines to explain", name()));
        } else if let Some(path) = &self.out {
            let lines = plural(done as usize, "line");
            remark(format!("{lines} explained, in {}", path.display()));
        }
        Ok(())
    }

    /// The next lines of the shard; none at the end.
    fn next_window(&self, lines: &mut Source) -> anyhow::Result<Vec<Line>> {
        // A full explanation may be megabytes: no more of them at once than necessary.
        let batches = if self.full { 1 } else { BATCHES_AHEAD };
        let wanted = |line: &anyhow::Result<Line>| match (line, self.shard) {
            (Ok(line), Some(shard)) => shard.holds(line.number),
            _ => true,
        };
        let size = self
            .batch_size
            .max(1)
            .saturating_mul(batches * rayon::current_num_threads());
        lines.filter(wanted).take(size).collect()
    }

    /// A record of each line, in the lines' order; the batches are divided among the cores.
    fn explain_window(
        &self,
        model: &LoadedModel,
        window: &[Line],
        records: &Records,
    ) -> anyhow::Result<Vec<Record>> {
        let mut by_length: Vec<&Line> = window.iter().collect();
        by_length.sort_by_key(|line| line.text.as_ref().map_or(0, String::len));
        let batches: Vec<Vec<Record>> = by_length
            .par_chunks(self.batch_size)
            .map(|batch| explain_batch(model, batch, records))
            .collect::<anyhow::Result<_>>()?;
        let mut made: Vec<Record> = batches.into_iter().flatten().collect();
        made.sort_by_key(|record| record.line);
        Ok(made)
    }

    /// Where the records of a command that reads the files `inputs` go.
    pub(crate) fn output(&self, inputs: &[PathBuf]) -> anyhow::Result<Output> {
        Ok(match self.file() {
            Some(path) => Output::File(Draft::create(path, inputs)?),
            None => Output::Standard(BufWriter::new(io::stdout().lock())),
        })
    }

    /// The file that was asked for.
    fn file(&self) -> Option<&Path> {
        self.out.as_deref().filter(|path| !is_standard(path))
    }

    /// Shown on standard error, unless the records go to the same terminal.
    fn progress(&self, length: Option<u64>) -> ProgressBar {
        let template = match length {
            Some(_) => "[{bar:30}] {percent}%, {msg} lines, {eta} left",
            None => "{spinner} {msg} lines in {elapsed}",
        };
        let bar = progress(template, length);
        if self.file().is_none() && io::stdout().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar
    }
}

/// Where the records go.
pub(crate) enum Output {
    Standard(BufWriter<StdoutLock<'static>>),
    File(Draft),
}

impl Output {
    /// Writes records that may be read at once.
    fn write(&mut self, records: impl IntoIterator<Item = Vec<u8>>) -> io::Result<()> {
        let out: &mut dyn Write = match self {
            Self::Standard(out) => out,
            Self::File(out) => out,
        };
        for record in records {
            out.write_all(&record)?;
        }
        out.flush()
    }

    /// Keeps the file, now that it is whole.
    fn end(self) -> anyhow::Result<()> {
        match self {
            Self::Standard(_) => Ok(()),
            Self::File(file) => file.keep(),
        }
    }
}

/// What is written of a line.
struct Record {
    line: u64,
    made: Made,
    explained: bool,
}

/// A record of each line, its texts explained in one forward pass.
fn explain_batch(
    model: &LoadedModel,
    batch: &[&Line],
    records: &Records,
) -> anyhow::Result<Vec<Record>> {
    let texts = batch.iter().filter_map(|line| line.text.as_deref().ok());
    let texts: Vec<&str> = texts.collect();
    let explanations = pollster::block_on(model.explain_all(&texts))?;
    let mut explanations = explanations.iter();
    let mut record = |line: &&Line| -> anyhow::Result<Record> {
        let explained = match &line.text {
            Ok(_) => explanations
                .next()
                .and_then(Predicted::of)
                .ok_or(&LineProblem::NoWords),
            Err(problem) => Err(problem),
        };
        Ok(Record {
            line: line.number,
            made: records.record(line.number, explained)?,
            explained: explained.is_ok(),
        })
    };
    batch.iter().map(&mut record).collect()
}

impl Shard {
    fn holds(self, number: u64) -> bool {
        number % self.divisor == self.remainder
    }
}

impl FromStr for Shard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "write I/N with whole numbers, I at least 0 and less than N, such as 0/4";
        let (remainder, divisor) = text.split_once('/').ok_or(wrong)?;
        let number = |part: &str| part.parse().map_err(|_| wrong);
        let (remainder, divisor) = (number(remainder)?, number(divisor)?);
        if remainder < divisor {
            Ok(Self { remainder, divisor })
        } else {
            Err(wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_divide_the_lines() {
        let shards: Vec<Shard> = ["0/3", "1/3", "2/3"].map(|s| s.parse().unwrap()).into();
        for number in 1..10 {
            let holders = shards.iter().filter(|shard| shard.holds(number)).count();
            assert_eq!(holders, 1);
        }
        assert!(shards[1].holds(4));
    }

    #[test]
    fn shards_that_are_none_are_refused() {
        for text in ["3/3", "0/0", "1", "-1/2", "a/b", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
