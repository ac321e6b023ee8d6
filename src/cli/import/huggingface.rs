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

/// The model of a folder.
pub(super) fn package(folder: &Path, options: &Import) -> anyhow::Result<Package> {
    let name = || folder.display().to_string();
    ensure!(folder.is_dir(), "{} is not a folder", name());
    let files = read_files(folder, &FILES)?;
    let weights = match files.contains_key("model.safetensors") {
        true => None,
        false => old_weights(folder)?,
    };
    let mut package = import(&files, weights, options).with_context(name)?;
    let Import {
        layers,
        words,
        classes,
        ..
    } = options;
    let layers = layers.map(|layers| format!(" --layers {layers}"));
    let words = words.as_ref().map(|_| " --words FILE".to_owned());
    let classes = classes.as_ref();
    let classes = classes.map(|names| format!(" --classes {}", names.join(",")));
    let given: String = [layers, words, classes].into_iter().flatten().collect();
    package.card.command = format!("safr import --huggingface DIR{given} --out DIR");
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
