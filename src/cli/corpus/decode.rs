//! A corpus as UTF-8, whatever it is written in.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::mem::replace;
use std::path::Path;

use encoding_rs_io::DecodeReaderBytesBuilder;

use super::rows::{BEGINNING, RowsProblem};
use crate::cli::out::{is_standard, remark};
use crate::text::recognise_encoding;

/// Bytes from which an encoding is recognised.
const SAMPLE: usize = 1 << 16;

/// The corpus as UTF-8, and its length in bytes if it is a file that is read as it is, as far as its beginning shows.
pub(super) fn open(corpus: &Path) -> io::Result<(Box<dyn BufRead>, Option<u64>)> {
    if is_standard(corpus) {
        return Ok((decoded(io::stdin().lock(), corpus, false)?.0, None));
    }
    let file = File::open(corpus)?;
    let facts = file.metadata()?;
    let (reader, as_it_is) = decoded(file, corpus, facts.is_file())?;
    let length = (as_it_is && facts.is_file()).then_some(facts.len());
    Ok((reader, length))
}

/// What `reader` reads as UTF-8, and whether that is as it is.
fn decoded(
    reader: impl Read + 'static,
    corpus: &Path,
    is_file: bool,
) -> io::Result<(Box<dyn BufRead>, bool)> {
    let mut reader = BufReader::with_capacity(SAMPLE, reader);
    let sample = reader.fill_buf()?;
    if sample.starts_with(BEGINNING) {
        return Err(io::Error::other(RowsProblem::Pipe));
    }
    if sample.is_ascii() && !sample.contains(&0) {
        let undecided = Undecided {
            source: Source::Ascii(reader),
            corpus: corpus.display().to_string(),
            is_file,
        };
        return Ok((Box::new(BufReader::new(undecided)), true));
    }
    let sample = sample.to_vec();
    reader.consume(sample.len());
    let (reader, as_it_is) = decide(sample, reader, &corpus.display().to_string());
    Ok((Box::new(BufReader::new(reader)), as_it_is))
}

/// What `sample` and `rest` hold as UTF-8, and whether that is as it is. A guess is told of.
fn decide(sample: Vec<u8>, rest: impl Read + 'static, corpus: &str) -> (Box<dyn Read>, bool) {
    // A character may be cut at its end.
    let lines = sample.iter().rposition(|&byte| byte == b'\n');
    let (encoding, guessed) = recognise_encoding(lines.map_or(&sample, |end| &sample[..end]));
    if guessed {
        let name = encoding.name();
        remark(format!(
            "{corpus}: it does not say its encoding and is read as {name}; convert it to UTF-8 if that is wrong"
        ));
    }
    if encoding.name() != "UTF-8" {
        let decoder = DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .build(Cursor::new(sample).chain(rest));
        return (Box::new(decoder), false);
    }
    let mark = "\u{feff}".as_bytes();
    let text = sample.strip_prefix(mark).unwrap_or(&sample).to_vec();
    (Box::new(Cursor::new(text).chain(rest)), true)
}

/// A stream that is ASCII so far. Its encoding shows only where something else comes, which may be far behind its
/// beginning.
struct Undecided<R> {
    source: Source<R>,
    corpus: String,
    /// Whether reading on takes no time.
    is_file: bool,
}

enum Source<R> {
    Ascii(BufReader<R>),
    Decided(Box<dyn Read>),
}

impl<R: Read + 'static> Read for Undecided<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let reader = match &mut self.source {
            Source::Ascii(reader) => reader,
            Source::Decided(reader) => return reader.read(to),
        };
        let bytes = reader.fill_buf()?;
        if bytes.is_ascii() {
            let length = bytes.len().min(to.len());
            to[..length].copy_from_slice(&bytes[..length]);
            reader.consume(length);
            return Ok(length);
        }
        let sample = sample(reader, self.is_file)?;
        let ascii = replace(&mut self.source, Source::Decided(Box::new(io::empty())));
        if let Source::Ascii(rest) = ascii {
            let (mut decided, _) = decide(sample, rest, &self.corpus);
            let read = decided.read(to);
            self.source = Source::Decided(decided);
            return read;
        }
        Ok(0)
    }
}

/// Bytes by which to decide: to the end of a line that is not ASCII, or as many as a file has there.
fn sample(reader: &mut impl BufRead, is_file: bool) -> io::Result<Vec<u8>> {
    let mut sample = Vec::new();
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(sample);
        }
        let length = bytes.len();
        sample.extend_from_slice(bytes);
        reader.consume(length);
        let first = sample.iter().position(|byte| !byte.is_ascii());
        let behind = &sample[first.unwrap_or(sample.len())..];
        if behind.len() >= SAMPLE || (!is_file && behind.contains(&b'\n')) {
            return Ok(sample);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of `parts`, which come one after another.
    fn read(parts: &[&[u8]], is_file: bool) -> String {
        let empty: Box<dyn Read> = Box::new(io::empty());
        let parts = parts.iter().map(|part| Cursor::new(part.to_vec()));
        let all = parts.fold(empty, |all, part| Box::new(all.chain(part)));
        let (mut reader, _) = decoded(all, Path::new("corpus"), is_file).unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn an_encoding_that_shows_late_is_recognised() {
        let early = "It is a good film.\n".repeat(SAMPLE / 10);
        let late = "Das Essen war süß, und wir müssten öfter zum Café.\nSchön!\n".repeat(9);
        let windows: Vec<u8> = late.chars().map(|c| c as u8).collect();
        let expected = format!("{early}{late}");
        for is_file in [true, false] {
            let early = early.as_bytes();
            assert_eq!(read(&[early, &windows], is_file), expected);
            assert_eq!(read(&[early, late.as_bytes()], is_file), expected);
            // Cut within a character.
            let (first, second) = late.as_bytes().split_at(16);
            assert!(std::str::from_utf8(first).is_err());
            assert_eq!(read(&[early, first, second], is_file), expected);
        }
        assert_eq!(read(&[early.as_bytes()], true), early);
        assert_eq!(read(&[], true), "");
    }
}
