//! Whether a word's neurons are its own: what is lost without the neurons that it owns against what
//! they say of it, and how much they say of other words.

use super::columns::columns;
use super::{Column, Section, Text};
use crate::attribute::{Part, ablated_logits, words_read};
use crate::explain::{
    Allocation, Matrix, TraceNumbers, allocate, argmax, evidence, most_kept, weights_of,
    word_evidence,
};
use crate::model::{Batch, Classifier, ReadError};

/// Part of a text's words that are chosen by rank.
const TOP: f64 = 0.2;
/// Effects that add up to less say nothing.
const LEAST: f64 = 1e-6;

/// Knocks out, text by text, the neurons of each word in the last block; `progress` hears how many
/// texts are done.
///
/// F is the log-odds of the predicted class, O_i the neurons whose largest owner is word i, K_i the fall
/// of F when O_i is silenced everywhere, W_i its fall when word i's own row of neurons is. The columns
/// are, for each choice of words S:
///
/// | column | of each text |
/// |---|---|
/// | `knockout_error/S` | Σ|K_i − W_i| / Σ(|K_i| + |W_i|), in [0, 1]; none below 10⁻⁶ |
/// | `spill/S` | the part of the evidence of the words' neurons that is about other words, Σ_i Σ_{n∈O_i} Σ_{j≠i}|e_jn| / Σ_i Σ_{n∈O_i} Σ_j|e_jn| |
/// | `without_neurons/accuracy` | 1 where the class is right without any neuron, else 0 |
///
/// S: `all` words; `marked` ones, by the first source; `top`, the fifth with the highest keep;
/// `evidence`, the fifth with the largest |e_i|. Words that tie for the last places count in part.
///
/// # Errors
/// If the device was lost or failed.
pub async fn knockout(
    model: &Classifier,
    texts: &[Text],
    mut progress: impl FnMut(usize),
) -> Result<Vec<Column>, ReadError> {
    let device = model.device();
    let layer = model.config.layers - 1;
    let mut measured = Vec::with_capacity(texts.len());
    for text in texts {
        let ids = words_read(&text.example.ids, &model.config);
        let batch = Batch::new(&[ids], &model.config, &device);
        let trace = model.forward(&batch, None).read().await?.swap_remove(0);
        let allocation = allocate(&trace.layers[layer].neurons).allocation;
        let logits = ablated_logits(model, ids, &parts(&allocation, layer, ids.len())).await?;
        let effects = Effects::new(&trace, &allocation, &logits);
        let mut values = Vec::new();
        for (name, weights) in choices(&trace, text) {
            let weights = weights.as_deref();
            let of = |measure: &dyn Fn(&[f64]) -> Option<f64>| weights.and_then(measure);
            values.push((format!("knockout_error/{name}"), of(&|s| effects.error(s))));
            values.push((format!("spill/{name}"), of(&|s| effects.spill(s))));
        }
        let silent = logits.last().map(|without| argmax(without));
        let right = silent.map(|class| f64::from(u8::from(class == text.example.label)));
        values.push(("without_neurons/accuracy".to_owned(), right));
        measured.push(values);
        progress(1);
    }
    Ok(columns(Section::Knockout, &measured))
}

/// For each word the neurons that it owns, then its own row; at last all neurons.
fn parts(allocation: &Allocation, layer: usize, words: usize) -> Vec<Part> {
    let owned = (0..words).map(|word| Part::Neurons {
        layer,
        neurons: allocation.owned_by(word).to_vec(),
    });
    let rows = (0..words).map(|word| Part::NeuronsAt { layer, word });
    owned.chain(rows).chain([Part::AllNeurons]).collect()
}

