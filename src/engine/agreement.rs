//! Whether a device gives the CPU's numbers, and how fast.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use web_time::Instant;

use super::{Backend, EngineError, LoadedModel, Session};
use crate::explain::{Explanation, TraceNumbers};

/// Largest difference between two devices' numbers, relative to max(1, |value|), that still
/// counts as the same: kernels add up in different orders.
const AGREEMENT: f64 = 1e-3;

/// Runs of the fixed input whose median is taken.
const TIMED_RUNS: usize = 5;

/// The fixed input: 20 words, some of them repeated, as a typical sentence has.
const FIXED_TEXT: &str = "a warm , funny and surprisingly honest film that never once talks down \
    to its audience , even when it could .";

/// How a backend performed on the fixed input.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Which backend.
    pub backend: Backend,
    /// Whether its numbers are those of the CPU.
    pub agrees: bool,
    /// Largest difference from the CPU, relative to max(1, |value|).
    pub difference: f64,
    /// Median time of an explanation in milliseconds.
    pub milliseconds: f64,
}

impl Session {
    /// Runs the fixed input through the model `id` on this engine's device and on Flex, compares
    /// all numbers that an explanation rests on, and times this device.
    ///
    /// # Errors
    /// If the device fails or there is no such model.
    pub async fn measure(&self, id: &str) -> Result<Measured, EngineError> {
        let model = self.model(id)?;
        let reference = LoadedModel::of(model.package.clone(), &Device::flex())?;
        let read = model.read(FIXED_TEXT);
        let here = model.trace(&read, None).await?;
        let there = reference.trace(&read, None).await?;
        let difference = match (here, there) {
            (Some(here), Some(there)) => largest_difference(&here, &there),
            _ => f64::INFINITY,
        };
        let mut times = Vec::with_capacity(TIMED_RUNS);
        for _ in 0..TIMED_RUNS {
            let start = Instant::now();
            match model.explain(FIXED_TEXT).await {
                // The speed of a device that computes wrongly can be measured, too.
                Ok(_) | Err(EngineError::NotFinite) => {}
                Err(error) => return Err(error),
            }
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(Measured {
            backend: self.device.backend,
            agrees: difference <= AGREEMENT,
            difference,
            milliseconds: times[TIMED_RUNS / 2],
        })
    }
}

/// Largest |a − b| / max(1, |b|) over the numbers of two traces of the same words; infinite if
/// one is not a number.
fn largest_difference(a: &TraceNumbers, b: &TraceNumbers) -> f64 {
    let numbers = |trace: &TraceNumbers| -> Vec<f32> {
        let mut all = [
            &trace.keep[..],
            &trace.embedding.values,
            &trace.logits,
            &trace.votes.values,
            &trace.scales,
            &trace.padding_neurons,
        ]
        .concat();
        for layer in &trace.layers {
            all.extend(layer.attention.iter().flat_map(|head| &head.values));
            all.extend(&layer.neurons.values);
        }
        all.extend(trace.contributions.iter().flat_map(|parts| parts.numbers()));
        all
    };
    largest(&numbers(a), &numbers(b))
}

/// Largest |a − b| / max(1, |b|) over the measures of two explanations of one text by one model on
/// different devices; infinite if they do not show the same words and classes.
///
/// Neurons are compared by their words' totals, since one that is almost idle may be active on
/// only one device.
pub fn largest_explained_difference(a: &Explanation, b: &Explanation) -> f64 {
    let numbers = |explanation: &Explanation| -> Vec<f32> {
        let mut all: Vec<f32> = explanation
            .prediction
            .iter()
            .flat_map(|p| p.probabilities.clone())
            .collect();
        for word in &explanation.words {
            let measures = [
                word.neurons,
                word.decides,
                word.evidence,
                word.contribution,
                word.capacity,
                word.evidence_capacity,
                word.embedding_capacity,
                word.attention_received,
            ];
            all.push(word.keep);
            all.extend(measures.map(|measure| measure as f32));
        }
        let pairs = &explanation.interaction;
        let matrices = [
            &pairs.sharing,
            &pairs.evidence_sharing,
            &pairs.contribution,
            &pairs.cosine,
            &pairs.attention,
        ];
        for matrix in matrices {
            all.extend(&matrix.values);
        }
        all
    };
    largest(&numbers(a), &numbers(b))
}

fn largest(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    a.iter().zip(b).fold(0.0, |largest: f64, (&a, &b)| {
        let difference = f64::from((a - b).abs() / b.abs().max(1.0));
        if difference.is_nan() {
            f64::INFINITY
        } else {
            largest.max(difference)
        }
    })
}
