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

/// One of them.
struct Penalty {
    /// What a card calls it.
    name: &'static str,
    weight: fn(&Penalties) -> f64,
    /// The penalty at a weight, the mean over the batch's words, `[1]`.
    of: fn(&Trace, f64) -> Tensor<1>,
}

const ALL: [Penalty; 3] = [
    Penalty {
        name: "embedding L2",
        weight: |weights| weights.embedding_l2,
        of: |trace, weight| mean(trace, trace.gated.clone() * trace.gated.clone()) * weight,
    },
    Penalty {
        name: "neuron L1",
        weight: |weights| weights.neuron_l1,
        of: |trace, weight| {
            let blocks = trace.layers.iter();
            let sum = blocks
                .map(|block| mean(trace, block.neurons.clone()))
                .reduce(|sum, block| sum + block);
            sum.expect("a model has a block") * (weight / trace.layers.len() as f64)
        },
    },
    Penalty {
        name: "evidence L1",
        weight: |weights| weights.evidence_l1,
        of: |trace, weight| mean(trace, weighed_neurons(trace)) * weight,
    },
];

impl Penalties {
    /// Each weight, and what a card calls it.
    pub(super) fn named(&self) -> [(&'static str, f64); ALL.len()] {
        ALL.map(|penalty| (penalty.name, (penalty.weight)(self)))
    }

    /// The same, weighted by `factor` once more.
    pub(super) fn weighted(self, factor: f64) -> Self {
        Self {
            embedding_l2: self.embedding_l2 * factor,
            neuron_l1: self.neuron_l1 * factor,
            evidence_l1: self.evidence_l1 * factor,
        }
    }

    /// The sum of the weighted penalties, `[1]`; `None` if all weights are 0.
    pub(super) fn penalty(&self, trace: &Trace) -> Option<Tensor<1>> {
        let weights = ALL.map(|penalty| (penalty.weight)(self));
        let some = ALL.iter().zip(weights).filter(|(_, weight)| *weight > 0.0);
        some.map(|(penalty, weight)| (penalty.of)(trace, weight))
            .reduce(|a, b| a + b)
    }
}

/// The mean over the batch's words of what each has in all, `[B, L, ·]` → `[1]`; of a part of a batch, its part.
fn mean(trace: &Trace, of_positions: Tensor<3>) -> Tensor<1> {
    let valid = trace.batch.valid.clone();
    let sums: Tensor<2> = of_positions.sum_dim(2).squeeze_dim(2);
    let sum = (sums * valid.clone()).sum();
    match trace.batch.part_of {
        None => sum / valid.sum().clamp_min(1.0),
        Some(whole) => sum / whole.words.max(1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a weight is called, what it weighs, and that it is weighed again are three places to forget one in.
    #[test]
    fn every_key_is_a_penalty() {
        let keys = serde_json::to_value(Penalties::default()).unwrap();
        let keys = keys.as_object().unwrap();
        assert_eq!(keys.len(), ALL.len());
        for key in keys.keys() {
            let one: Penalties = serde_json::from_str(&format!(r#"{{"{key}": 2}}"#)).unwrap();
            let weights: Vec<f64> = one.weighted(3.0).named().map(|(_, weight)| weight).into();
            assert_eq!(weights.iter().sum::<f64>(), 6.0, "{key}");
            let explained = include_str!("../presets/losses/l1.toml");
            assert!(explained.contains(&format!("\n{key} = ")), "{key}");
        }
    }
}
