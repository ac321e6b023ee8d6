//! The rows of a Parquet file as lines: one column of texts, read a page at a time.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::vec;

use parquet::basic::{Compression, ConvertedType, LogicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::schema::types::ColumnDescriptor;

use super::lines::{self, Line};
use crate::text::table::{Columns, TableError};

/// How a Parquet file begins: its mark, and the first byte of what is then said in it, which is in no text.
pub(super) const BEGINNING: &[u8] = b"PAR1\x15";
/// Texts that are read ahead.
const AHEAD: usize = 64;

/// Why a Parquet file cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowsProblem {
    /// Lines, or anything else.
    #[error("it is not a Parquet file, and only these have the columns that --text-column names")]
    NotParquet,
    /// Its directory is at its end.
    #[error("a Parquet file cannot be read from a pipe; save it, and name the file")]
    Pipe,
    /// What is there is not what it says is there.
    #[error("the Parquet file is cut off or damaged ({0})")]
    Damaged(#[from] ParquetError),
    /// No such column, or none that is usual.
    #[error("{0}; --text-column NAME chooses")]
    Column(TableError),
    /// Numbers, lists or bytes.
    #[error(
        "the column \"{name}\" holds {kind}, not texts; --text-column NAME chooses one that does: {}",
        listed(texts)
    )]
    NotText {
        name: String,
        kind: String,
        /// Those that could be chosen.
        texts: Vec<String>,
    },
    /// Rarely used.
    #[error(
        "it is compressed by {0}, which this program does not read; write it with zstd, snappy, lz4 or gzip"
    )]
    Compression(Compression),
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "there is none".to_owned(),
        names => names.join(", "),
    }
}

/// Reads a column of a Parquet file.
pub(super) struct Rows {
    reader: SerializedFileReader<File>,
    column: usize,
    /// The definition level of a text that is there.
    there: i16,
    /// The next row group.
    group: usize,
    open: Option<ColumnReaderImpl<ByteArrayType>>,
    ahead: vec::IntoIter<Option<ByteArray>>,
    number: u64,
    /// Rows that the file says it has.
    total: u64,
}

impl Rows {
    /// The texts of `file` in the column that is asked for, or else in one with a usual name.
    pub(super) fn open(file: File, text_column: Option<&str>) -> Result<Self, RowsProblem> {
        let reader = guarded(|| SerializedFileReader::new(file))?;
        let metadata = reader.metadata();
        let columns = metadata.file_metadata().schema_descr().columns();
        let names: Vec<String> = columns
            .iter()
            .map(|column| column.path().string())
            .collect();
        let texts = columns.iter().filter(|column| kind(column).is_none());
        let texts: Vec<String> = texts.map(|column| column.path().string()).collect();
        // One that is the only one with texts needs no name.
        let alone = texts.first().filter(|_| texts.len() == 1);
        let asked = text_column.or(alone.map(String::as_str));
        let column = Columns::text(&names, asked).map_err(RowsProblem::Column)?;
        if let Some(kind) = kind(&columns[column]) {
            let name = names[column].clone();
            return Err(RowsProblem::NotText { name, kind, texts });
        }
        for group in metadata.row_groups() {
            let chunk = group.columns().get(column).ok_or_else(contradiction)?;
            let dictionary = chunk.dictionary_page_offset().unwrap_or(0);
            let places = [
                dictionary,
                chunk.data_page_offset(),
                chunk.compressed_size(),
            ];
            if places.iter().any(|&place| place < 0) {
                return Err(contradiction().into());
            }
            let codec = chunk.compression();
            if matches!(codec, Compression::BROTLI(_) | Compression::LZO) {
                return Err(RowsProblem::Compression(codec));
            }
        }
        let total = metadata.file_metadata().num_rows();
        let there = columns[column].max_def_level();
        Ok(Self {
            column,
            there,
            group: 0,
            open: None,
            ahead: Vec::new().into_iter(),
            number: 0,
            total: u64::try_from(total).unwrap_or(0),
            reader,
        })
    }

