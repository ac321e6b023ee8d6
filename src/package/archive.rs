//! A model directory as one zip file, as it is downloaded and loaded again.

use std::io::{Read, Write};

use miniz_oxide::inflate::decompress_slice_iter_to_slice as inflate;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveWriter, ZipSliceEntry};

use super::{Files, PackageError, names};

/// Maximum unpacked bytes of a zip: several times the largest model that a page can train.
const LARGEST: u64 = 1 << 30;

/// Maximum bytes that DEFLATE makes of one: a match of 258 takes two bits.
const MOST_INFLATED: u64 = 1032;

/// First bytes of every zip file that holds anything.
pub const ZIP_SIGNATURE: [u8; 4] = *b"PK\x03\x04";

/// The files as one zip, not compressed: weights hardly shrink.
///
/// # Errors
/// If the format refuses them.
pub fn zip_of(files: &Files) -> Result<Vec<u8>, PackageError> {
    let mut zip = Vec::with_capacity(files.values().map(|bytes| bytes.len() + 256).sum());
    let mut archive = ZipArchiveWriter::new(&mut zip);
    for (name, bytes) in files {
        let (mut entry, config) = archive.new_file(name).start()?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(bytes).map_err(rawzip::Error::from)?;
        let (_, descriptor) = writer.finish()?;
        entry.finish(descriptor)?;
    }
    archive.finish()?;
    Ok(zip)
}

/// The files of a zip, by name, without the folder that they may be in.
///
/// # Errors
/// If the bytes are not a zip, were cut short or damaged, hold or claim more than a gigabyte, or hold a file
/// of a model twice.
pub fn files_of_zip(zip: &[u8]) -> Result<Files, PackageError> {
    if !zip.starts_with(&ZIP_SIGNATURE) {
        return Err(PackageError::NoZip);
    }
    let archive = ZipArchive::from_slice(zip)?;
    let mut files = Files::new();
    let mut left = LARGEST;
    let mut entries = archive.entries();
    while let Some(header) = entries.next_entry()? {
        let path = header.file_path().try_normalize()?;
        let path = path.as_ref();
        // A Mac adds a shadow of every file.
        if header.is_dir() || path.starts_with("__MACOSX/") {
            continue;
        }
        let size = header.uncompressed_size_hint();
        left = left.checked_sub(size).ok_or(PackageError::LargeZip)?;
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let entry = archive.get_entry(header.wayfinder())?;
        let content = unpacked(&entry, header.compression_method(), size)?;
        let is_of_model = names::ALL.contains(&name.as_str());
        if files.insert(name.clone(), content).is_some() && is_of_model {
            return Err(PackageError::SeveralModels(name));
        }
    }
    Ok(files)
}

/// The `size` bytes of a file in a zip, with its checksum verified.
fn unpacked(
    entry: &ZipSliceEntry<'_>,
    method: CompressionMethod,
    size: u64,
) -> Result<Vec<u8>, PackageError> {
    let packed = entry.data();
    let mut inflated = Vec::new();
    let whole = match method {
        CompressionMethod::STORE => packed,
        CompressionMethod::DEFLATE => {
            if size > MOST_INFLATED * packed.len() as u64 {
                let claim = format!("{} bytes that claim to be {size}", packed.len());
                return Err(PackageError::CutZip(claim));
            }
            inflated.resize(size as usize, 0);
            inflate(&mut inflated, std::iter::once(packed), false, true)
                .map_err(|status| PackageError::CutZip(format!("{status:?}")))?;
            &inflated
        }
        other => return Err(PackageError::CutZip(format!("packed by {other}"))),
    };
    let mut content = Vec::with_capacity(whole.len());
    let read = entry.verifying_reader(whole).read_to_end(&mut content);
    read.map_err(rawzip::Error::from)?;
    Ok(content)
}

/// The files of the model directory in a zip, and no others.
///
/// # Errors
/// As [`files_of_zip`], and if the zip holds no model.
pub fn model_of_zip(zip: &[u8]) -> Result<Files, PackageError> {
    model_of_files(files_of_zip(zip)?)
}

/// The files of the model directory among those of a zip, and no others.
///
/// # Errors
/// If they hold no model.
pub fn model_of_files(mut files: Files) -> Result<Files, PackageError> {
    files.retain(|name, _| names::ALL.contains(&name.as_str()) || name == names::NEURONS);
    if !files.keys().any(|name| names::ALL.contains(&name.as_str())) {
        return Err(PackageError::ForeignZip);
    }
    Ok(files)
}

impl From<rawzip::Error> for PackageError {
    fn from(error: rawzip::Error) -> Self {
        Self::CutZip(error.to_string())
    }
}
