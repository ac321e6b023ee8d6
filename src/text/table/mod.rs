//! Tables of labelled texts as bytes (csv, tsv, JSON lines): into rows that know their
//! line, and on to texts with a label. No files, so that the page can read
//! what is dropped on it.

mod columns;
mod error;
mod labelled;
mod layout;
mod lines;

use csv_core::{ReadRecordResult, ReaderBuilder};

pub use columns::Columns;
pub use error::{Role, RowError, RowProblem, TableError};
pub use labelled::{LabelledText, LabelledTexts, classes};
pub use layout::Layout;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How a table's fields are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// What stands between two fields.
    pub delimiter: u8,
    /// Whether a field in double quotes may hold delimiters and line breaks.
    pub quotes: bool,
}

impl Format {
    /// Tabs, and quotes like any character: how public data sets are written.
    pub const TABS: Self = Self {
        delimiter: b'\t',
        quotes: false,
    };

    /// Tab, where all lines have as many of them; else comma, tab, semicolon or bar, whichever the
    /// first line has most often outside quotes.
    pub fn recognise(bytes: &[u8]) -> Self {
        let lines = || {
            without_mark(bytes)
                .split(|byte| matches!(byte, b'\n' | b'\r'))
                .filter(|line| !line.trim_ascii().is_empty())
        };
        let first_line = lines().next().unwrap_or_default();
        let tabs = count(first_line, b'\t');
        let delimiter = if tabs > 0 && lines().all(|line| count(line, b'\t') == tabs) {
            Some(b'\t')
        } else {
            let outside_quotes = || first_line.split(|&byte| byte == b'"').step_by(2);
            let count = |delimiter| {
                outside_quotes()
                    .map(|part| count(part, delimiter))
                    .sum::<usize>()
            };
            // Of equals, `max_by_key` takes the last.
            [b'|', b';', b'\t', b',']
                .into_iter()
                .max_by_key(|&delimiter| count(delimiter))
        };
        Self {
            delimiter: delimiter.unwrap_or(b','),
            quotes: true,
        }
    }
}

/// A table with named columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows that are whole, with one field a column; blank rows are left out.
    pub rows: Vec<Row>,
    /// The rows that are not.
    pub broken: Vec<RowError>,
    /// Rows of blank fields, which are left out.
    pub empty: usize,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line in which it begins, counted from 1.
    pub line: usize,
    /// Its fields, quotes undone.
    pub fields: Vec<String>,
}

impl Table {
    /// Reads a table whose first line names the columns. Takes line ends of
    /// any system and a byte order mark.
    ///
    /// # Errors
    /// If the bytes are no text, or the first line cannot be used. Later lines
    /// that cannot are listed in [`Table::broken`].
    pub fn parse(bytes: &[u8], format: Format) -> Result<Self, TableError> {
        let (mut rows, empty) = rows(bytes, format)?;
        if rows.is_empty() {
            return Err(TableError::Empty);
        }
        let columns = rows.remove(0)?.fields;
        let columns = columns.iter().map(|name| name.trim().to_owned());
        Ok(Self::of(columns.collect(), rows, empty))
    }

    /// Reads a table that has no line with the columns' names.
    ///
    /// # Errors
    /// If the bytes are no text.
    pub fn parse_rows(bytes: &[u8], format: Format, columns: &[&str]) -> Result<Self, TableError> {
        let columns = columns.iter().map(|&name| name.to_owned());
        let (rows, empty) = rows(bytes, format)?;
        Ok(Self::of(columns.collect(), rows, empty))
    }

    fn of(columns: Vec<String>, all: Vec<Result<Row, RowError>>, empty: usize) -> Self {
        let (mut rows, mut broken) = (Vec::new(), Vec::new());
        for row in all {
            match row {
                Ok(row) if row.fields.len() == columns.len() => rows.push(row),
                Ok(row) => broken.push(RowError {
                    line: row.line,
                    problem: RowProblem::Fields {
                        expected: columns.len(),
                        found: row.fields.len(),
                    },
                }),
                Err(error) => broken.push(error),
            }
        }
        Self {
            columns,
            rows,
            broken,
            empty,
        }
    }
}

/// `bytes` without a byte order mark.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

/// Rows, each whole or broken.
type Rows = Vec<Result<Row, RowError>>;

/// The rows of `bytes`, and how many blank ones are left out.
fn rows(bytes: &[u8], format: Format) -> Result<(Rows, usize), TableError> {
    if bytes.contains(&0) {
        return Err(TableError::NotText);
    }
    // With a line end at the end, a row without one can only be an open quote.
    let mut input = without_mark(bytes).to_vec();
    input.push(b'\n');
    let mut reader = ReaderBuilder::new()
        .delimiter(format.delimiter)
        .quoting(format.quotes)
        .build();
    // Large enough for any row.
    let mut content = vec![0; input.len()];
    let mut ends = vec![0; 1 + count(&input, format.delimiter)];
    let (mut rows, mut empty) = (Vec::new(), 0);
    let (mut at, mut line) = (0, 1);
    while at < input.len() {
        if matches!(input[at], b'\r' | b'\n') {
            line += usize::from(input[at] == b'\n');
            at += 1;
            continue;
        }
        let (result, read, _, fields) = reader.read_record(&input[at..], &mut content, &mut ends);
        match result {
            ReadRecordResult::Record => {
                let fields = fields_of(&content, &ends[..fields]);
                if fields.iter().all(|field| field.trim_ascii().is_empty()) {
                    empty += 1;
                } else {
                    rows.push(row(line, &fields));
                }
            }
            _ => rows.push(Err(RowError {
                line,
                problem: RowProblem::OpenQuote,
            })),
        }
        line += count(&input[at..at + read], b'\n');
        at += read;
    }
    Ok((rows, empty))
}

fn count(bytes: &[u8], wanted: u8) -> usize {
    bytes.iter().filter(|&&byte| byte == wanted).count()
}

/// The fields of a record, given where each of them ends.
fn fields_of<'a>(content: &'a [u8], ends: &[usize]) -> Vec<&'a [u8]> {
    let mut start = 0;
    ends.iter()
        .map(|&end| &content[std::mem::replace(&mut start, end)..end])
        .collect()
}

fn row(line: usize, fields: &[&[u8]]) -> Result<Row, RowError> {
    let fields = fields
        .iter()
        .map(|field| std::str::from_utf8(field).map(str::to_owned))
        .collect::<Result<_, _>>()
        .map_err(|_| RowError {
            line,
            problem: RowProblem::NotUtf8,
        })?;
    Ok(Row { line, fields })
}
