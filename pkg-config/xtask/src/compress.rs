//! Compressed copies of the page's files, for hosts that send them to browsers that accept them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use rayon::prelude::*;
use walkdir::WalkDir;

/// A copy is kept if it is smaller than the file by at least this fraction.
const WORTHWHILE: f64 = 0.05;

/// How a copy is compressed.
#[derive(Clone, Copy)]
pub(crate) enum Coding {
    Gzip,
    Brotli,
}

impl Coding {
    const ALL: [Self; 2] = [Self::Gzip, Self::Brotli];

    /// Where the copy of `file` is, if there is one.
    fn copy(self, file: &Path) -> PathBuf {
        let mut name = file.as_os_str().to_owned();
        name.push(match self {
            Self::Gzip => ".gz",
            Self::Brotli => ".br",
        });
        name.into()
    }

    /// At the highest setting; the result depends only on `bytes`.
    pub(crate) fn compress(self, mut bytes: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(bytes)?;
                Ok(encoder.finish()?)
            }
            Self::Brotli => {
                let settings = BrotliEncoderParams {
                    lgwin: 24, // The largest window that every browser takes.
                    size_hint: bytes.len(),
                    ..BrotliEncoderParams::default()
                };
                let mut compressed = Vec::new();
                brotli::BrotliCompress(&mut bytes, &mut compressed, &settings)?;
                Ok(compressed)
            }
        }
    }
}

/// Writes copies next to all files in `folder` that gain by it.
pub(crate) fn folder(folder: &Path) -> Result<()> {
    originals(folder, usize::MAX)?
        .par_iter()
        .flat_map(|file| Coding::ALL.map(|coding| (file, coding)))
        .try_for_each(|(file, coding)| {
            write_copy(file, coding)
                .with_context(|| format!("{} could not be compressed", file.display()))
        })
}

/// The files in `folder` that are not copies, down to `depth` (1: those in the folder itself).
pub(crate) fn originals(folder: &Path, depth: usize) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).max_depth(depth) {
        let entry = entry?;
        let is_copy = ["gz", "br"].map(Some).contains(&extension(entry.path()));
        if entry.file_type().is_file() && !is_copy {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn extension(file: &Path) -> Option<&str> {
    file.extension()?.to_str()
}

fn write_copy(file: &Path, coding: Coding) -> Result<()> {
    let bytes = fs::read(file)?;
    let compressed = coding.compress(&bytes)?;
    if compressed.len() as f64 <= (1.0 - WORTHWHILE) * bytes.len() as f64 {
        fs::write(coding.copy(file), compressed)?;
    }
    Ok(())
}

/// How many bytes of `file` a host sends to a browser that accepts `coding`.
pub(crate) fn sent(file: &Path, coding: Coding) -> Result<u64> {
    let copy = coding.copy(file);
    let sent = if copy.exists() { &copy } else { file };
    Ok(fs::metadata(sent)?.len())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn copies_hold_the_file_and_stand_beside_what_gains_by_them() -> Result<()> {
        let page = tempfile::tempdir()?;
        let text = page.path().join("wasm/text.js");
        let dense = page.path().join("dense.png");
        fs::create_dir_all(page.path().join("wasm"))?;
        fs::write(&text, "let it be said again; ".repeat(1000))?;
        fs::write(&dense, Coding::Brotli.compress(&fs::read(&text)?)?)?;
        folder(page.path())?;

        let mut unpacked = String::new();
        let gzip = fs::File::open(page.path().join("wasm/text.js.gz"))?;
        flate2::read::GzDecoder::new(gzip).read_to_string(&mut unpacked)?;
        assert_eq!(unpacked, fs::read_to_string(&text)?);
        let mut unpacked = Vec::new();
        let mut brotli = fs::File::open(page.path().join("wasm/text.js.br"))?;
        brotli::BrotliDecompress(&mut brotli, &mut unpacked)?;
        assert_eq!(unpacked, fs::read(&text)?);

        assert!(sent(&text, Coding::Brotli)? < sent(&text, Coding::Gzip)?);
        assert!(sent(&text, Coding::Gzip)? < 1000);
        for coding in Coding::ALL {
            assert_eq!(sent(&dense, coding)?, fs::metadata(&dense)?.len());
            assert!(!coding.copy(&dense).exists());
        }
        Ok(())
    }
}