    /// Rows of the file.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Rows read so far.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Reads some texts ahead; none at the end.
    fn read_ahead(&mut self) -> Result<Vec<Option<ByteArray>>, ParquetError> {
        loop {
            if let Some(column) = &mut self.open {
                let (mut texts, mut levels) = (Vec::new(), Vec::new());
                let levels_read = Some(&mut levels);
                let (read, ..) = column.read_records(AHEAD, levels_read, None, &mut texts)?;
                if read > 0 {
                    if self.there == 0 {
                        return Ok(texts.into_iter().map(Some).collect());
                    }
                    let mut texts = texts.into_iter();
                    let mut text = |level| (level == self.there).then(|| texts.next()).flatten();
                    return Ok(levels.into_iter().map(&mut text).collect());
                }
            }
            if self.group == self.reader.num_row_groups() {
                return Ok(Vec::new());
            }
            let column = self
                .reader
                .get_row_group(self.group)?
                .get_column_reader(self.column)?;
            self.group += 1;
            self.open = match column {
                ColumnReader::ByteArrayColumnReader(column) => Some(column),
                _ => return Err(ParquetError::General("a column is of two kinds".to_owned())),
            };
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Line, RowsProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = match self.ahead.next() {
            Some(text) => text,
            None => match guarded(|| self.read_ahead()) {
                Ok(texts) => {
                    self.ahead = texts.into_iter();
                    self.ahead.next()?
                }
                Err(problem) => return Some(Err(problem.into())),
            },
        };
        self.number += 1;
        // What is missing says as little as an empty line.
        let text = text.as_ref().map_or(&[][..], ByteArray::data);
        Some(Ok(Line {
            number: self.number,
            text: lines::text(text),
        }))
    }
}

/// What `work` reads. Some of what a file says is only asserted where it is read.
fn guarded<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(contradiction()))
}

fn contradiction() -> ParquetError {
    ParquetError::General("what it says of its parts is contradictory".to_owned())
}

/// What a column holds, if not texts.
fn kind(column: &ColumnDescriptor) -> Option<String> {
    let is_text = matches!(column.logical_type_ref(), Some(LogicalType::String))
        || column.converted_type() == ConvertedType::UTF8;
    match (is_text, column.max_rep_level()) {
        (true, 0) => None,
        (true, _) => Some("lists of texts".to_owned()),
        (false, _) => {
            let kind = column.physical_type().to_string();
            Some(format!("values of type {kind}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const FILES: [&[u8]; 2] = [
        include_bytes!("../../../tests/reference/reviews.snappy.parquet"),
        include_bytes!("../../../tests/reference/reviews.zstd.parquet"),
    ];

    /// Texts of a file with these bytes, as far as it can be read.
    fn read(bytes: &[u8]) -> Result<Vec<String>, RowsProblem> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        let rows = Rows::open(file, Some("Review"))?;
        rows.map(|line| Ok(line?.text.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn texts_come_in_order_and_what_is_missing_is_empty() {
        for bytes in FILES {
            let texts = read(bytes).unwrap();
            assert_eq!(texts[..4], ["good film", "", "", "It isn't bad, my señor."]);
            assert_eq!((texts[5].as_str(), texts.len()), ("bad\nfilm", 8));
        }
    }

    /// Whatever is in a file, it is read or refused.
    #[test]
    fn damaged_files_do_no_harm() {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        for mutant in 0..4000 {
            let mut bytes = FILES[mutant % 2].to_vec();
            for _ in 0..random.random_range(1..4) {
                let at = random.random_range(4..bytes.len());
                bytes[at] = random.random();
            }
            if mutant % 5 == 0 {
                bytes.truncate(random.random_range(5..bytes.len()));
            }
            let _ = read(&bytes);
        }
    }
}
