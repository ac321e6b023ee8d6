//! Where the texts of a corpus come from: the lines of a stream, or the rows of a Parquet file.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use super::decode;
use super::lines::{Line, Lines};
use super::rows::{BEGINNING, Rows, RowsProblem};
use crate::cli::out::is_standard;

/// The texts of a corpus, one at a time.
pub(super) enum Source {
    /// Lines, and their length in bytes, as far as that is known.
    Lines(Lines<Box<dyn BufRead>>, Option<u64>),
    /// Rows of one column.
    Rows(Box<Rows>),
}

impl Source {
    /// What is in `corpus`; a Parquet file is recognised by its beginning.
    ///
    /// # Errors
    /// If it cannot be read, and if a column is asked for that it does not have.
    pub(super) fn open(corpus: &Path, text_column: Option<&str>) -> anyhow::Result<Self> {
        if let Some(file) = parquet(corpus)? {
            return Ok(Self::Rows(Box::new(Rows::open(file, text_column)?)));
        }
        let (reader, length) = decode::open(corpus)?;
        match text_column {
            Some(_) => Err(RowsProblem::NotParquet.into()),
            None => Ok(Self::Lines(Lines::new(reader), length)),
        }
    }

    /// How far it goes, as far as that is known.
    pub(super) fn length(&self) -> Option<u64> {
        match self {
            Self::Lines(_, length) => *length,
            Self::Rows(rows) => Some(rows.total()),
        }
    }

    /// How far it was read.
    pub(super) fn position(&self) -> u64 {
        match self {
            Self::Lines(lines, _) => lines.bytes(),
            Self::Rows(rows) => rows.number(),
        }
    }
}

impl Iterator for Source {
    type Item = anyhow::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Lines(lines, _) => Some(lines.next()?.map_err(Into::into)),
            Self::Rows(rows) => Some(rows.next()?.map_err(Into::into)),
        }
    }
}

/// The file, if it is a plain one that begins as Parquet files do.
fn parquet(corpus: &Path) -> io::Result<Option<File>> {
    if is_standard(corpus) || !corpus.metadata()?.is_file() {
        return Ok(None);
    }
    let file = File::open(corpus)?;
    let mut beginning = Vec::new();
    (&file)
        .take(BEGINNING.len() as u64)
        .read_to_end(&mut beginning)?;
    Ok((beginning == BEGINNING).then_some(file))
}
