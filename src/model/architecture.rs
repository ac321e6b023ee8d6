//! What a model's encoder is made of, where that is not as published (method §2).

use burn::tensor::{Tensor, activation::relu};
use serde::{Deserialize, Serialize};

/// What a neuron makes of its input z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// max(0, z): as published.
    #[default]
    Relu,
    /// z·Φ(z), with Φ the standard normal distribution (Hendrycks & Gimpel 2016), as in BERT.
    Gelu,
}

/// Where a model takes the vectors of positions from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PositionVectors {
    /// Sines and cosines: as published.
    #[default]
    Sinusoidal,
    /// A table that is learned.
    Learned,
}

/// What a layer between pooling and head applies to its sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooler {
    /// tanh, as in BERT.
    Tanh,
    /// max(0, z), as in DistilBERT.
    Relu,
}

/// What differs between kinds of encoders; a file that does not say has the published one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Architecture {
    /// What a neuron makes of its input.
    pub activation: Activation,
    /// The vectors of positions.
    pub positions: PositionVectors,
    /// Whether embeddings are multiplied by √E.
    pub scaled_embeddings: bool,
    /// Whether a norm follows the sum of embedding and position.
    pub embedding_norm: bool,
    /// What the norms add to a variance before they divide by its root.
    pub norm_epsilon: f64,
    /// A layer, E → E, between pooling and head; `None`: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooler: Option<Pooler>,
}

impl Default for Architecture {
    fn default() -> Self {
        Self {
            activation: Activation::Relu,
            positions: PositionVectors::Sinusoidal,
            scaled_embeddings: true,
            embedding_norm: false,
            norm_epsilon: 1e-5,
            pooler: None,
        }
    }
}

impl Architecture {
    /// Whether it is the published one.
    pub fn is_published(&self) -> bool {
        *self == Self::default()
    }
}

/// Neurons u, and what their inputs are multiplied by to give them, held fixed where a pass is explained: `None` if
/// that is 1 for active neurons and 0 for the others.
pub(super) fn activated(z: Tensor<2>, activation: Activation) -> (Tensor<2>, Option<Tensor<2>>) {
    match activation {
        Activation::Relu => (relu(z), None),
        Activation::Gelu => {
            let factors = ((z.clone() * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5;
            (z * factors.clone(), Some(factors))
        }
    }
}
