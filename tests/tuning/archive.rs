//! Models as zip files: ours come back, others are read or refused with the reason.

use std::io::Write;

use miniz_oxide::deflate::compress_to_vec;
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};
use safr::package::{
    Files, Package, PackageError, Precision, files_of_zip, model_of_zip, names, read_directory,
    zip_of,
};

fn files() -> Files {
    let package = pollster::block_on(crate::common::small_package());
    package.to_files(Precision::F32).unwrap()
}

/// A zip as other programs write it: compressed, in a folder, with shadows.
fn foreign(files: &Files, folder: &str) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut zip);
    archive.new_dir(format!("{folder}/")).create().unwrap();
    for (name, bytes) in files {
        let paths = [
            (format!("{folder}/{name}"), &bytes[..]),
            (format!("__MACOSX/{folder}/{name}"), b"shadow"),
        ];
        for (path, bytes) in paths {
            let deflated = compress_to_vec(bytes, 6);
            let file = archive.new_file(&path);
            let file = file.compression_method(CompressionMethod::DEFLATE);
            let (mut entry, _) = file.start().unwrap();
            entry.write_all(&deflated).unwrap();
            let checksum = rawzip::crc32(bytes);
            let descriptor = DataDescriptorOutput::new(checksum, bytes.len() as u64);
            entry.finish(descriptor).unwrap();
        }
    }
    archive.finish().unwrap();
    zip
}

#[test]
fn a_model_comes_back_from_its_zip() {
    let files = files();
    let zip = zip_of(&files).unwrap();
    assert_eq!(files_of_zip(&zip).unwrap(), files);
    assert_eq!(model_of_zip(&foreign(&files, "my model")).unwrap(), files);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.zip");
    std::fs::write(&path, zip).unwrap();
    let package = Package::from_files(&read_directory(&path).unwrap()).unwrap();
    assert_eq!(package.card.id, "small");
}

#[test]
fn what_is_no_zip_of_a_model_is_refused_with_the_reason() {
    let zip = zip_of(&files()).unwrap();
    for length in [4, 100, zip.len() / 2, zip.len() - 1] {
        let cut = model_of_zip(&zip[..length]);
        assert!(
            matches!(cut, Err(PackageError::CutZip(_))),
            "cut to {length}"
        );
    }
    assert!(matches!(model_of_zip(b"\x89PNG"), Err(PackageError::NoZip)));
    assert!(matches!(model_of_zip(b""), Err(PackageError::NoZip)));
    let photos = Files::from([("photo.jpg".to_owned(), vec![1, 2, 3])]);
    let photos = foreign(&photos, "photos");
    assert!(matches!(
        model_of_zip(&photos),
        Err(PackageError::ForeignZip)
    ));

    let mut damaged = zip.clone();
    let weights = damaged.len() / 2;
    damaged[weights] ^= 1;
    assert!(matches!(
        model_of_zip(&damaged),
        Err(PackageError::CutZip(_))
    ));

    let mut lacking = files();
    lacking.remove(names::WEIGHTS);
    let lacking = model_of_zip(&zip_of(&lacking).unwrap()).unwrap();
    let error = Package::from_files(&lacking).unwrap_err();
    assert!(matches!(error, PackageError::Missing(names::WEIGHTS)));
}
