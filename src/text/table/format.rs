//! How a table's fields are separated.

use super::bytes::{count, without_mark};

/// How a table's fields are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// What separates two fields.
    pub delimiter: u8,
    /// Whether a field in double quotes may hold delimiters and line breaks.
    pub quotes: bool,
}

impl Format {
    /// Tabs, and quotes like any other character: how public data sets are written.
    pub const TABS: Self = Self {
        delimiter: b'\t',
        quotes: false,
    };

    /// What a first line `sep=;` names, if the next line contains it; otherwise a tab, if all lines have equally many;
    /// otherwise comma, tab, semicolon or bar, whichever the first line has most often outside quotes.
    pub fn recognise(bytes: &[u8]) -> Self {
        let bytes = without_mark(bytes);
        let delimiter = match Self::named(bytes) {
            Some((delimiter, end)) => {
                let rest = &bytes[end..];
                match count(first_line(rest), delimiter) {
                    0 => most_frequent(rest),
                    _ => delimiter,
                }
            }
            None => most_frequent(bytes),
        };
        Self {
            delimiter,
            quotes: true,
        }
    }

    /// The delimiter that a first line such as `sep=;` names, as Excel writes it, and where that line ends.
    pub(super) fn named(bytes: &[u8]) -> Option<(u8, usize)> {
        let end = bytes
            .iter()
            .position(|byte| matches!(byte, b'\r' | b'\n'))?;
        let line = &bytes[..end];
        let quoted = line.trim_ascii_end().strip_prefix(b"\"");
        let quoted = quoted.and_then(|line| line.strip_suffix(b"\""));
        let (key, value) = quoted.unwrap_or(line).split_at_checked(4)?;
        // A tab is a blank, too.
        let value = match value.trim_ascii() {
            [] => &value[..value.len().min(1)],
            named => named,
        };
        let is_named =
            key.eq_ignore_ascii_case(b"sep=") && value.len() == 1 && is_delimiter(value[0]);
        let line_end = if bytes[end..].starts_with(b"\r\n") {
            2
        } else {
            1
        };
        is_named.then(|| (value[0], end + line_end))
    }
}

/// Whether it may separate two fields.
pub(super) fn is_delimiter(byte: u8) -> bool {
    byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n')
}

/// The lines that are not blank.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .filter(|line| !line.trim_ascii().is_empty())
}

fn first_line(bytes: &[u8]) -> &[u8] {
    lines(bytes).next().unwrap_or_default()
}

fn most_frequent(bytes: &[u8]) -> u8 {
    let first_line = first_line(bytes);
    let tabs = count(first_line, b'\t');
    if tabs > 0 && lines(bytes).all(|line| count(line, b'\t') == tabs) {
        return b'\t';
    }
    let outside_quotes = || first_line.split(|&byte| byte == b'"').step_by(2);
    let count = |delimiter| -> usize { outside_quotes().map(|part| count(part, delimiter)).sum() };
    // Among equals, `max_by_key` takes the last.
    let delimiters = [b'|', b';', b'\t', b','].into_iter();
    let most = delimiters.max_by_key(|&delimiter| count(delimiter));
    most.unwrap_or(b',')
}
