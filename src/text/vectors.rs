//! Pre-trained word vectors: rows of 32-bit floats, and a list of words.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::TextError;
use super::file::{read_bytes, read_text};

/// Ending of the file of rows, little-endian.
const ROWS: [&str; 2] = ["f32le", "bin"];
/// Ending of the file of words, one per line, in the order of the rows.
const WORDS: &str = "vocab.txt";

/// Word vectors of one width.
#[derive(Clone, Debug)]
pub struct WordVectors {
    rows: HashMap<String, usize>,
    width: usize,
    values: Vec<f32>,
}

impl WordVectors {
    /// Reads `NAME.f32le.bin` and, next to it, `NAME.vocab.txt`.
    ///
    /// # Errors
    /// If a file cannot be read, or they do not fit together.
    pub fn read(path: &Path) -> Result<Self, TextError> {
        let unfit = |problem: &str| TextError::Vectors {
            path: path.to_owned(),
            problem: problem.to_owned(),
        };
        let words_path = Self::words_of(path);
        let words_path = &words_path.ok_or_else(|| unfit("its name does not end in .f32le.bin"))?;
        let bytes = read_bytes(path)?;
        let words = read_text(words_path)?;
        let rows: HashMap<String, usize> = words.lines().map(str::to_owned).zip(0..).collect();
        let values: Vec<f32> = bytes
            .as_chunks()
            .0
            .iter()
            .map(|chunk| f32::from_le_bytes(*chunk))
            .collect();
        let width = values.len() / rows.len().max(1);
        if width == 0 || width * rows.len() * 4 != bytes.len() {
            return Err(unfit("its size is not a multiple of the number of words"));
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(unfit("it holds numbers that are not finite"));
        }
        Ok(Self {
            rows,
            width,
            values,
        })
    }

    /// The file of words next to the file of rows `path`; `None` if that has another kind of name.
    pub fn words_of(path: &Path) -> Option<PathBuf> {
        // A name need not be UTF-8.
        let inner = path.with_extension("");
        let endings = [inner.extension()?, path.extension()?];
        (endings == ROWS).then(|| inner.with_extension(WORDS))
    }

    /// Numbers per vector.
    pub fn width(&self) -> usize {
        self.width
    }

    /// A word's vector.
    pub fn get(&self, word: &str) -> Option<&[f32]> {
        self.rows
            .get(word)
            .map(|row| &self.values[row * self.width..(row + 1) * self.width])
    }

    /// Root mean square of all numbers.
    pub fn scale(&self) -> f32 {
        let squares: f64 = self
            .values
            .iter()
            .map(|&value| f64::from(value).powi(2))
            .sum();
        (squares / self.values.len() as f64).sqrt() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_next_to_their_rows() {
        let of = |rows: &str| WordVectors::words_of(Path::new(rows));
        assert_eq!(of("a/v.f32le.bin"), Some("a/v.vocab.txt".into()));
        assert_eq!(of("6B.50d.f32le.bin"), Some("6B.50d.vocab.txt".into()));
        for other in [
            "v.bin",
            "v.f32le",
            "v.F32LE.bin",
            "v.f32le.bin.txt",
            "v",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn their_name_need_not_be_utf8() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let folder = tempfile::tempdir().unwrap();
        let place = |name: &[u8]| folder.path().join(OsStr::from_bytes(name));
        let numbers: Vec<u8> = [1.0_f32, 2.0, 3.0, 4.0]
            .into_iter()
            .flat_map(f32::to_le_bytes)
            .collect();
        std::fs::write(place(b"v\xe8.f32le.bin"), numbers).unwrap();
        std::fs::write(place(b"v\xe8.vocab.txt"), "good\nbad\n").unwrap();
        let vectors = WordVectors::read(&place(b"v\xe8.f32le.bin")).unwrap();
        assert_eq!(vectors.get("bad"), Some(&[3.0, 4.0][..]));
    }
}
