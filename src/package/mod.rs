//! A model directory: the same few files for the command line and for the page, checked against
//! each other when they are read.

mod archive;
mod card;
mod perturbation;
mod tensors;

use std::collections::BTreeMap;
use std::path::Path;

pub use archive::{files_of_zip, model_of_zip, zip_of};
pub use card::{Card, FORMAT, checksum};
pub use perturbation::Perturbation;
pub use tensors::Precision;

use crate::model::{
    ConfigError, ModelConfig, Stream, Weights, WeightsError, check_weights, renew_head,
};
use crate::text::{Vocabulary, VocabularyError};

/// The files of a model directory, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Names of the files of a model directory.
pub mod names {
    /// What is known of the model; checksums of the others.
    pub const CARD: &str = "card.json";
    /// Sizes and reading.
    pub const CONFIG: &str = "config.json";
    /// Words by id.
    pub const VOCABULARY: &str = "vocabulary.json";
    /// Parameters and the gate's value of every word.
    pub const WEIGHTS: &str = "model.safetensors";
    /// All of them.
    pub const ALL: [&str; 4] = [CARD, CONFIG, VOCABULARY, WEIGHTS];
}

/// Name under which the gate's values stand among the weights, `[V]`.
const GATE_VALUES: &str = "vmask.keep";

/// A model on the host: everything that its directory holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// What is known of it.
    pub card: Card,
    /// Sizes and reading.
    pub config: ModelConfig,
    /// Words by id, `V`.
    pub vocabulary: Vocabulary,
    /// Parameters under PyTorch's names.
    pub weights: Weights,
    /// Keep probability of every word, `V`.
    pub gate_values: Vec<f32>,
}

/// The one field of a card that every version has.
#[derive(serde::Deserialize)]
struct Versioned {
    format: u64,
}

impl Package {
    /// Reads a model directory's files and checks that they belong together.
    ///
    /// # Errors
    /// Says which file is missing, damaged or of another format, and what to do.
    pub fn from_files(files: &Files) -> Result<Self, PackageError> {
        let Versioned { format } = parse(files, names::CARD)?;
        if format != u64::from(FORMAT) {
            return Err(PackageError::Format { found: format });
        }
        let card: Card = parse(files, names::CARD)?;
        for name in [names::CONFIG, names::VOCABULARY, names::WEIGHTS] {
            if card.sha256.get(name) != Some(&checksum(bytes(files, name)?)) {
                return Err(PackageError::Damaged(name));
            }
        }
        let config: ModelConfig = parse(files, names::CONFIG)?;
        config.check()?;
        let vocabulary: Vocabulary = parse(files, names::VOCABULARY)?;
        let mut weights = tensors::read(bytes(files, names::WEIGHTS)?)?;
        let gate = weights
            .remove(GATE_VALUES)
            .ok_or_else(|| WeightsError::Missing(GATE_VALUES.to_owned()))?;
        check_weights(&config, &weights)?;
        let package = Self {
            card,
            config,
            vocabulary,
            weights,
            gate_values: gate.values,
        };
        package.check_counts()?;
        Ok(package)
    }

    /// Writes the files of the directory, its card brought up to date with their checksums.
    ///
    /// # Errors
    /// If a file cannot be put into its format.
    pub fn to_files(&self, precision: Precision) -> Result<Files, PackageError> {
        self.check_counts()?;
        let mut weights = self.weights.clone();
        let gate = crate::model::Array {
            shape: vec![self.gate_values.len()],
            values: self.gate_values.clone(),
        };
        weights.insert(GATE_VALUES.to_owned(), gate);
        let mut files = Files::from([
            (
                names::CONFIG.to_owned(),
                print(names::CONFIG, &self.config)?,
            ),
            (
                names::VOCABULARY.to_owned(),
                print_dense(names::VOCABULARY, &self.vocabulary)?,
            ),
            (
                names::WEIGHTS.to_owned(),
                tensors::write(&weights, precision)?,
            ),
        ]);
        let sha256 = files
            .iter()
            .map(|(name, bytes)| (name.clone(), checksum(bytes)))
            .collect();
        let card = Card {
            format: FORMAT,
            sha256,
            ..self.card.clone()
        };
        files.insert(names::CARD.to_owned(), print(names::CARD, &card)?);
        Ok(files)
    }

    /// The model as a start for telling `classes` apart: with a head drawn from `stream`, unless it
    /// knows [just these](Self::knows).
    #[must_use]
    pub fn for_classes(mut self, classes: &[String], stream: &mut Stream) -> Self {
        if !self.knows(classes) {
            self.config.classes = classes.len();
            self.card.classes = classes.to_vec();
            renew_head(&self.config, &mut self.weights, stream);
        }
        self
    }

