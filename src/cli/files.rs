//! Reading a model directory, writing JSON.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use super::draft::Draft;
use crate::engine::LoadedModel;
use crate::model::Classifier;
use crate::package::{Package, Precision, read_directory, write_directory};

/// Reads a model directory.
pub(super) fn read_model(directory: &Path) -> anyhow::Result<Package> {
    let package = read_directory(directory).and_then(|files| Package::from_files(&files));
    package.with_context(|| format!("the model {}", directory.display()))
}

/// Opens a model directory on a device.
pub(super) fn open(directory: &Path, device: &burn::tensor::Device) -> anyhow::Result<LoadedModel> {
    Ok(LoadedModel::of(read_model(directory)?, device)?)
}

/// Writes a model directory, the gate's values computed anew from the weights as they are stored.
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

/// Makes a folder where there is none, and tries to write there, before any work is done.
pub(super) fn writable(directory: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
    Draft::create(&directory.join(".trial")).map(drop)
}

/// Checks that a model's folder holds nothing yet.
pub(super) fn refuse_to_overwrite(directory: &Path) -> anyhow::Result<()> {
    let is_empty = |path: &Path| {
        path.read_dir()
            .is_ok_and(|mut files| files.next().is_none())
    };
    anyhow::ensure!(
        !directory.exists() || is_empty(directory),
        "{} holds files already; choose another --out, or remove it first",
        directory.display()
    );
    Ok(())
}

/// Writes `value` as JSON.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    let json = serde_json::to_string(value)?;
    std::fs::write(path, json + "\n").with_context(|| path.display().to_string())
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
