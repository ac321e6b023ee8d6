//! The lines of a stream one at a time, in bounded memory however long they are.

use std::io::{self, BufRead, Read};
use std::str::Utf8Error;

/// Maximum bytes of a line without its end.
const LONGEST: usize = 1 << 20;

/// One line of a corpus.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number, from 1.
    pub(super) number: u64,
    /// What it says, without its end.
    pub(super) text: Result<String, LineProblem>,
}

/// Why a line cannot be explained.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineProblem {
    /// More than is worth reading: a model reads hundreds of words.
    #[error("the line is longer than {LONGEST} bytes")]
    TooLong,
    /// Bytes that are not text.
    #[error("the line is not UTF-8 ({0}); convert it, or the whole file, to UTF-8")]
    Encoding(Utf8Error),
    /// Nothing to classify.
    #[error("the line has no words")]
    NoWords,
}

/// Reads a stream line by line.
pub(super) struct Lines<R> {
    reader: R,
    number: u64,
    bytes: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            number: 0,
            bytes: 0,
        }
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next line's bytes, or the problem that they are too many; `None` at the end.
    fn next_bytes(&mut self) -> io::Result<Option<Result<Vec<u8>, LineProblem>>> {
        let mut line = Vec::new();
        let mut part = self.reader.by_ref().take(LONGEST as u64 + 1);
        let mut read = part.read_until(b'\n', &mut line)?;
        let whole = line.last() == Some(&b'\n') || read <= LONGEST;
        if !whole {
            read += self.reader.skip_until(b'\n')?;
        }
        self.bytes += read as u64;
        Ok(match (read, whole) {
            (0, _) => None,
            (_, true) => Some(Ok(line)),
            (_, false) => Some(Err(LineProblem::TooLong)),
        })
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.next_bytes().transpose()?;
        self.number += 1;
        Some(bytes.map(|bytes| Line {
            number: self.number,
            text: bytes.and_then(|bytes| text(without_end(&bytes))),
        }))
    }
}

/// The text of a line without its end.
pub(super) fn text(line: &[u8]) -> Result<String, LineProblem> {
    if line.len() > LONGEST {
        return Err(LineProblem::TooLong);
    }
    let text = std::str::from_utf8(line);
    text.map(str::to_owned).map_err(LineProblem::Encoding)
}

/// A line without `\n` or `\r\n`.
fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<Line> {
        // A small buffer, so that lines span several of it.
        let reader = io::BufReader::with_capacity(3, bytes);
        Lines::new(reader).collect::<io::Result<_>>().unwrap()
    }

    #[test]
    fn ends_of_both_kinds_are_left_out_and_the_last_may_lack() {
        let lines = lines("one\r\n\ntwo é\n\rthree".as_bytes());
        let texts: Vec<_> = lines
            .iter()
            .map(|line| (line.number, line.text.as_deref().unwrap()))
            .collect();
        assert_eq!(texts, [(1, "one"), (2, ""), (3, "two é"), (4, "\rthree")]);
    }

    #[test]
    fn nothing_has_no_lines() {
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn a_line_that_is_no_text_does_not_end_the_stream() {
        let lines = lines(b"a\xff\nb\n");
        assert!(matches!(lines[0].text, Err(LineProblem::Encoding(_))));
        assert_eq!(lines[1].text.as_deref().unwrap(), "b");
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let longest = "x".repeat(LONGEST);
        let bytes = format!("{longest}\n{longest}x\nc\n{longest}");
        let mut lines = Lines::new(io::BufReader::new(bytes.as_bytes()));
        let mut next = || lines.next().unwrap().unwrap();
        assert_eq!(next().text.unwrap(), longest);
        assert!(matches!(next().text, Err(LineProblem::TooLong)));
        assert_eq!(next().text.unwrap(), "c");
        assert_eq!((next().number, lines.next().is_none()), (4, true));
        assert_eq!(lines.bytes(), bytes.len() as u64);
    }
}
