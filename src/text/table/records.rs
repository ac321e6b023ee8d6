//! From bytes to records of fields. Quotes are read as people write them: one that opens a field and
//! closes nowhere, or only after rows of the table, is an ordinary character, so that it swallows no rows.

use std::collections::{HashMap, HashSet};

use super::bytes::without_mark;
use super::format::Format;
use super::{Row, RowError, RowProblem, TableError};

/// Total bytes that are searched because of quotes that do not close; from then on a field in quotes has at most
/// [`LONGEST_THEN`]. Otherwise a file of such quotes would be read once for each.
const MOST_IN_VAIN: usize = 1 << 28;

const LONGEST_THEN: usize = 1 << 12;

/// The contents of a table, its first line and all others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    /// The rows in their order, each complete or broken.
    pub(super) rows: Vec<Result<Row, Broken>>,
    /// Rows of blank fields, which are left out.
    pub(super) empty: usize,
    /// Lines in which a quote opens a field that its row does not close.
    pub(super) stray_quotes: Vec<usize>,
}

/// What repeats in the columns of a table, from which a row within a text is recognised.
struct Repeated {
    columns: Vec<HashSet<Vec<u8>>>,
}

/// A row that is not UTF-8, with its fields as far as they can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) error: RowError,
    pub(super) fields: Vec<String>,
}

