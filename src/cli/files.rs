//! Model directories: read, held, written.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use super::out::is_standard;
use crate::engine::LoadedModel;
use crate::model::Classifier;
use crate::package::part::hold;
use crate::package::{
    Package, Precision, ZIP_SIGNATURE, huggingface, names, read_directory, write_directory,
};
use crate::train::Checkpoint;

/// How training went, next to the model.
pub(super) const HISTORY: &str = "history.json";

/// The file with which a run locks a model's folder.
const LOCK: &str = ".lock";

/// Reads a model directory.
pub(super) fn read_model(directory: &Path) -> anyhow::Result<Package> {
    let place = directory.display();
    let config = fs::read(directory.join(names::CONFIG)).unwrap_or_default();
    ensure!(
        directory.join(names::CARD).exists() || !huggingface::names_a_kind(&config),
        "{place} holds a model of Hugging Face's libraries; import it first: safr import --huggingface {place} --out DIR"
    );
    let package = read_directory(directory).and_then(|files| Package::from_files(&files));
    package.with_context(|| format!("the model {}", directory.display()))
}

/// Opens a model directory on a device.
pub(super) fn open(directory: &Path, device: &burn::tensor::Device) -> anyhow::Result<LoadedModel> {
    Ok(LoadedModel::of(read_model(directory)?, device)?)
}

/// Writes a model directory, with the gate's values recomputed from the weights as they are stored.
pub(super) async fn save(
    directory: &Path,
    mut package: Package,
    precision: Precision,
) -> anyhow::Result<()> {
    package.weights = package.rounded_weights(precision)?;
    let device = burn::tensor::Device::flex();
    let model = Classifier::new(&package.config, &package.weights, &device)?;
    package.gate_values = model.gate_values().await?;
    write_directory(directory, &package.to_files(precision)?)?;
    Ok(())
}

/// The files of a model directory, or the one file of a zip: what must not be overwritten.
pub(super) fn model_files(model: &Path) -> Vec<PathBuf> {
    match model.is_file() {
        true => vec![model.to_owned()],
        false => {
            let all = names::ALL.into_iter().chain([HISTORY]);
            all.map(|name| model.join(name)).collect()
        }
    }
}

/// Whether a file is in a place where a model, or the checkpoint of its run, has one of its own.
pub(super) fn is_of_model(path: &Path) -> bool {
    let is_one_of = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
    let beside = |names: &[&str]| {
        let there = names
            .iter()
            .filter(|name| path.with_file_name(name).exists());
        there.count()
    };
    let is_of_model = is_one_of(&names::ALL) || is_one_of(&[HISTORY]);
    let is_of_checkpoint = is_one_of(&Checkpoint::FILES);
    (is_of_model && beside(&[names::CARD, names::WEIGHTS]) > 0)
        || (is_of_checkpoint && beside(&Checkpoint::FILES) > 1)
}

/// Whether a file is a zip, as models may be.
pub(super) fn is_zip(path: &Path) -> bool {
    let mut begins = [0; ZIP_SIGNATURE.len()];
    // A pipe is not read, since what comes from it would be lost.
    let read = path.is_file()
        && File::open(path)
            .and_then(|mut file| file.read_exact(&mut begins))
            .is_ok();
    read && begins == ZIP_SIGNATURE
}

/// A model's folder while a run writes there: no other run does, and if it stays empty, it is removed again.
pub(super) struct Folder {
    path: PathBuf,
    /// Releases the folder when it is closed, however the run ends.
    _lock: File,
}

impl Folder {
    /// Makes a folder if there is none, and locks it: this shows, before any work is done, whether
    /// it can be written.
    pub(super) fn hold(path: &Path) -> anyhow::Result<Self> {
        let name = || path.display().to_string();
        ensure!(
            !is_standard(path),
            "a model is a folder, which cannot go to standard output; name one"
        );
        ensure!(
            !path.exists() || path.is_dir(),
            "{} is a file; name a folder for the model",
            path.display()
        );
        fs::create_dir_all(path).with_context(name)?;
        let lock = File::create(path.join(LOCK)).with_context(name)?;
        ensure!(
            hold(&lock),
            "another run is writing into {}; wait until it ends, or choose another --out",
            path.display()
        );
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// [`hold`](Self::hold) for a folder that must not hold anything yet.
    pub(super) fn hold_new(path: &Path) -> anyhow::Result<Self> {
        ensure!(
            !path.is_dir() || is_empty(path),
            "{} already holds files; choose another --out, or remove it first",
            path.display()
        );
        Self::hold(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // If this fails, what is left takes no room, and is in nobody's way.
        let _ = fs::remove_file(self.path.join(LOCK));
        let _ = fs::remove_dir(&self.path);
    }
}

/// Whether a folder holds nothing but what a killed run has left.
fn is_empty(folder: &Path) -> bool {
    let is_left =
        |name: &Path| name == Path::new(LOCK) || name.extension() == Some(OsStr::new("part"));
    folder.read_dir().is_ok_and(|mut entries| {
        entries.all(|entry| entry.is_ok_and(|entry| is_left(Path::new(&entry.file_name()))))
    })
}

/// Reads a text file.
pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// The last part of a directory's name, which serves as a model's id.
pub(super) fn id_of(directory: &Path) -> String {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    if name.is_empty() {
        "model".to_owned()
    } else {
        name.into_owned()
    }
}
