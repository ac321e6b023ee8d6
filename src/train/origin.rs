//! What a run was started with: whoever resumes it must bring the same, or it becomes a mixture of
//! two runs that nothing distinguishes from a proper one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Differs, Options, TrainError};
use crate::evaluate::EncodedExample;
use crate::model::{ModelConfig, Weights, checksum};

/// Characters of a checksum: enough to distinguish texts, and few enough for people to compare.
const SHORT: usize = 16;

/// What a run was started with, the large parts of it as counts and checksums.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) options: Options,
    /// Names of the classes; empty if nobody gave them.
    classes: Vec<String>,
    /// The words of the ids; empty if nobody gave them.
    words: String,
    pub(super) model: ModelConfig,
    training_texts: String,
    dev_texts: String,
    start_weights: String,
}

impl Origin {
    /// The origin of a run whose words and classes have no names yet.
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

    /// Checks that `now` is the same. Causes are checked before their consequences.
    ///
    /// # Errors
    /// Names the differences in the first part that has any.
    pub(super) fn check(&self, now: &Self) -> Result<(), TrainError> {
        // More epochs or more patience may be asked for; anything else makes it a different run.
        let asked = Options {
            steps: now.options.steps.as_long_as(&self.options.steps),
            ..now.options.clone()
        };
        same("", &self.options, &asked)?;
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
    let mut differences = Vec::new();
    compare(what, &value(then), &value(now), &mut differences);
    match differences.is_empty() {
        true => Ok(()),
        false => Err(TrainError::OtherRun(differences)),
    }
}

/// Adds everything in which two values differ to `differences`; `what` they are, from the general to the specific.
fn compare(what: &str, then: &Value, now: &Value, differences: &mut Vec<Differs>) {
    if then == now {
        return;
    }
    if let (Value::Object(old), Value::Object(new)) = (then, now)
        // Otherwise they are different choices, each with options of its own.
        && old.keys().any(|name| new.contains_key(name))
    {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let path = [what, &name.replace('_', "-")];
            let what = path.join(if what.is_empty() { "" } else { ", " });
            let part = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or_default();
            compare(&what, &part(old), &part(new), differences);
        }
        return;
    }
    differences.push(Differs {
        what: what.to_owned(),
        then: plain(then),
        now: plain(now),
    });
}

/// A value as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Null => "none".to_owned(),
        other => other.to_string(),
    }
}
