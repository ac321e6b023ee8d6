//! Sizes and checksums.

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::table::{File, Source};

/// Checks that there are this many `bytes`, with this checksum.
pub(super) fn bytes(bytes: &[u8], length: u64, sha256: &str) -> Result<()> {
    reader(bytes, length, Some(sha256))
}

/// Checks that the file at `path` is what was published.
pub(super) fn published(path: &Path, source: &Source) -> Result<()> {
    reader(
        fs::File::open(path)?,
        source.bytes,
        source.sha256.as_deref(),
    )
}

/// Checks that the content of the file at `path` is what the table says.
pub(super) fn content(path: &Path, file: &File) -> Result<()> {
    let opened = fs::File::open(path)?;
    if file.name.ends_with(".gz") {
        reader(MultiGzDecoder::new(opened), file.bytes, Some(&file.sha256))
    } else {
        reader(opened, file.bytes, Some(&file.sha256))
    }
}

fn reader(mut reader: impl Read, length: u64, sha256: Option<&str>) -> Result<()> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut found = 0;
    loop {
        let read = reader.read(&mut buffer).context("it cannot be read")?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        found += read as u64;
    }
    ensure!(found == length, "it has {found} bytes, not {length}");
    let found = hex(&hash.finalize());
    if let Some(sha256) = sha256 {
        ensure!(
            found.eq_ignore_ascii_case(sha256),
            "its sha256 is {found}, not {sha256}"
        );
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