/// How far each word counts by each choice, `n`; `None` where nobody marked any.
fn choices(trace: &TraceNumbers, text: &Text) -> [(&'static str, Option<Vec<f64>>); 4] {
    let words = trace.ids.len();
    let marked = text.marked.first();
    let size: Vec<f32> = word_evidence(trace)
        .iter()
        .map(|said| said.abs() as f32)
        .collect();
    [
        ("all", Some(vec![1.0; words])),
        (
            "marked",
            marked.map(|marked| weights_of(&marked.words[..words])),
        ),
        ("top", Some(most_kept(&trace.keep, TOP))),
        ("evidence", Some(most_kept(&size, TOP))),
    ]
}

/// What the neurons of each of a text's `n` words do.
#[derive(Debug)]
struct Effects {
    /// K_i.
    knockouts: Vec<f64>,
    /// W_i.
    rows: Vec<f64>,
    /// Σ_{n∈O_i} Σ_{j≠i}|e_jn|, padding's among them.
    of_others: Vec<f64>,
    /// Σ_{n∈O_i} Σ_j|e_jn|.
    of_all: Vec<f64>,
}

impl Effects {
    /// `logits` are those of the whole model, then those without each of [`parts`].
    fn new(trace: &TraceNumbers, allocation: &Allocation, logits: &[Vec<f32>]) -> Self {
        let words = trace.ids.len();
        let class = argmax(&logits[0]);
        let whole = log_odds(&logits[0], class);
        let without = logits[1..].iter();
        let falls: Vec<f64> = without
            .map(|logits| whole - log_odds(logits, class))
            .collect();
        let said = evidence(trace, class);
        let size = column_sizes(&said, trace, class);
        let of_word = |word: usize, size: &dyn Fn(usize) -> f64| -> f64 {
            allocation
                .owned_by(word)
                .iter()
                .map(|&n| size(n as usize))
                .sum()
        };
        let own = |word| of_word(word, &|n| f64::from(said.at(word, n).abs()));
        let of_all: Vec<f64> = (0..words).map(|word| of_word(word, &|n| size[n])).collect();
        Self {
            knockouts: falls[..words].to_vec(),
            rows: falls[words..2 * words].to_vec(),
            of_others: (0..words)
                .map(|word| (of_all[word] - own(word)).max(0.0))
                .collect(),
            of_all,
        }
    }

    /// κ over words that count by `weights`, `n`.
    fn error(&self, weights: &[f64]) -> Option<f64> {
        let pairs = || self.knockouts.iter().zip(&self.rows);
        let apart = weighted(weights, pairs().map(|(k, w)| (k - w).abs()));
        let size = weighted(weights, pairs().map(|(k, w)| k.abs() + w.abs()));
        (size >= LEAST).then(|| apart / size)
    }

    /// Spill over words that count by `weights`, `n`.
    fn spill(&self, weights: &[f64]) -> Option<f64> {
        let others = weighted(weights, self.of_others.iter().copied());
        let all = weighted(weights, self.of_all.iter().copied());
        (all >= LEAST).then(|| others / all)
    }
}

/// Σ_j|e_jn| of each neuron, over words and padding, `F`.
fn column_sizes(said: &Matrix, trace: &TraceNumbers, class: usize) -> Vec<f64> {
    let factor = crate::explain::margin_factor(trace.logits.len());
    let votes = trace.votes.row(class);
    let of_padding = |n: usize| {
        let neurons = trace.padding_neurons.get(n).copied().unwrap_or_default();
        f64::from(neurons * votes[n]).abs() * factor
    };
    let of_words =
        |n: usize| -> f64 { (0..said.rows).map(|i| f64::from(said.at(i, n).abs())).sum() };
    (0..said.cols)
        .map(|n| of_words(n) + of_padding(n))
        .collect()
}

fn weighted(weights: &[f64], values: impl Iterator<Item = f64>) -> f64 {
    weights
        .iter()
        .zip(values)
        .map(|(weight, value)| weight * value)
        .sum()
}

/// ln p/(1 − p) of a class: its logit less the log of the sum of the others' exponentials.
fn log_odds(logits: &[f32], class: usize) -> f64 {
    let others = logits
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != class);
    let others: Vec<f64> = others.map(|(_, &logit)| f64::from(logit)).collect();
    let largest = others.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = others.iter().map(|logit| (logit - largest).exp()).sum();
    f64::from(logits[class]) - largest - sum.ln()
}
