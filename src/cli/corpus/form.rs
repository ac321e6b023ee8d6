//! The forms in which records are written: JSON lines, csv, or Parquet.

use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use super::lines::LineProblem;
use super::record::{
    Column, ERROR, LINE, Predicted, Record, Summary, WordSummary, text_columns, word_columns,
};
use super::table::Table;

/// Form of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A JSON object per line of the corpus
    Jsonl,
    /// A row per word, under a line of column names
    Csv,
    /// A row per line of the corpus, with lists of the words' values
    Parquet,
}

impl Format {
    /// The form that the name of a file says.
    pub(super) fn of(file: Option<&Path>) -> Self {
        let ending = file.and_then(Path::extension);
        let is = |name: &str| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(name));
        match (is("csv"), is("parquet")) {
            (true, _) => Self::Csv,
            (_, true) => Self::Parquet,
            _ => Self::Jsonl,
        }
    }
}

/// Makes records of explanations; each can be made on another core.
pub(super) struct Records {
    format: Format,
    full: bool,
    text: Vec<Column<Summary>>,
    word: Vec<Column<WordSummary>>,
}

/// A record on its way out.
pub(super) enum Made {
    /// As it is written.
    Written(Vec<u8>),
    /// To be put into a table with others.
    Row(Record),
}

/// Puts records together, in order.
pub(super) enum Joined {
    /// One after the other.
    Stream,
    /// In a table.
    Table(Box<Table>),
}

/// Behind the line's number, what there is to say about it.
#[derive(Serialize)]
struct Numbered<T> {
    line: u64,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Problem {
    error: String,
}

impl Records {
    /// Records of a model with the given classes.
    ///
    /// # Errors
    /// If full explanations are asked for in rows.
    pub(super) fn new(format: Format, full: bool, classes: &[String]) -> anyhow::Result<Self> {
        anyhow::ensure!(
            !full || format == Format::Jsonl,
            "a full explanation does not fit into rows; leave out --full, or use --format jsonl"
        );
        Ok(Self {
            format,
            full,
            text: text_columns(classes),
            word: word_columns(),
        })
    }

    /// What comes before the first record.
    pub(super) fn header(&self) -> anyhow::Result<Vec<u8>> {
        match self.format {
            Format::Jsonl | Format::Parquet => Ok(Vec::new()),
            Format::Csv => {
                let text = self.text.iter().map(|column| column.name.as_str());
                let word = self.word.iter().map(|column| column.name.as_str());
                let names = [LINE, ERROR].into_iter().chain(text).chain(word);
                rows([names.map(str::to_owned).collect()])
            }
        }
    }

    /// The record of a line.
    pub(super) fn record(
        &self,
        line: u64,
        explained: Result<Predicted, &LineProblem>,
    ) -> anyhow::Result<Made> {
        if let (true, Ok(predicted)) = (self.full, explained) {
            return Ok(Made::Written(json(line, predicted.explanation)?));
        }
        let content = explained.map(Summary::of).map_err(ToString::to_string);
        Ok(match (self.format, content) {
            (Format::Jsonl, Ok(summary)) => Made::Written(json(line, summary)?),
            (Format::Jsonl, Err(error)) => Made::Written(json(line, Problem { error })?),
            (Format::Csv, Ok(summary)) => Made::Written(rows(self.word_rows(line, &summary))?),
            (Format::Csv, Err(error)) => Made::Written(rows([self.problem_row(line, error)])?),
            (Format::Parquet, content) => Made::Row(Record { line, content }),
        })
    }

    /// One row per word; what is said about the whole text is repeated in each.
    fn word_rows(&self, line: u64, summary: &Summary) -> Vec<Vec<String>> {
        let mut text = vec![line.to_string(), String::new()];
        text.extend(self.text.iter().map(|column| column.value.written(summary)));
        let row = |word: &WordSummary| {
            let of_word = self.word.iter().map(|column| column.value.written(word));
            text.iter().cloned().chain(of_word).collect()
        };
        summary.words.iter().map(row).collect()
    }

    /// A row without a word.
    fn problem_row(&self, line: u64, error: String) -> Vec<String> {
        let mut row = vec![line.to_string(), error];
        row.resize(2 + self.text.len() + self.word.len(), String::new());
        row
    }
}

impl Joined {
    /// Puts together records in a form, of a model with the given classes.
    pub(super) fn new(format: Format, classes: &[String]) -> anyhow::Result<Self> {
        Ok(match format {
            Format::Jsonl | Format::Csv => Self::Stream,
            Format::Parquet => Self::Table(Box::new(Table::new(classes)?)),
        })
    }

    /// What can be written now that this record has come.
    pub(super) fn add(&mut self, made: Made) -> anyhow::Result<Vec<u8>> {
        match (self, made) {
            (_, Made::Written(bytes)) => Ok(bytes),
            (Self::Table(table), Made::Row(record)) => table.add(record),
            (Self::Stream, Made::Row(_)) => Ok(Vec::new()), // Only a table asks for rows.
        }
    }

    /// What comes behind the last record.
    pub(super) fn end(self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Stream => Ok(Vec::new()),
            Self::Table(table) => table.end(),
        }
    }
}

fn json(line: u64, content: impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(&Numbered { line, content })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn rows(rows: impl IntoIterator<Item = Vec<String>>) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    Ok(writer.into_inner()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_its_form() {
        for (file, format) in [
            ("a/records.parquet", Format::Parquet),
            ("records.CSV", Format::Csv),
            ("records.jsonl", Format::Jsonl),
            ("parquet", Format::Jsonl),
            ("-", Format::Jsonl),
        ] {
            assert_eq!(Format::of(Some(Path::new(file))), format, "{file}");
        }
        assert_eq!(Format::of(None), Format::Jsonl);
    }
}
