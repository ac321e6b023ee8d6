//! Files in a directory on disk.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::part::Part;
use super::{Files, PackageError, model_of_zip, names};

/// Reads the files of a model directory, or of a zip of one.
///
/// # Errors
/// If there is no card, or a file cannot be read.
pub fn read_directory(directory: &Path) -> Result<Files, PackageError> {
    if directory.is_file() {
        let zip = fs::read(directory).map_err(fail(directory))?;
        return model_of_zip(&zip);
    }
    // Whatever else the model lacks is reported by the code that knows what its format requires.
    let card = directory.join(names::CARD);
    fs::metadata(&card).map_err(fail(&card))?;
    read_files(directory, &names::ALL)
}

/// Reads those of the files `names` that a directory holds.
///
/// # Errors
/// If one of them cannot be read.
pub fn read_files(directory: &Path, names: &[&str]) -> Result<Files, PackageError> {
    let places = names.iter().map(|&name| (name, directory.join(name)));
    let there = places.filter(|(_, place)| place.exists());
    let read = |(name, place): (&str, PathBuf)| {
        let bytes = fs::read(&place).map_err(fail(&place))?;
        Ok((name.to_owned(), bytes))
    };
    there.map(read).collect()
}

/// Writes files into a directory: all of them are written before the first is moved into its place.
///
/// # Errors
/// If the directory or a file cannot be written.
pub fn write_directory(directory: &Path, files: &Files) -> Result<(), PackageError> {
    fs::create_dir_all(directory).map_err(fail(directory))?;
    let mut parts = Vec::new();
    for (name, bytes) in files {
        let place = directory.join(name);
        let written = Part::create(&place).and_then(|mut part| {
            part.write_all(bytes)?;
            Ok(part)
        });
        parts.push((written.map_err(fail(&place))?, place));
    }
    for (part, place) in parts {
        part.keep().map_err(fail(&place))?;
    }
    Ok(())
}

/// Replaces a directory by one of these files, so that a process that is killed meanwhile leaves the
/// files of one or of the other, where [`last_whole`] finds them.
///
/// # Errors
/// If one of them cannot be written, moved or removed.
pub fn replace_directory(directory: &Path, files: &Files) -> Result<(), PackageError> {
    let (part, old) = (Part::of(directory), old_of(directory));
    let remove = |folder: &Path| match folder.exists() {
        true => fs::remove_dir_all(folder).map_err(fail(folder)),
        false => Ok(()),
    };
    remove(&part)?;
    write_directory(&part, files)?;
    if directory.exists() {
        remove(&old)?;
        fs::rename(directory, &old).map_err(fail(directory))?;
    }
    fs::rename(&part, directory).map_err(fail(&part))?;
    remove(&old)
}

/// Where the last complete directory is: next to its place, if its writer was killed while replacing it.
pub fn last_whole(directory: &Path) -> PathBuf {
    let old = old_of(directory);
    match old.exists() && !directory.exists() {
        true => old,
        false => directory.to_owned(),
    }
}

fn old_of(directory: &Path) -> PathBuf {
    let mut old = directory.as_os_str().to_owned();
    old.push(".old");
    old.into()
}

/// An error about a file or directory, which names it.
fn fail(path: &Path) -> impl Fn(io::Error) -> PackageError {
    let path = path.display().to_string();
    move |error| PackageError::File {
        path: path.clone(),
        error,
    }
}
