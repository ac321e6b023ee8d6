//! From bytes to records of fields. Quotes are taken as people write them: one that opens a field and
//! closes nowhere is a character like others, so that it swallows no rows.

use super::bytes::without_mark;
use super::format::Format;
use super::{Row, RowError, RowProblem, TableError};

/// Bytes of the longest field in quotes.
const LONGEST_QUOTED: usize = 1 << 20;

/// What stands in a table, its first line and all others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    /// The rows in their order, each whole or broken.
    pub(super) rows: Vec<Result<Row, Broken>>,
    /// Rows of blank fields, which are left out.
    pub(super) empty: usize,
    /// Lines in which a quote opens a field that nothing closes.
    pub(super) stray_quotes: Vec<usize>,
}

/// A row that is no UTF-8, with its fields as far as they can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) error: RowError,
    pub(super) fields: Vec<String>,
}

/// Reads all records of `bytes`, in which a byte order mark and Excel's line `sep=;` are no row.
///
/// # Errors
/// If the bytes are no text.
pub(super) fn read(bytes: &[u8], format: Format) -> Result<Records, TableError> {
    if bytes.contains(&0) {
        return Err(TableError::NotText);
    }
    let bytes = without_mark(bytes);
    let (at, line) = match Format::named(bytes) {
        Some((_, end)) => (end, 2),
        None => (0, 1),
    };
    let mut reader = Reader {
        bytes,
        at,
        line,
        format,
        escapes: format.quotes && has_escaped_quotes(bytes, format.delimiter),
        records: Records::default(),
    };
    while reader.at < bytes.len() {
        reader.record();
    }
    Ok(reader.records)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The line in which `at` stands, from 1.
    line: usize,
    format: Format,
    /// Whether `\"` is a quote in a field in quotes.
    escapes: bool,
    records: Records,
}

impl Reader<'_> {
    /// Reads a record, or a line without one.
    fn record(&mut self) {
        if self.bytes[self.at] == b'\r' || self.bytes[self.at] == b'\n' {
            self.line += usize::from(self.bytes[self.at] == b'\n');
            self.at += 1;
            return;
        }
        let line = self.line;
        let mut fields = vec![self.field()];
        while self.bytes.get(self.at) == Some(&self.format.delimiter) {
            self.at += 1;
            fields.push(self.field());
        }
        match fields.iter().all(|field| field.trim_ascii().is_empty()) {
            true => self.records.empty += 1,
            false => self.records.rows.push(row(line, fields)),
        }
    }

    /// Reads a field, up to a delimiter, a line end or the end.
    fn field(&mut self) -> Vec<u8> {
        if self.format.quotes && self.bytes.get(self.at) == Some(&b'"') {
            if let Some((content, end)) = self.quoted() {
                let lines = self.bytes[self.at..end].iter();
                self.line += lines.filter(|&&byte| byte == b'\n').count();
                self.at = end;
                return content;
            }
            self.records.stray_quotes.push(self.line);
        }
        let rest = &self.bytes[self.at..];
        let length = (0..rest.len()).find(|&at| self.ends_field(self.at + at));
        let field = &rest[..length.unwrap_or(rest.len())];
        self.at += field.len();
        field.to_vec()
    }

    /// A field in quotes and its end; `None` if no quote closes it, that is, stands before a delimiter or a
    /// line end.
    fn quoted(&self) -> Option<(Vec<u8>, usize)> {
        let mut content = Vec::new();
        let mut at = self.at + 1;
        while content.len() <= LONGEST_QUOTED {
            match (*self.bytes.get(at)?, self.bytes.get(at + 1)) {
                (b'"', Some(b'"')) => at += 1,
                (b'\\', Some(b'"' | b'\\')) if self.escapes => at += 1,
                (b'"', _) => {
                    let blanks = self.bytes[at + 1..].iter();
                    let end = at + 1 + blanks.take_while(|&&byte| byte == b' ').count();
                    let closes = self.ends_field(end) && !self.swallows_rows(&content);
                    return closes.then_some((content, end));
                }
                _ => {}
            }
            content.push(*self.bytes.get(at)?);
            at += 1;
        }
        None
    }

    /// Tables between tabs seldom quote; a text of theirs with tabs and line ends is several rows.
    fn swallows_rows(&self, content: &[u8]) -> bool {
        self.format.delimiter == b'\t' && content.contains(&b'\t') && content.contains(&b'\n')
    }

    fn ends_field(&self, at: usize) -> bool {
        let Some(&byte) = self.bytes.get(at) else {
            return true;
        };
        byte == self.format.delimiter || byte == b'\r' || byte == b'\n'
    }
}

/// Whether `\"` stands before something else than what follows a closing quote.
fn has_escaped_quotes(bytes: &[u8], delimiter: u8) -> bool {
    let goes_on = |next: u8| !matches!(next, b'"' | b'\r' | b'\n') && next != delimiter;
    bytes
        .windows(3)
        .any(|part| &part[..2] == b"\\\"" && goes_on(part[2]))
}

fn row(line: usize, fields: Vec<Vec<u8>>) -> Result<Row, Broken> {
    let read = fields
        .iter()
        .map(|field| std::str::from_utf8(field).map(str::to_owned));
    match read.collect::<Result<_, _>>() {
        Ok(fields) => Ok(Row { line, fields }),
        Err(_) => Err(Broken {
            error: RowError {
                line,
                problem: RowProblem::NotUtf8,
            },
            fields: fields
                .iter()
                .map(|field| String::from_utf8_lossy(field).into_owned())
                .collect(),
        }),
    }
}
