//! Zips of other programs.

use std::io::Write;

use miniz_oxide::deflate::compress_to_vec;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};
use safr::package::Files;

/// A zip as other programs write it: compressed, in a folder, with shadows.
pub(crate) fn foreign(files: &Files, folder: &str) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut zip);
    archive.new_dir(format!("{folder}/")).create().unwrap();
    for (name, bytes) in files {
        let paths = [
            (format!("{folder}/{name}"), &bytes[..]),
            (format!("__MACOSX/{folder}/{name}"), b"shadow"),
        ];
        for (path, bytes) in paths {
            deflate(&mut archive, &path, bytes, bytes.len() as u64);
        }
    }
    archive.finish().unwrap();
    zip
}

/// A zip of one file, which claims to have `size` bytes.
pub(crate) fn claiming(path: &str, bytes: &[u8], size: u64) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut zip);
    deflate(&mut archive, path, bytes, size);
    archive.finish().unwrap();
    zip
}

fn deflate(archive: &mut ZipArchiveWriter<&mut Vec<u8>>, path: &str, bytes: &[u8], size: u64) {
    let file = archive.new_file(path);
    let file = file.compression_method(CompressionMethod::DEFLATE);
    let (mut entry, _) = file.start().unwrap();
    entry.write_all(&compress_to_vec(bytes, 6)).unwrap();
    let descriptor = DataDescriptorOutput::new(rawzip::crc32(bytes), size);
    entry.finish(descriptor).unwrap();
}
