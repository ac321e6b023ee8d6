//! Models as zip files: ours come back, others are read or refused with the reason.

use safr::package::{
    Files, Package, PackageError, Precision, entitled, files_of_zip, model_of_zip, names,
    read_directory, zip_of,
};

use crate::common::zip::{claiming, foreign};

fn files() -> Files {
    let package = pollster::block_on(crate::common::small_package());
    package.to_files(Precision::F32).unwrap()
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

#[test]
fn a_zip_holds_one_model() {
    let both = ["mine", "mine/first"].into_iter().flat_map(|folder| {
        let placed = move |(name, bytes)| (format!("{folder}/{name}"), bytes);
        files().into_iter().map(placed)
    });
    let two = model_of_zip(&zip_of(&both.collect()).unwrap());
    assert!(
        matches!(two, Err(PackageError::SeveralModels(_))),
        "{two:?}"
    );
    // Others may share a name.
    let mut more = files();
    for folder in ["one", "two"] {
        more.insert(format!("{folder}/README"), b"how".into());
    }
    assert_eq!(model_of_zip(&zip_of(&more).unwrap()).unwrap(), files());
}

#[test]
fn a_file_in_a_zip_claims_no_more_than_can_be_packed_in_it() {
    for (size, expected) in [
        (1 << 29, "bytes that claim to be 536870912"),
        (u64::MAX, "more than a gigabyte"),
    ] {
        let zip = claiming(names::WEIGHTS, b"few bytes", size);
        let message = model_of_zip(&zip).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_model_under_another_title_is_otherwise_the_same() {
    let before = Package::from_files(&files()).unwrap();
    let after = entitled(files(), "mine", "My own").unwrap();
    let after = Package::from_files(&after).unwrap();
    assert_eq!((&*after.card.id, &*after.card.title), ("mine", "My own"));
    assert_eq!(after.weights, before.weights);
    assert_eq!(after.card.sha256, before.card.sha256);
}
