//! How labelled texts can be written in a file, and how a file's layout is recognised.

use serde::{Deserialize, Serialize};

use super::bytes::without_mark;
use super::format::is_delimiter;
use super::header::has_header;
use super::{Format, Table, TableError, label, lines, records};

/// A way of writing labelled texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Layout {
    /// Rows of fields: csv, tsv, or lines such as `label<TAB>text`.
    Delimited {
        /// What separates two fields, an ASCII character.
        delimiter: char,
        /// Whether a field in double quotes may hold delimiters and line breaks.
        quotes: bool,
        /// Whether the first row names the columns.
        header: bool,
    },
    /// One JSON object per line.
    JsonLines,
    /// Lines of `__label__NAME text`, as fastText takes them.
    Prefixed,
}

impl Layout {
    /// The layout that `bytes` look like; any bytes will do.
    pub fn recognise(bytes: &[u8]) -> Self {
        let text = without_mark(bytes).trim_ascii_start();
        let array = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        if array.unwrap_or(text).starts_with(b"{") {
            return Self::JsonLines;
        }
        if text.starts_with(label::PREFIX.as_bytes()) {
            return Self::Prefixed;
        }
        Self::delimited(bytes, Format::recognise(bytes))
    }

    /// Rows of fields written as `format`, with a header if the first row looks like one.
    pub fn delimited(bytes: &[u8], format: Format) -> Self {
        Self::Delimited {
            delimiter: format.delimiter.into(),
            quotes: format.quotes,
            header: records::read(bytes, format).is_ok_and(|records| has_header(&records.rows)),
        }
    }
}

impl Table {
    /// Reads a table that is written as `layout` says. Columns without a name are numbered from 1.
    ///
    /// # Errors
    /// If the bytes are not text, or not such a table.
    pub fn read(bytes: &[u8], layout: Layout) -> Result<Self, TableError> {
        match layout {
            Layout::Delimited {
                delimiter,
                quotes,
                header,
            } => {
                let delimiter = u8::try_from(delimiter)
                    .ok()
                    .filter(|&byte| is_delimiter(byte))
                    .ok_or(TableError::Delimiter(delimiter))?;
                let format = Format { delimiter, quotes };
                if header {
                    return Self::parse(bytes, format);
                }
                let records = records::read(bytes, format)?;
                let mut whole = records.rows.iter().flatten();
                let first = whole.next().ok_or(TableError::Empty)?;
                let names = (1..=first.fields.len()).map(|at| at.to_string());
                Ok(Self::of(names.collect(), records))
            }
            Layout::JsonLines => lines::json(bytes),
            Layout::Prefixed => lines::prefixed(bytes),
        }
    }
}
