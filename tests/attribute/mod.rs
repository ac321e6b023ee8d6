//! Ablations are what they are by other means, and scores of words are slopes and differences of
//! explicit passes (method §4.5, §4.6).

#![allow(
    clippy::disallowed_methods,
    reason = "natively a test may wait for the device"
)]

mod ablation;
mod scores;

use burn::tensor::Tensor;
use safr::explain::argmax;
use safr::model::{Ablation, Batch, Classifier, ModelConfig, Reading, Readout};
use safr::text::Tokenizer;

use crate::common::{close, fixtures, reference_variant, small_config, small_weights};
use crate::double;

const TEXT: &[u32] = &[2, 3, 4, 5, 6];

fn readings() -> [Reading; 2] {
    [
        Reading::published(Tokenizer::Default),
        Reading::scale_free(Tokenizer::Default),
    ]
}

/// The reference models of both readings and readouts.
fn references() -> impl Iterator<Item = Classifier> {
    let fixtures = fixtures();
    let kinds = readings()
        .into_iter()
        .flat_map(|reading| Readout::ALL.map(|readout| (reading, readout)));
    kinds
        .map(move |(reading, readout)| reference_variant(&fixtures, reading, readout, 2, &double()))
}

fn small(reading: Reading) -> Classifier {
    small_of(reading, Readout::Residual)
}

/// Two blocks, of which the last one's neurons are written back or read by the head.
fn small_of(reading: Reading, readout: Readout) -> Classifier {
    let config = ModelConfig {
        readout,
        ..small_config(2, reading)
    };
    Classifier::new(&config, &small_weights(&config, 3), &double()).unwrap()
}

fn batch(model: &Classifier, text: &[u32]) -> Batch {
    Batch::new(&[text], &model.config, &double())
}

fn scores(logits: Tensor<2>) -> Vec<f64> {
    logits.into_data().try_into_vec().unwrap()
}

/// Class scores of a text, without what `ablation` takes away.
fn without(model: &Classifier, text: &[u32], ablation: &Ablation) -> Vec<f64> {
    scores(model.forward_ablated(&batch(model, text), ablation).logits)
}

fn whole(model: &Classifier, text: &[u32]) -> Vec<f64> {
    scores(model.forward(&batch(model, text), None).logits)
}

#[track_caller]
fn same(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        close("a score", *a, *b, 1e-9);
    }
}

/// ln p/(1 − p).
fn log_odds(scores: &[f64], class: usize) -> f64 {
    let others = scores
        .iter()
        .enumerate()
        .filter(|&(other, _)| other != class);
    scores[class] - others.map(|(_, score)| score.exp()).sum::<f64>().ln()
}

fn predicted(scores: &[f64]) -> usize {
    let scores: Vec<f32> = scores.iter().map(|&score| score as f32).collect();
    argmax(&scores)
}
