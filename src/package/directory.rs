//! A model directory on disk.

use std::path::Path;

use super::{Files, PackageError, model_of_zip, names};

/// Reads the files of a model directory, or of a zip of one.
///
/// # Errors
/// If there is no card, or a file cannot be read.
pub fn read_directory(directory: &Path) -> Result<Files, PackageError> {
    let bytes = |path: &Path| {
        std::fs::read(path).map_err(|error| PackageError::File {
            path: path.display().to_string(),
            error,
        })
    };
    if directory.is_file() {
        return model_of_zip(&bytes(directory)?);
    }
    // What the model lacks is said by who knows what its format should have.
    let is_read = |name: &&str| *name == names::CARD || directory.join(name).exists();
    let read = |name: &str| Ok((name.to_owned(), bytes(&directory.join(name))?));
    names::ALL.into_iter().filter(is_read).map(read).collect()
}

/// Writes the files of a model directory: all of them are there before the first takes its place.
///
/// # Errors
/// If the directory or a file cannot be written.
pub fn write_directory(directory: &Path, files: &Files) -> Result<(), PackageError> {
    let fail = |path: &Path| {
        let path = path.display().to_string();
        move |error| PackageError::File { path, error }
    };
    let draft = |name: &String| directory.join(format!("{name}.part"));
    std::fs::create_dir_all(directory).map_err(fail(directory))?;
    let write = || {
        for (name, bytes) in files {
            std::fs::write(draft(name), bytes).map_err(fail(&draft(name)))?;
        }
        for name in files.keys() {
            let path = directory.join(name);
            std::fs::rename(draft(name), &path).map_err(fail(&path))?;
        }
        Ok(())
    };
    write().inspect_err(|_| {
        for name in files.keys() {
            // Most are not there, and the error says more.
            let _ = std::fs::remove_file(draft(name));
        }
    })
}