/// Reads all records of `bytes`, in which a byte order mark and Excel's line `sep=;` are not rows.
///
/// # Errors
/// If the bytes are not text.
pub(super) fn read(bytes: &[u8], format: Format) -> Result<Records, TableError> {
    if bytes.contains(&0) {
        return Err(TableError::NotText);
    }
    let bytes = without_mark(bytes);
    let (at, line) = match Format::named(bytes) {
        Some((_, end)) => (end, 2),
        None => (0, 1),
    };
    let begin = || Reader {
        line,
        escapes: format.quotes && has_escaped_quotes(bytes, format.delimiter),
        ..Reader::new(bytes, at, format)
    };
    let mut reader = begin();
    reader.all();
    if reader.has_long {
        // A text of several lines may be a stray quote and the rows after it.
        let repeated = Repeated::of(&reader.records.rows);
        reader = Reader {
            repeated,
            ..begin()
        };
        reader.all();
    }
    Ok(reader.records)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The line that contains `at`, from 1.
    line: usize,
    format: Format,
    /// Whether `\"` is a quote within a field in quotes.
    escapes: bool,
    /// What rows within a text are recognised by, if they are looked for.
    repeated: Option<Repeated>,
    /// Bytes that were searched because of quotes that do not close.
    in_vain: usize,
    /// Whether a field has several lines.
    has_long: bool,
    records: Records,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], at: usize, format: Format) -> Self {
        Self {
            bytes,
            at,
            line: 1,
            format,
            escapes: false,
            repeated: None,
            in_vain: 0,
            has_long: false,
            records: Records::default(),
        }
    }

    /// Reads all records.
    fn all(&mut self) {
        while self.at < self.bytes.len() {
            self.record();
        }
    }

    /// Reads a record, or a line without one.
    fn record(&mut self) {
        if self.bytes[self.at] == b'\r' || self.bytes[self.at] == b'\n' {
            self.line += usize::from(self.bytes[self.at] == b'\n');
            self.at += 1;
            return;
        }
        let line = self.line;
        let fields = self.fields();
        match fields.iter().all(|field| field.trim_ascii().is_empty()) {
            true => self.records.empty += 1,
            false => self.records.rows.push(row(line, fields)),
        }
    }

    /// Reads the fields of a row.
    fn fields(&mut self) -> Vec<Vec<u8>> {
        let mut fields = vec![self.field()];
        while self.bytes.get(self.at) == Some(&self.format.delimiter) {
            self.at += 1;
            fields.push(self.field());
        }
        fields
    }

    /// Reads a field, up to a delimiter, a line end or the end.
    fn field(&mut self) -> Vec<u8> {
        if self.format.quotes && self.bytes.get(self.at) == Some(&b'"') {
            if let Some((content, end)) = self.quoted() {
                let lines = self.bytes[self.at..end].iter();
                let lines = lines.filter(|&&byte| byte == b'\n').count();
                self.line += lines;
                self.has_long |= lines > 0;
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

    /// A field in quotes and its end; `None` if no quote of its row closes it, that is, comes before a delimiter
    /// or a line end.
    fn quoted(&mut self) -> Option<(Vec<u8>, usize)> {
        let longest = match self.in_vain > MOST_IN_VAIN {
            true => LONGEST_THEN,
            false => usize::MAX,
        };
        let mut content = Vec::new();
        let mut at = self.at + 1;
        while content.len() <= longest
            && let Some(&byte) = self.bytes.get(at)
        {
            match (byte, self.bytes.get(at + 1)) {
                (b'"', Some(b'"')) => at += 1,
                (b'\\', Some(b'"' | b'\\')) if self.escapes => at += 1,
                (b'"', _) => {
                    let blanks = self.bytes[at + 1..].iter();
                    let end = at + 1 + blanks.take_while(|&&byte| byte == b' ').count();
                    if self.ends_field(end) && !self.swallows_rows(&content, end) {
                        return Some((content, end));
                    }
                    break;
                }
                _ => {}
            }
            content.push(self.bytes[at]);
            at += 1;
        }
        self.in_vain += at - self.at;
        None
    }

    /// Whether a text that ends at `end` is a stray quote and rows after it. Tab-separated tables seldom quote; a
    /// text in them with tabs and line ends is several rows. In other tables it is if each of its lines is a row
    /// by itself, with something in the same column that repeats there, such as labels.
    fn swallows_rows(&self, content: &[u8], end: usize) -> bool {
        if !content.contains(&b'\n') {
            return false;
        }
        if self.format.delimiter == b'\t' {
            return content.contains(&b'\t');
        }
        let Some(repeated) = &self.repeated else {
            return false;
        };
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let before = self.bytes[..self.at].iter().rposition(is_end);
        let after = self.bytes[end..].iter().position(is_end);
        let start = before.map_or(0, |at| at + 1);
        let end = after.map_or(self.bytes.len(), |at| end + at);
        let lines = self.bytes[start..end].split(is_end);
        let mut lines = lines.filter(|line| !line.is_empty());
        // Its text may hold delimiters that are not in quotes.
        let first = lines.next().map(|line| self.fields_of(line));
        let others: Vec<_> = lines.map(|line| self.fields_of(line)).collect();
        first.is_some_and(|first| repeated.are_rows(&first, &others))
    }

    /// The fields of a line by itself.
    fn fields_of(&self, line: &[u8]) -> Vec<Vec<u8>> {
        let escapes = self.escapes;
        let mut reader = Reader {
            escapes,
            ..Reader::new(line, 0, self.format)
        };
        reader.fields()
    }

    fn ends_field(&self, at: usize) -> bool {
        let Some(&byte) = self.bytes.get(at) else {
            return true;
        };
        byte == self.format.delimiter || byte == b'\r' || byte == b'\n'
    }
}

impl Repeated {
    /// What occurs more than once in a column of those `rows` that have as many columns as the first, and no text of
    /// several lines; `None` if nothing does.
    fn of(rows: &[Result<Row, Broken>]) -> Option<Self> {
        let rows = || rows.iter().flatten().map(|row| &row.fields);
        let is_short = |fields: &&Vec<String>| !fields.iter().any(|field| field.contains('\n'));
        let length = rows().next()?.len();
        let column = |at: usize| {
            let mut counts: HashMap<&str, usize> = HashMap::new();
            let whole = rows()
                .filter(|fields| fields.len() == length)
                .filter(is_short);
            whole.for_each(|fields| *counts.entry(fields[at].trim()).or_default() += 1);
            let often = counts
                .into_iter()
                .filter(|&(value, count)| count > 1 && !value.is_empty());
            often.map(|(value, _)| value.into()).collect()
        };
        let columns: Vec<HashSet<Vec<u8>>> = (0..length).map(column).collect();
        columns
            .iter()
            .any(|column| !column.is_empty())
            .then_some(Self { columns })
    }

    /// Whether the fields of several lines, the first of which may have more of them, are those of rows.
    fn are_rows(&self, first: &[Vec<u8>], others: &[Vec<Vec<u8>>]) -> bool {
        let length = self.columns.len();
        let surplus = first.len().checked_sub(length);
        let (Some(surplus), false) = (surplus, others.is_empty()) else {
            return false;
        };
        let are_whole = others.iter().all(|fields| fields.len() == length);
        let mut columns = (0..length).zip(&self.columns);
        are_whole
            && columns.any(|(at, column)| {
                let repeats = |field: &[u8]| column.contains(field.trim_ascii());
                let of_first = [at, at + surplus];
                of_first.iter().any(|&at| repeats(&first[at]))
                    && others.iter().all(|fields| repeats(&fields[at]))
            })
    }
}

/// Whether `\"` comes before something other than what follows a closing quote.
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
