//! What is known about a model: where it came from, how it was trained, how well it performs, and the
//! checksums that tie its files together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::files::{bytes, parse, print};
use super::{FORMAT, Files, PackageError, names};
use crate::explain::EpochRecord;
use crate::model::{Readout, checksum};
use crate::objective::{Objective, earlier};
use crate::presets::Recipe;

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
    /// What identifies the user's own texts that it was trained on, in hexadecimal: the SHA-256 of the file, part of
    /// which was held out; or, if that was in another file of a folder, the SHA-256 of that SHA-256 of the training file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_sha256: Option<String>,
    /// Whether the head has learned nothing: it was drawn when the model was imported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untrained: bool,
    /// Names of the K classes, in the order of the logits.
    pub classes: Vec<String>,
    /// What the head reads, as `config.json` says it; `None` in older cards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readout: Option<Readout>,
    /// Family of losses and their options, in words.
    pub objective: String,
    /// The same for programs; `None` if unknown.
    #[serde(
        default,
        deserialize_with = "earlier::any_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub losses: Option<Objective>,
    /// How training went, as it may be given to `safr train --recipe`; `None` if unknown.
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

/// The one field of a card that every version has.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Versioned {
    format: u64,
}

/// Stands in where it is not known how a model was made.
const UNKNOWN: &str = "unknown";

impl Card {
    /// The card of a model with these `classes` that was trained with `losses`, if these are known; everything else is
    /// unknown until it is set.
    pub fn new(id: String, title: String, classes: Vec<String>, losses: Option<Objective>) -> Self {
        Self {
            format: FORMAT,
            id,
            title,
            data: UNKNOWN.to_owned(),
            data_sha256: None,
            classes,
            readout: None,
            untrained: false,
            objective: losses.map_or_else(|| UNKNOWN.to_owned(), |losses| losses.to_string()),
            losses,
            recipe: None,
            lambda_importance: losses.map_or(0.0, |losses| losses.lambda_importance),
            lambda_interaction: losses.map_or(0.0, |losses| losses.lambda_interaction),
            seed: None,
            command: UNKNOWN.to_owned(),
            metrics: BTreeMap::new(),
            sha256: BTreeMap::new(),
        }
    }

    /// The card among the files of a model directory.
    ///
    /// # Errors
    /// If there is none, or it has another format.
    pub fn from_files(files: &Files) -> Result<Self, PackageError> {
        let Versioned { format } = parse(files, names::CARD)?;
        if format != u64::from(FORMAT) {
            return Err(PackageError::Format { found: format });
        }
        parse(files, names::CARD)
    }

    /// Checks that the model's other files are those that it names.
    pub(super) fn check(&self, files: &Files) -> Result<(), PackageError> {
        for name in [names::CONFIG, names::VOCABULARY, names::WEIGHTS] {
            if self.sha256.get(name) != Some(&checksum(bytes(files, name)?)) {
                return Err(PackageError::Damaged(name));
            }
        }
        Ok(())
    }

    /// Puts it among the other files of a model directory, which it names by their checksums.
    pub(super) fn put_into(&self, files: &mut Files) -> Result<(), PackageError> {
        let sums = files
            .iter()
            .filter(|(name, _)| *name != names::CARD)
            .map(|(name, bytes)| (name.clone(), checksum(bytes)));
        let card = Self {
            format: FORMAT,
            sha256: sums.collect(),
            ..self.clone()
        };
        files.insert(names::CARD.to_owned(), print(names::CARD, &card)?);
        Ok(())
    }

    /// What a card says about the epoch whose weights a model has.
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

/// The files of a model under another id and title; all except the card stay as they are.
///
/// # Errors
/// If the files hold no card.
pub fn entitled(mut files: Files, id: &str, title: &str) -> Result<Files, PackageError> {
    let card = Card {
        id: id.to_owned(),
        title: title.to_owned(),
        ..Card::from_files(&files)?
    };
    card.put_into(&mut files)?;
    Ok(files)
}
