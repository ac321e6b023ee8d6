//! A model from a folder of Hugging Face's libraries.

use std::path::Path;

use anyhow::{Context, ensure};

use super::checkpoint;
use crate::model::Weights;
use crate::package::huggingface::{Import, import};
use crate::package::{Package, read_files};

/// Where older folders have the weights.
const CHECKPOINT: &str = "pytorch_model.bin";

/// What is read of a folder.
const FILES: [&str; 5] = [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
];

/// The model of a folder: so many of its layers, and with such classes, if they are given.
pub(super) fn package(
    folder: &Path,
    (layers, classes): (Option<usize>, Option<Vec<String>>),
    id: String,
) -> anyhow::Result<Package> {
    let name = || folder.display().to_string();
    ensure!(folder.is_dir(), "{} is not a folder", name());
    let files = read_files(folder, &FILES)?;
    let weights = match files.contains_key("model.safetensors") {
        true => None,
        false => old_weights(folder)?,
    };
    let options = Import {
        id,
        layers,
        classes,
        ..Import::default()
    };
    let mut package = import(&files, weights, &options).with_context(name)?;
    package.card.command = format!(
        "safr import --huggingface DIR{}{} --out DIR",
        layers
            .map(|layers| format!(" --layers {layers}"))
            .unwrap_or_default(),
        match &options.classes {
            Some(classes) => format!(" --classes {}", classes.join(",")),
            None => String::new(),
        }
    );
    Ok(package)
}

/// The weights in PyTorch's own format, if they are there.
fn old_weights(folder: &Path) -> anyhow::Result<Option<Weights>> {
    let file = folder.join(CHECKPOINT);
    if !file.exists() {
        return Ok(None);
    }
    let read = checkpoint::read_as_named(&file);
    Ok(Some(read.with_context(|| file.display().to_string())?))
}
