//! What several test programs share.

#![allow(dead_code, reason = "every test program takes what it needs")]

pub(crate) mod complete;
pub(crate) mod forms;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod inquiry;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod questions;
#[cfg(target_arch = "wasm32")]
pub(crate) mod training;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod treebank;
pub(crate) mod tuning;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod typing;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod zip;

use std::path::PathBuf;

use burn::tensor::Device;
use safr::explain::{Explanation, Word, margin_factor};
use safr::model::{
    Array, Classifier, ModelConfig, Reading, Readout, Stream, Weights, Winners, initial_weights,
    parameter_shapes,
};
use safr::objective::{Family, GateGuard, Objective, ScaleFree};
use safr::package::{Card, Package};
use safr::text::{PAD, Tokenizer, Vocabulary};
use serde_json::Value;

/// A file of `tests/reference/`.
pub(crate) fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(name)
}

/// The folder of a small data set in the layout of a public one.
pub(crate) fn set(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/sets")
        .join(name)
}

/// The folder of a public data set.
///
/// # Panics
/// If nobody says where it is: a test that cannot run must not pass.
#[track_caller]
pub(crate) fn public_set(name: &str) -> PathBuf {
    let folder = std::env::var_os("SAFR_DATA").expect(
        "SAFR_DATA does not name the folder of the data sets; `cargo xtask test --lane data` finds it",
    );
    PathBuf::from(folder).join(name)
}

/// What NumPy computes of the reference model.
pub(crate) fn fixtures() -> Value {
    let text = std::fs::read_to_string(reference("fixtures.json")).expect("the fixtures");
    serde_json::from_str(&text).expect("JSON")
}

/// The reference model: two blocks, three classes.
pub(crate) fn reference_model(fixtures: &Value, reading: Reading, device: &Device) -> Classifier {
    reference_variant(fixtures, reading, Readout::Residual, 2, device)
}

/// The reference model with its first `layers` blocks; where the head reads the neurons, it is another.
pub(crate) fn reference_variant(
    fixtures: &Value,
    reading: Reading,
    readout: Readout,
    layers: usize,
    device: &Device,
) -> Classifier {
    let size = |name: &str| fixtures["config"][name].as_u64().expect("a size") as usize;
    let config = ModelConfig {
        d_model: size("d_model"),
        heads: size("heads"),
        d_ff: size("d_ff"),
        mask_hidden: size("mask_hidden"),
        layers,
        readout,
        max_len: size("max_len"),
        ..ModelConfig::new(size("vocab"), size("classes"), reading)
    };
    let stored = |name: &str| match readout {
        Readout::Neurons if name.starts_with("fc.") => &fixtures["neurons_head"][name],
        _ => &fixtures["weights"][name],
    };
    let weights = parameter_shapes(&config).into_iter().map(|(name, shape)| {
        let values = numbers(stored(&name)).iter().map(|&x| x as f32).collect();
        (name, Array { shape, values })
    });
    Classifier::new(&config, &weights.collect(), device).expect("a model")
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
    small_package_of(Readout::Residual, None).await
}

/// What a head may read, and of how many words.
pub(crate) const KINDS: [(Readout, Option<Winners>); 3] = [
    (Readout::Residual, None),
    (Readout::Neurons, None),
    (Readout::Neurons, Some(winners(2, 0.6))),
];

/// Neurons of the `count` words that drive them most, as far as they are `correlated` with the first.
pub(crate) const fn winners(count: usize, correlated: f64) -> Winners {
    Winners { count, correlated }
}

/// [`small_package`] with a head that reads what it is told to.
pub(crate) async fn small_package_of(readout: Readout, winners: Option<Winners>) -> Package {
    let config = ModelConfig {
        readout,
        winners,
        ..small_config(1, Reading::scale_free(Tokenizer::Typed))
    };
    package_of(config).await
}

/// A model like [`small_package`]'s, made as a BERT is, of two layers.
pub(crate) async fn deep_package() -> Package {
    let config = ModelConfig {
        architecture: complete::bert(),
        ..small_config(2, Reading::scale_free(Tokenizer::Typed))
    };
    package_of(config).await
}

/// A model of `config` as a package, its gate's values computed.
async fn package_of(config: ModelConfig) -> Package {
    let words = [
        "<PAD>", "<UNK>", "a", "good", "bad", "film", "not", "very", ".", ",", "it", "is",
    ];
    let weights = small_weights(&config, 1);
    let device = Device::flex();
    let model = Classifier::new(&config, &weights, &device).expect("a model");
    let gate_values = model.gate_values().await.expect("gate values");
    let losses = Family::ScaleFree(ScaleFree {
        guard: GateGuard::Rate {
            rho: 0.3,
            weight: 1.0,
        },
        ..ScaleFree::PLAIN
    });
    Package {
        card: Card {
            seed: Some(1),
            ..Card::new(
                "small".into(),
                "Small".into(),
                vec!["negative".into(), "positive".into()],
                Some(Objective::new(losses, 1.0, 1.0)),
            )
        },
        vocabulary: Vocabulary::from_words(words.map(str::to_owned).to_vec())
            .expect("a vocabulary"),
        config,
        weights,
        gate_values,
    }
}

/// Asserts that what words bring and what neurons say adds up to the margin of the predicted class of
/// two.
#[track_caller]
pub(crate) fn assert_complete(explanation: &Explanation) {
    let evidence = explanation.evidence.as_ref().expect("a text with words");
    let margin = evidence.margin;
    let sum = |of: &dyn Fn(&Word) -> f64, rest: f64| {
        let parts = explanation.words.iter().map(of);
        parts.fold((rest, rest.abs()), |(sum, size), part| {
            (sum + part, size + part.abs())
        })
    };
    let rest = margin.bias + margin.positions + margin.padding;
    let (brought, size) = sum(&|word| word.contribution, rest);
    let missing = (brought - margin.total).abs();
    assert!(missing <= 1e-4 * size.max(1.0), "words lack {missing}");

    let head = f64::from(evidence.head_bias[margin.class]) * margin_factor(2);
    let (said, size) = sum(&|word| word.evidence, margin.past + head);
    let missing = (said - margin.total).abs();
    assert!(missing <= 1e-5 * size.max(1.0), "neurons lack {missing}");
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
