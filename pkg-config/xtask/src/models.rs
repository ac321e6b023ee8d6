//! Puts the models next to the page, in folders whose names contain a digest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::project::{read, sha256};

/// One model, as the page gets to know it.
#[derive(Serialize)]
pub(crate) struct Model {
    pub(crate) id: String,
    title: String,
    /// Relative to `index.html`.
    pub(crate) folder: String,
    /// Bytes of each file.
    files: BTreeMap<String, u64>,
    /// Bytes of all of them, if that is more than a reader should fetch without having been told.
    large: Option<u64>,
    /// Bytes of the cards of its neurons, which the page fetches when they are first wanted; `None` if it has none.
    cards: Option<u64>,
    /// The model that it is compared with unless another is chosen.
    pub(crate) beside: Option<String>,
}

impl Model {
    /// The files that it is loaded from, relative to `index.html`.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = String> {
        let names = self.files.keys();
        names.map(|name| format!("{}/{name}", self.folder))
    }

    /// These, and the cards of its neurons.
    pub(crate) fn paths(&self) -> impl Iterator<Item = String> {
        let cards = self.cards.map(|_| format!("{}/{NEURONS}", self.folder));
        self.loaded().chain(cards)
    }
}

/// What is read of a model's card here.
#[derive(Clone, Deserialize)]
struct Card {
    id: String,
    title: String,
    lambda_importance: f64,
    lambda_interaction: f64,
    sha256: BTreeMap<String, String>,
}

/// A model of more bytes is large.
const LARGE: u64 = 5_000_000;

/// Name of the file of the neurons' cards.
const NEURONS: &str = "neurons.json";

/// Tasks in the order in which the page offers them, those of short texts first; others come last.
const TASKS: [&str; 2] = ["sst2", "imdb"];

impl Card {
    /// The model without regularisation is there to be compared with.
    fn is_plain(&self) -> bool {
        self.lambda_importance == 0.0 && self.lambda_interaction == 0.0
    }

    /// What the model was trained for: for `sst2-safr-published` it is `sst2`.
    fn task(&self) -> &str {
        self.id.split_once('-').map_or(&self.id, |(task, _)| task)
    }
}

/// A model in its place.
struct Copied {
    card: Card,
    model: Model,
}

impl Copied {
    /// The order in which models are listed: task by task, the plain ones last.
    fn place(&self) -> (usize, String, bool, String) {
        let card = &self.card;
        let task = card.task();
        let place = TASKS.iter().position(|other| *other == task);
        let place = place.unwrap_or(TASKS.len());
        (place, task.to_owned(), card.is_plain(), card.id.clone())
    }
}

/// Copies each folder of `models` to `page/models/`, and lists them by their [place](Copied::place).
pub(crate) fn copy(models: &Path, page: &Path) -> Result<Vec<Model>> {
    let mut copied = Vec::new();
    for entry in
        fs::read_dir(models).with_context(|| format!("{} could not be read", models.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            copied.push(copy_one(&path, page)?);
        }
    }
    ensure!(!copied.is_empty(), "{} holds no model", models.display());
    copied.sort_by_cached_key(Copied::place);
    let cards: Vec<Card> = copied.iter().map(|copied| copied.card.clone()).collect();
    let models = copied.into_iter().map(|Copied { card, model, .. }| {
        let other =
            |other: &&Card| other.task() == card.task() && other.is_plain() != card.is_plain();
        let beside = cards.iter().find(other).map(|card| card.id.clone());
        Model { beside, ..model }
    });
    Ok(models.collect())
}

/// Copies one model, after checking that its files belong together.
fn copy_one(from: &Path, page: &Path) -> Result<Copied> {
    let unclear = || format!("the card in {} could not be understood", from.display());
    let card: Card = serde_json::from_str(&read(&from.join("card.json"))?).with_context(unclear)?;
    let name = from.file_name().unwrap_or_default();
    ensure!(
        name == card.id.as_str(),
        "{} holds the model {}",
        from.display(),
        card.id
    );

    let folder = format!(
        "models/{}.{}",
        card.id,
        Digest::default().folder(from)?.short()
    );
    let to = page.join(&folder);
    fs::create_dir_all(&to)?;
    let mut files = BTreeMap::new();
    for file in card.sha256.keys().map(String::as_str).chain(["card.json"]) {
        let source = from.join(file);
        if let Some(wanted) = card.sha256.get(file) {
            let found = sha256(&source)?;
            ensure!(
                found == *wanted,
                "{} is not the file that its card names",
                source.display()
            );
        }
        files.insert(file.to_owned(), fs::copy(&source, to.join(file))?);
    }
    let cards = from.join(NEURONS);
    let model = Model {
        id: card.id.clone(),
        title: card.title.clone(),
        folder,
        large: Some(files.values().sum()).filter(|&bytes| bytes > LARGE),
        files,
        cards: cards
            .exists()
            .then(|| fs::copy(&cards, to.join(NEURONS)))
            .transpose()?,
        beside: None,
    };
    Ok(Copied { card, model })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a model of one weights file that holds `weights`; its card names `named` as that file's checksum.
    fn write_model(
        models: &Path,
        id: &str,
        lambda: f64,
        weights: &str,
        named: Option<&str>,
    ) -> Result<()> {
        let folder = models.join(id);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("model.safetensors"), weights)?;
        let sum = match named {
            Some(named) => named.to_owned(),
            None => sha256(&folder.join("model.safetensors"))?,
        };
        let card = serde_json::json!({
            "id": id, "title": id.to_uppercase(), "lambda_importance": lambda, "lambda_interaction": lambda,
            "sha256": {"model.safetensors": sum},
        });
        fs::write(folder.join("card.json"), card.to_string())?;
        Ok(())
    }

    #[test]
    fn tasks_stand_together_and_files_are_listed_with_their_sizes() -> Result<()> {
        let (models, page) = (tempfile::tempdir()?, tempfile::tempdir()?);
        write_model(models.path(), "alone", 1.0, "123", None)?;
        write_model(models.path(), "imdb-plain", 0.0, "12345", None)?;
        write_model(models.path(), "imdb-safr", 1.0, "123", None)?;
        write_model(models.path(), "sst2-plain", 0.0, "123", None)?;
        write_model(models.path(), "sst2-safr", 1.0, "123", None)?;
        write_model(models.path(), "sst2-safr-published", 1.0, "123", None)?;
        let listed = copy(models.path(), page.path())?;
        let places: Vec<_> = listed
            .iter()
            .map(|model| (model.id.as_str(), model.beside.as_deref()))
            .collect();
        let expected = [
            ("sst2-safr", Some("sst2-plain")),
            ("sst2-safr-published", Some("sst2-plain")),
            ("sst2-plain", Some("sst2-safr")),
            ("imdb-safr", Some("imdb-plain")),
            ("imdb-plain", Some("imdb-safr")),
            ("alone", None),
        ];
        assert_eq!(places, expected);
        assert_eq!(listed[4].files["model.safetensors"], 5);
        assert_eq!(listed[4].large, None);
        assert!(
            page.path()
                .join(&listed[0].folder)
                .join("card.json")
                .exists()
        );
        Ok(())
    }

    #[test]
    fn files_that_do_not_belong_together_are_refused() -> Result<()> {
        let (models, page) = (tempfile::tempdir()?, tempfile::tempdir()?);
        write_model(models.path(), "broken", 1.0, "123", Some("00"))?;
        let problem = copy(models.path(), page.path())
            .err()
            .context("it was copied")?;
        assert!(
            problem
                .to_string()
                .contains("not the file that its card names"),
            "{problem}"
        );
        Ok(())
    }
}
