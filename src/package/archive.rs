//! A model directory as one zip file, as it is downloaded and taken back.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use zip::result::ZipError;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use super::{Files, PackageError, names};

/// Most bytes that a zip may hold unpacked: several times the largest model that a page can train.
const LARGEST: u64 = 1 << 30;

/// First bytes of every zip file.
const SIGNATURE: &[u8] = b"PK\x03\x04";

/// The files as one zip, not compressed: weights hardly shrink.
///
/// # Errors
/// If the format refuses them.
pub fn zip_of(files: &Files) -> Result<Vec<u8>, PackageError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in files {
        writer.start_file(name.as_str(), stored)?;
        writer.write_all(bytes).map_err(ZipError::Io)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// The files of a zip, by name, without the folder in which they may stand.
///
/// # Errors
/// If the bytes are no zip, or one that was cut or damaged, or hold more than a gigabyte.
pub fn files_of_zip(bytes: &[u8]) -> Result<Files, PackageError> {
    if !bytes.starts_with(SIGNATURE) {
        return Err(PackageError::NoZip);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut files = Files::new();
    let mut left = LARGEST;
    for at in 0..archive.len() {
        let file = archive.by_index(at)?;
        let path = Path::new(file.name()?.as_ref()).to_owned();
        // A Mac adds a shadow of every file.
        if file.is_dir() || path.starts_with("__MACOSX") {
            continue;
        }
        let mut content = Vec::new();
        let read = file.take(left + 1).read_to_end(&mut content);
        let read = read.map_err(ZipError::Io)? as u64;
        left = left.checked_sub(read).ok_or(PackageError::LargeZip)?;
        if let Some(name) = path.file_name() {
            files.insert(name.to_string_lossy().into_owned(), content);
        }
    }
    Ok(files)
}

/// The files of the model directory in a zip, and no others.
///
/// # Errors
/// As [`files_of_zip`], and if the zip holds no model.
pub fn model_of_zip(bytes: &[u8]) -> Result<Files, PackageError> {
    let mut files = files_of_zip(bytes)?;
    files.retain(|name, _| names::ALL.contains(&name.as_str()));
    if files.is_empty() {
        return Err(PackageError::ForeignZip);
    }
    Ok(files)
}

impl From<ZipError> for PackageError {
    fn from(error: ZipError) -> Self {
        Self::CutZip(error.to_string())
    }
}
