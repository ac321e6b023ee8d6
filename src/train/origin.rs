//! What a run was begun with: whoever takes it up must bring the same, or it becomes a mixture of
//! two runs that nothing tells from a good one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Options, TrainError};
use crate::evaluate::EncodedExample;
use crate::model::{ModelConfig, Weights, checksum};

/// Characters of a checksum that tell texts apart, and that people can still compare.
const SHORT: usize = 16;

/// What a run was begun with, the large parts of it as their number and checksum.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) options: Options,
    /// Names of the classes; empty where nobody said them.
    classes: Vec<String>,
    /// The words of the ids; empty where nobody said them.
    words: String,
    model: ModelConfig,
    training_texts: String,
    dev_texts: String,
    start_weights: String,
}

impl Origin {
    /// Of a run whose words and classes have no names yet.
    pub(super) fn new(
        options: Options,
        model: &ModelConfig,
        weights: &Weights,
        [training, dev]: [&[EncodedExample]; 2],
    ) -> Self {
        Self {
            options,
            classes: Vec::new(),
            words: String::new(),
            model: model.clone(),
            training_texts: digest_of_texts(training),
            dev_texts: digest_of_texts(dev),
            start_weights: digest_of_weights(weights),
        }
    }

    /// Adds what ids and labels stand for.
    pub(super) fn name(&mut self, words: &[String], classes: &[String]) {
        self.words = digest("words", words.len(), words.join("\n").as_bytes());
        self.classes = classes.to_vec();
    }

    /// Checks that `now` is the same. What others follow from is looked at before them.
    ///
    /// # Errors
    /// Names the first part that differs.
    pub(super) fn check(&self, now: &Self) -> Result<(), TrainError> {
        // More epochs or more patience may be asked for; anything else makes another run.
        let asked = Options {
            epochs: self.options.epochs,
            patience: self.options.patience,
            ..now.options.clone()
        };
        same("options", &self.options, &asked)?;
        same("classes", &self.classes, &now.classes)?;
        same("words", &self.words, &now.words)?;
        same("model", &self.model, &now.model)?;
        same("training texts", &self.training_texts, &now.training_texts)?;
        same("dev texts", &self.dev_texts, &now.dev_texts)?;
        same("start weights", &self.start_weights, &now.start_weights)
    }
}

fn digest_of_texts(texts: &[EncodedExample]) -> String {
    let numbers = texts.iter().flat_map(|text| {
        let head = [text.label as u32, text.ids.len() as u32];
        head.into_iter().chain(text.ids.iter().copied())
    });
    let bytes: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
    digest("texts", texts.len(), &bytes)
}

fn digest_of_weights(weights: &Weights) -> String {
    let values = weights.values().flat_map(|array| &array.values);
    let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
    digest("parameters", bytes.len() / size_of::<f32>(), &bytes)
}

fn digest(what: &str, count: usize, bytes: &[u8]) -> String {
    format!("{count} {what}, SHA-256 {}…", &checksum(bytes)[..SHORT])
}

fn same<T: Serialize>(what: &str, then: &T, now: &T) -> Result<(), TrainError> {
    let value = |of: &T| serde_json::to_value(of).unwrap_or_default();
    let Some((path, then, now)) = first_difference(&value(then), &value(now)) else {
        return Ok(());
    };
    let path = path.iter().rev().map(|name| name.replace('_', "-"));
    Err(TrainError::OtherRun {
        what: std::iter::once(what.to_owned())
            .chain(path)
            .collect::<Vec<_>>()
            .join(", "),
        then: then.to_string(),
        now: now.to_string(),
    })
}

/// Where two values differ first, innermost name first, and what they are there.
fn first_difference(then: &Value, now: &Value) -> Option<(Vec<String>, Value, Value)> {
    let whole = || (then != now).then(|| (Vec::new(), then.clone(), now.clone()));
    let (Value::Object(old), Value::Object(new)) = (then, now) else {
        return whole();
    };
    if !old.keys().any(|name| new.contains_key(name)) {
        return whole(); // They are different choices, each with options of its own.
    }
    let part = |of: &Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
    old.keys().chain(new.keys()).find_map(|name| {
        let (mut path, then, now) = first_difference(&part(old, name), &part(new, name))?;
        path.push(name.clone());
        Some((path, then, now))
    })
}