    /// Whether the model's classes are `classes`, in any order.
    pub fn knows(&self, classes: &[String]) -> bool {
        let sorted = |classes: &[String]| {
            let mut classes = classes.to_vec();
            classes.sort();
            classes
        };
        sorted(&self.card.classes) == sorted(classes)
    }

    /// The weights as they are after storing at `precision`; the gate's values are left to be
    /// computed anew from them.
    ///
    /// # Errors
    /// If they cannot be stored.
    pub fn rounded_weights(&self, precision: Precision) -> Result<Weights, PackageError> {
        tensors::rounded(self.weights.clone(), precision)
    }

    fn check_counts(&self) -> Result<(), PackageError> {
        let counts = [
            ("words", self.vocabulary.len(), self.config.vocabulary),
            (
                "gate values",
                self.gate_values.len(),
                self.config.vocabulary,
            ),
            ("class names", self.card.classes.len(), self.config.classes),
        ];
        for (what, found, expected) in counts {
            if found != expected {
                return Err(PackageError::Count {
                    what,
                    found,
                    expected,
                });
            }
        }
        if !self
            .gate_values
            .iter()
            .all(|keep| (0.0..=1.0).contains(keep))
        {
            return Err(WeightsError::NotFinite(GATE_VALUES.to_owned()).into());
        }
        Ok(())
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

/// Parameters as the bytes of a safetensors file, in 32-bit floats.
///
/// # Errors
/// If the format refuses them.
pub fn tensor_file(weights: &Weights) -> Result<Vec<u8>, PackageError> {
    tensors::write(weights, Precision::F32)
}

/// Parameters from the bytes of a safetensors file.
///
/// # Errors
/// If the bytes are no such file.
pub fn tensors_of(bytes: &[u8]) -> Result<Weights, PackageError> {
    tensors::read(bytes)
}

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

fn bytes<'a>(files: &'a Files, name: &'static str) -> Result<&'a [u8], PackageError> {
    files
        .get(name)
        .map(Vec::as_slice)
        .ok_or(PackageError::Missing(name))
}

fn parse<T: serde::de::DeserializeOwned>(
    files: &Files,
    name: &'static str,
) -> Result<T, PackageError> {
    serde_json::from_slice(bytes(files, name)?).map_err(|error| PackageError::Json { name, error })
}

/// JSON without a space: with some ten thousand words, indents would be an eighth of a model.
fn print_dense<T: serde::Serialize>(
    name: &'static str,
    value: &T,
) -> Result<Vec<u8>, PackageError> {
    serde_json::to_vec(value).map_err(|error| PackageError::Json { name, error })
}

/// JSON that people read.
fn print<T: serde::Serialize>(name: &'static str, value: &T) -> Result<Vec<u8>, PackageError> {
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|error| PackageError::Json { name, error })?;
    text.push(b'\n');
    Ok(text)
}

/// Files that are no model.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file is not there.
    #[error("the model lacks its file {0}; fetch the whole model directory again")]
    Missing(&'static str),
    /// A file is not the one that the card names.
    #[error(
        "{0} is damaged or belongs to another model: its checksum is not the card's; fetch the model again"
    )]
    Damaged(&'static str),
    /// A file cannot be parsed.
    #[error("{name} cannot be read: {error}; fetch the model again")]
    Json {
        /// Name of the file.
        name: &'static str,
        /// What is wrong.
        error: serde_json::Error,
    },
    /// The directory has another format.
    #[error(
        "this model was written by {} version: it has format {found}, and this program reads format {FORMAT}; use versions that belong together",
        if *.found > u64::from(FORMAT) { "a newer" } else { "an older" }
    )]
    Format {
        /// Format of the card.
        found: u64,
    },
    /// Sizes that make no model.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A vocabulary that is none.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// Parameters that do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The weights are no safetensors file of ours.
    #[error("model.safetensors cannot be read: {0}; fetch the model again")]
    Tensors(String),
    /// Files that do not fit each other.
    #[error("the model has {found} {what}, but its config says {expected}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Not a zip file.
    #[error("this is no zip file; choose the zip of a model, or the files of a model directory")]
    NoZip,
    /// A zip file that cannot be read to its end.
    #[error("the zip is damaged or was cut short ({0}); download it again")]
    CutZip(String),
    /// A zip file in which it cannot be told which files belong together.
    #[error(
        "the zip holds several models, or {0} twice; unpack it, and choose the files of one model"
    )]
    SeveralModels(String),
    /// A zip file of other things.
    #[error(
        "the zip holds no model: none of card.json, config.json, vocabulary.json and model.safetensors is in it; choose the zip of a model"
    )]
    ForeignZip,
    /// A zip file that would fill the memory.
    #[error(
        "the zip holds more than a gigabyte; unpack it, and choose the four files of the model"
    )]
    LargeZip,
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
}

impl PackageError {
    fn tensors(error: &dyn std::fmt::Display) -> Self {
        Self::Tensors(error.to_string())
    }
}
