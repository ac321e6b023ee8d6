//! Files by name, and JSON among them.

use std::collections::BTreeMap;

use super::PackageError;

/// The files of a model directory, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Names of the files of a model directory.
pub mod names {
    /// What is known about the model; checksums of the others.
    pub const CARD: &str = "card.json";
    /// Sizes and reading.
    pub const CONFIG: &str = "config.json";
    /// Words by id.
    pub const VOCABULARY: &str = "vocabulary.json";
    /// Parameters and the gate's value of every word.
    pub const WEIGHTS: &str = "model.safetensors";
    /// Cards of the neurons, which a model may carry besides: `safr neurons --cards` writes them.
    pub const NEURONS: &str = "neurons.json";
    /// All that a model needs.
    pub const ALL: [&str; 4] = [CARD, CONFIG, VOCABULARY, WEIGHTS];
}

/// A file's bytes.
pub(super) fn bytes<'a>(files: &'a Files, name: &'static str) -> Result<&'a [u8], PackageError> {
    files
        .get(name)
        .map(Vec::as_slice)
        .ok_or(PackageError::Missing(name))
}

/// A JSON file, read.
pub(super) fn parse<T: serde::de::DeserializeOwned>(
    files: &Files,
    name: &'static str,
) -> Result<T, PackageError> {
    serde_json::from_slice(bytes(files, name)?).map_err(|error| PackageError::Json { name, error })
}

/// JSON without spaces: with some ten thousand words, indentation would be an eighth of a model.
pub(super) fn print_dense<T: serde::Serialize>(
    name: &'static str,
    value: &T,
) -> Result<Vec<u8>, PackageError> {
    serde_json::to_vec(value).map_err(|error| PackageError::Json { name, error })
}

/// JSON that people read.
pub(super) fn print<T: serde::Serialize>(
    name: &'static str,
    value: &T,
) -> Result<Vec<u8>, PackageError> {
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|error| PackageError::Json { name, error })?;
    text.push(b'\n');
    Ok(text)
}
