//! Simpler penalties (method §3.6).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::range;
use super::tensors::weighed_neurons;
use crate::model::Trace;

/// Weights of simpler penalties, with which SAFR is compared (method §3.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Penalties {
    /// Of the words' mean squared embedding norm, ‖x_v‖².
    #[serde(deserialize_with = "range::weight")]
    pub embedding_l2: f64,
    /// Of the words' mean summed activation, Σ_n u_n, over blocks.
    #[serde(deserialize_with = "range::weight")]
    pub neuron_l1: f64,
    /// Of the words' mean summed evidence, Σ_n z_n, of the last block.
    #[serde(deserialize_with = "range::weight")]
    pub evidence_l1: f64,
}

impl Penalties {
    /// Each weight, and what a card calls it.
    pub(super) fn named(&self) -> [(&'static str, f64); 3] {
        [
            ("embedding L2", self.embedding_l2),
            ("neuron L1", self.neuron_l1),
            ("evidence L1", self.evidence_l1),
        ]
    }

    /// The same, weighted by `factor` once more.
    pub(super) fn weighted(self, factor: f64) -> Self {
        Self {
            embedding_l2: self.embedding_l2 * factor,
            neuron_l1: self.neuron_l1 * factor,
            evidence_l1: self.evidence_l1 * factor,
        }
    }

    /// The weighted penalties, each the mean over the batch's words, `[1]`.
    pub(super) fn penalty(&self, trace: &Trace) -> Option<Tensor<1>> {
        let valid = trace.batch.valid.clone();
        let words = valid.clone().sum().clamp_min(1.0);
        let mean = |of_positions: Tensor<3>| {
            let sums: Tensor<2> = of_positions.sum_dim(2).squeeze_dim(2);
            (sums * valid.clone()).sum() / words.clone()
        };
        let norms = || mean(trace.gated.clone() * trace.gated.clone()) * self.embedding_l2;
        let activations = || {
            let layers = trace.layers.iter().map(|layer| mean(layer.neurons.clone()));
            let sum = layers.reduce(|sum, layer| sum + layer);
            sum.expect("a model has a block") * (self.neuron_l1 / trace.layers.len() as f64)
        };
        let evidence = || mean(weighed_neurons(trace)) * self.evidence_l1;
        let norms = (self.embedding_l2 > 0.0).then(norms);
        let activations = (self.neuron_l1 > 0.0).then(activations);
        let evidence = (self.evidence_l1 > 0.0).then(evidence);
        let all = norms.into_iter().chain(activations).chain(evidence);
        all.reduce(|a, b| a + b)
    }
}
