//! What is known of a model: where it came from, how it was trained, how well it does, and the
//! checksums by which its files belong together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::files::{parse, print};
use super::{Files, PackageError, names};
use crate::explain::EpochRecord;
use crate::objective::{Objective, earlier};
use crate::presets::Recipe;

/// Version of the model directory's format; raised when a file changes its meaning.
pub const FORMAT: u32 = 1;

/// A model's card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// Short name, usable in file names and addresses.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// What it was trained on.
    pub data: String,
    /// SHA-256 of the one file of people's own that it was trained on a part of, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_sha256: Option<String>,
    /// Names of the K classes, in the order of the logits.
    pub classes: Vec<String>,
    /// Family of losses and their options, in words.
    pub objective: String,
    /// The same for programs; `None` where it is not known.
    #[serde(
        default,
        deserialize_with = "earlier::any_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub losses: Option<Objective>,
    /// How training went, as it may be said to `safr train --recipe`; `None` where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Recipe>,
    /// λ_imp.
    pub lambda_importance: f64,
    /// λ_int.
    pub lambda_interaction: f64,
    /// Seed of the run; `None` for an imported model.
    pub seed: Option<u64>,
    /// Command that repeats the model.
    pub command: String,
    /// Measures by name, such as `dev_accuracy`.
    pub metrics: BTreeMap<String, f64>,
    /// SHA-256 of every other file of the directory, in hexadecimal.
    pub sha256: BTreeMap<String, String>,
}

impl Card {
    /// What a card says of the epoch whose weights a model has.
    pub fn metrics_of(epoch: &EpochRecord) -> BTreeMap<String, f64> {
        [
            ("epoch", epoch.epoch as f64),
            ("dev_accuracy", epoch.dev_accuracy),
            ("dev_cross_entropy", epoch.dev_cross_entropy),
            ("train_accuracy", epoch.train_accuracy),
            ("word_keep", epoch.word_keep),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// The files of a model under another id and title; all but the card stay as they are.
///
/// # Errors
/// If the files hold no card.
pub fn entitled(mut files: Files, id: &str, title: &str) -> Result<Files, PackageError> {
    let card = Card {
        id: id.to_owned(),
        title: title.to_owned(),
        ..parse(&files, names::CARD)?
    };
    files.insert(names::CARD.to_owned(), print(names::CARD, &card)?);
    Ok(files)
}

/// SHA-256 of `bytes` in lower-case hexadecimal.
pub fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
