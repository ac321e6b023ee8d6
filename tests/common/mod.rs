//! What several test programs share.

#![allow(dead_code, reason = "every test program takes what it needs")]

pub(crate) mod tuning;

use std::path::PathBuf;

use burn::tensor::Device;
use safr::model::{Array, Classifier, ModelConfig, Reading, Stream, Weights, initial_weights};
use safr::package::{Card, FORMAT, Package};
use safr::text::{PAD, Vocabulary, Words};
use serde_json::Value;

/// A file of `tests/reference/`.
pub(crate) fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(name)
}

/// A data set's folder.
///
/// # Panics
/// If the data are not there: a test that cannot run must not pass.
#[track_caller]
pub(crate) fn data(name: &str) -> PathBuf {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("SAFR_DATA").map_or(default, PathBuf::from);
    let folder = data.join(name);
    assert!(
        folder.is_dir(),
        "no {}: set SAFR_DATA to the folder that holds {name}",
        folder.display()
    );
    folder
}

/// What NumPy computes of the reference model.
pub(crate) fn fixtures() -> Value {
    let text = std::fs::read_to_string(reference("fixtures.json")).expect("the fixtures");
    serde_json::from_str(&text).expect("JSON")
}

/// The reference model: two blocks, three classes.
pub(crate) fn reference_model(fixtures: &Value, reading: Reading, device: &Device) -> Classifier {
    let weights: Weights = fixtures["weights"]
        .as_object()
        .expect("weights by name")
        .iter()
        .filter(|(name, _)| *name != "pos_encoder.pe")
        .map(|(name, value)| {
            let values = numbers(value).iter().map(|&x| x as f32).collect();
            let shape = shape(value);
            (name.clone(), Array { shape, values })
        })
        .collect();
    let size = |name: &str| fixtures["config"][name].as_u64().expect("a size") as usize;
    let config = ModelConfig {
        d_model: size("d_model"),
        heads: size("heads"),
        d_ff: size("d_ff"),
        mask_hidden: size("mask_hidden"),
        layers: size("layers"),
        max_len: size("max_len"),
        ..ModelConfig::new(size("vocab"), size("classes"), reading)
    };
    Classifier::new(&config, &weights, device).expect("a model")
}

/// The reference model's texts.
pub(crate) fn reference_texts(fixtures: &Value) -> Vec<Vec<u32>> {
    let mut ids: Vec<Vec<u32>> =
        serde_json::from_value(fixtures["ids"].clone()).expect("texts of ids");
    for text in &mut ids {
        text.retain(|&id| id != PAD);
    }
    ids
}

/// Sizes of a nested JSON array.
fn shape(value: &Value) -> Vec<usize> {
    match value.as_array() {
        None => vec![],
        Some(items) => [vec![items.len()], shape(&items[0])].concat(),
    }
}

/// A model small enough for exact tests: 12 words, width 8, 2 heads, 10 neurons.
pub(crate) fn small_config(layers: usize, reading: Reading) -> ModelConfig {
    ModelConfig {
        d_model: 8,
        heads: 2,
        d_ff: 10,
        mask_hidden: 6,
        layers,
        max_len: 7,
        ..ModelConfig::new(12, 2, reading)
    }
}

/// Fresh weights of a small model.
pub(crate) fn small_weights(config: &ModelConfig, seed: u64) -> Weights {
    initial_weights(config, &mut Stream::new(seed))
}

/// A small model as a package, its gate's values computed.
pub(crate) async fn small_package() -> Package {
    let words = [
        "<PAD>", "<UNK>", "a", "good", "bad", "film", "not", "very", ".", ",", "it", "is",
    ];
    let config = small_config(1, Reading::scale_free(Words::Default));
    let weights = small_weights(&config, 1);
    let device = Device::flex();
    let model = Classifier::new(&config, &weights, &device).expect("a model");
    let gate_values = model.gate_values().await.expect("gate values");
    Package {
        card: Card {
            format: FORMAT,
            id: "small".into(),
            title: "Small".into(),
            data: "none".into(),
            classes: vec!["negative".into(), "positive".into()],
            objective: "none".into(),
            lambda_importance: 0.0,
            losses: None,
            recipe: None,
            lambda_interaction: 0.0,
            seed: Some(1),
            command: "none".into(),
            metrics: Default::default(),
            sha256: Default::default(),
        },
        vocabulary: Vocabulary::from_words(words.map(str::to_owned).to_vec())
            .expect("a vocabulary"),
        config,
        weights,
        gate_values,
    }
}

/// |a − b| ≤ tol·max(1, |b|), with names for the message.
#[track_caller]
pub(crate) fn close(what: &str, a: f64, b: f64, tolerance: f64) {
    assert!(
        (a - b).abs() <= tolerance * b.abs().max(1.0),
        "{what}: {a} is not {b}"
    );
}

/// [`close`] for all of two lists.
#[track_caller]
pub(crate) fn all_close(what: &str, a: &[f32], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (at, (a, b)) in a.iter().zip(b).enumerate() {
        close(&format!("{what}[{at}]"), f64::from(*a), *b, tolerance);
    }
}

/// All numbers of a nested JSON array, in order.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => other.as_f64().into_iter().collect(),
    }
}
