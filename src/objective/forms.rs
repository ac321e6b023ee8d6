//! Which losses there are, and in which forms (method §3).

use serde::{Deserialize, Serialize};

use super::{Layers, range};
use crate::model::Winners;

/// Where the scale-free losses look (method §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Space {
    /// On the MLP neurons u, which the explanation shows.
    Mlp,
    /// On the neurons by what they vote for, z_in = u_in·‖q_n‖: this ignores neurons that say nothing, and the
    /// scale of the others. Those below the last block have no vote of their own and all count alike.
    Evidence,
    /// On embeddings and attention rows, for comparison.
    Embedding,
}

/// What keeps the gate from closing for good (method §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum GateGuard {
    /// weight·(mean keep over words − ρ)².
    Rate {
        /// Target keep rate.
        #[serde(deserialize_with = "range::share")]
        rho: f64,
        /// How much a miss counts.
        #[serde(deserialize_with = "range::weight")]
        weight: f64,
    },
    /// VMASK's −β·H(keep) (Chen & Ji 2020); the trainer anneals β.
    Entropy {
        /// Weight of the entropy.
        #[serde(deserialize_with = "range::weight")]
        beta: f64,
    },
    /// weight·mean (keep_k − |c_k| / max_j |c_j|)² over the words that were kept: keep then says how much a
    /// word brings to the prediction.
    Agreement {
        /// How much a miss counts.
        #[serde(deserialize_with = "range::weight")]
        weight: f64,
    },
    /// Nothing.
    None,
}

impl GateGuard {
    /// The same, weighted by `factor` once more.
    pub(super) fn weighted(self, factor: f64) -> Self {
        match self {
            Self::Rate { rho, weight } => Self::Rate {
                rho,
                weight: weight * factor,
            },
            Self::Entropy { beta } => Self::Entropy {
                beta: beta * factor,
            },
            Self::Agreement { weight } => Self::Agreement {
                weight: weight * factor,
            },
            Self::None => Self::None,
        }
    }
}

/// Which of the two families of losses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// As published (method §3.1).
    Published,
    /// Our scale-free ones (method §3.3).
    ScaleFree(ScaleFree),
}

/// Options of the scale-free losses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScaleFree {
    /// Where the losses look.
    pub space: Space,
    /// At which blocks; `None`: at the last in the space of evidence, at all in others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Layers>,
    /// The gate guard.
    pub guard: GateGuard,
    /// The words whose mean keep rate the guard `rate` holds to its target.
    #[serde(default)]
    pub rate_of: RateOf,
    /// The words from which the importance loss keeps important words apart.
    pub apart: Apart,
    /// How the importance loss measures the overlap of two words.
    #[serde(default)]
    pub overlap: Overlap,
    /// What makes a word important.
    #[serde(default)]
    pub weight: Weight,
    /// Whether the importance loss takes the gate as given, so that it moves only neurons.
    pub gate_given: bool,
    /// What the interaction loss compares attended pairs with.
    pub pairs: Pairs,
    /// Which words of a text may take each neuron, in models whose head reads the neurons; `None`: as the
    /// model has it, in a fresh one all.
    #[serde(
        default,
        deserialize_with = "range::winners",
        skip_serializing_if = "Option::is_none"
    )]
    pub winners: Option<Winners>,
}

impl ScaleFree {
    /// Both losses in their plain forms, on neurons, without a guard (method §3.3). What is trained by
    /// default is a preset.
    pub const PLAIN: Self = Self {
        space: Space::Mlp,
        layers: None,
        guard: GateGuard::None,
        rate_of: RateOf::Text,
        apart: Apart::Important,
        overlap: Overlap::Cosine,
        weight: Weight::Gate,
        gate_given: false,
        pairs: Pairs::Attended,
        winners: None,
    };

    /// The blocks at which they look in a model that has `count`.
    pub fn layers_of(&self, count: usize) -> Vec<usize> {
        let usual = match self.space {
            Space::Evidence => Layers::Last,
            Space::Mlp | Space::Embedding => Layers::All,
        };
        self.layers.unwrap_or(usual).of(count)
    }
}

/// The words whose mean keep rate the gate guard holds to its target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateOf {
    /// Each text's: every text has important words and others.
    #[default]
    Text,
    /// The batch's: among short texts, one may be all important and another not at all.
    Batch,
}

/// The words from which the importance loss keeps important words apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Apart {
    /// From each other: ω_ij = w_j·(1 − â_ij).
    Important,
    /// From all words: ω_ij = 1 − â_ij.
    All,
}

/// How the importance loss measures the overlap of a word with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// Squared cosines of their neurons: Σ_j ω_ij c_ij² / Σ_j ω_ij.
    #[default]
    Cosine,
    /// The others' shares in its neurons: Σ_n z_in Σ_j ω_ij α_jn / Σ_n z_in. Lowest when each neuron
    /// is taken by one word, however many neurons a word takes.
    Shares,
}

/// What makes a word important to the importance loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Its gate.
    #[default]
    Gate,
    /// How much its neurons say, ‖Σ_n u_in·q_n‖, relative to the most that a word of the text says; taken
    /// as given.
    Evidence,
    /// Every word is.
    Even,
}

/// What the interaction loss compares pairs that attend to each other with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairs {
    /// Nothing: Σ_k Ã_ik·(1 − s_ik). Lowest when all words share all neurons.
    Attended,
    /// The word's other pairs: Σ_k (ō_ik·s_ik + Ã_ik·(1 − s_ik)) / 2, with ō_ik in proportion to
    /// 1 − â_ik. If all words share equally it is 1/2: only sharing with the right ones counts.
    Contrasted,
}
