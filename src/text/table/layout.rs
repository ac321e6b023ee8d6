//! How labelled texts can be written in a file, and how a file's way is recognised.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Format, Row, RowError, Table, TableError, columns, lines, rows};

/// A way of writing labelled texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Layout {
    /// Rows of fields: csv, tsv, or lines such as `label<TAB>text`.
    Delimited {
        /// What stands between two fields, an ASCII character.
        delimiter: char,
        /// Whether a field in double quotes may hold delimiters and line breaks.
        quotes: bool,
        /// Whether the first row names the columns.
        header: bool,
    },
    /// One JSON object a line.
    JsonLines,
    /// Lines of `__label__NAME text`, as fastText takes them.
    Prefixed,
}

impl Layout {
    /// The layout that `bytes` look like: any bytes will do.
    pub fn recognise(bytes: &[u8]) -> Self {
        let text = super::without_mark(bytes).trim_ascii_start();
        let array = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        if array.unwrap_or(text).starts_with(b"{") {
            return Self::JsonLines;
        }
        if text.starts_with(lines::LABEL_PREFIX.as_bytes()) {
            return Self::Prefixed;
        }
        Self::delimited(bytes, Format::recognise(bytes))
    }

    /// Rows of fields written as `format`, with a header if the first row looks like one.
    pub fn delimited(bytes: &[u8], format: Format) -> Self {
        Self::Delimited {
            delimiter: format.delimiter.into(),
            quotes: format.quotes,
            header: has_header(&rows(bytes, format).map_or_else(|_| Vec::new(), |(rows, _)| rows)),
        }
    }
}

impl Table {
    /// Reads a table that is written as `layout` says. Columns without a name are numbered from 1.
    ///
    /// # Errors
    /// If the bytes are no text, or no such table.
    pub fn read(bytes: &[u8], layout: Layout) -> Result<Self, TableError> {
        match layout {
            Layout::Delimited {
                delimiter,
                quotes,
                header,
            } => {
                let delimiter = u8::try_from(delimiter)
                    .ok()
                    .filter(|byte| byte.is_ascii() && !b"\"\r\n".contains(byte))
                    .ok_or(TableError::Delimiter(delimiter))?;
                let format = Format { delimiter, quotes };
                if header {
                    return Self::parse(bytes, format);
                }
                let (rows, empty) = rows(bytes, format)?;
                let first = rows.iter().flatten().next().ok_or(TableError::Empty)?;
                let names = (1..=first.fields.len()).map(|at| at.to_string());
                Ok(Self::of(names.collect(), rows, empty))
            }
            Layout::JsonLines => lines::json(bytes),
            Layout::Prefixed => lines::prefixed(bytes),
        }
    }
}

/// Whether the first row names the columns: one of its fields is a usual name, or the table cannot
/// be two columns without names.
fn has_header(rows: &[Result<Row, RowError>]) -> bool {
    let mut whole = rows.iter().flatten();
    let Some(first) = whole.next() else {
        return true;
    };
    if first.fields.len() != 2 || first.fields.iter().any(|name| columns::is_usual(name)) {
        return true;
    }
    let rows: Vec<&Row> = rows.iter().flatten().collect();
    let counts = counts(&rows, label_of_two(&rows));
    // The name of the labels is none of them.
    let heading = first.fields[label_of_two(&rows)].trim();
    counts.get(heading) == Some(&1) && counts.values().any(|&count| count > 1)
}

/// Which of two columns holds the labels: the one that has fewer different values, on a tie the
/// first.
pub(super) fn label_of_two(rows: &[&Row]) -> usize {
    usize::from(counts(rows, 1).len() < counts(rows, 0).len())
}

/// How often each value stands in a column.
pub(super) fn counts<'a>(rows: &[&'a Row], column: usize) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for value in rows.iter().filter_map(|row| row.fields.get(column)) {
        *counts.entry(value.trim()).or_default() += 1;
    }
    counts
}
