//! What training minimises: cross-entropy plus SAFR's two losses (method §3).

mod norm;
pub mod published;
pub mod scale_free;

use burn::tensor::{Device, Int, Tensor, TensorData, activation::log_softmax};
use serde::{Deserialize, Serialize};

use crate::model::{ReadError, Reading, Trace, read};
use crate::text::Words;

/// Where the scale-free losses look (method §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Space {
    /// On the MLP neurons u, which the explanation shows.
    Mlp,
    /// On embeddings and attention rows, for comparison.
    Embedding,
}

/// What keeps the gate from closing for good (method §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum GateGuard {
    /// weight·(mean keep over words − ρ)².
    Rate {
        /// Target keep rate.
        rho: f64,
        /// How much a miss counts.
        weight: f64,
    },
    /// VMASK's −β·H(keep) (Chen & Ji 2020); the trainer anneals β.
    Entropy {
        /// Weight of the entropy.
        beta: f64,
    },
    /// Nothing.
    None,
}

/// Which of the two families of losses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Family {
    /// As published (method §3.1).
    Published,
    /// Our scale-free ones (method §3.3).
    ScaleFree {
        /// Where the losses look.
        space: Space,
        /// The gate guard.
        guard: GateGuard,
    },
}

/// L = CE + λ_imp·L_imp + λ_int·L_int, and the gate guard of the scale-free family.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// Which losses.
    pub family: Family,
    /// λ_imp ≥ 0.
    pub lambda_importance: f64,
    /// λ_int ≥ 0.
    pub lambda_interaction: f64,
}

impl Objective {
    /// How a model of this objective reads (method §3.4).
    pub fn reading(&self, words: Words) -> Reading {
        match self.family {
            Family::Published => Reading::published(words),
            Family::ScaleFree { .. } => Reading::scale_free(words),
        }
    }

    /// Whether a step moves only the words that its batch holds. The published optimiser moves
    /// all, by their momentum.
    pub fn moves_words_apart(&self) -> bool {
        matches!(self.family, Family::ScaleFree { .. })
    }

    /// The losses of one batch with its `B` labels.
    pub fn losses(&self, trace: &Trace, labels: &[usize]) -> Losses {
        let (importance, interaction, guard) = match self.family {
            Family::Published => {
                let (importance, interaction) = published::losses(trace);
                let none = importance.clone() * 0.0;
                (importance, interaction, none)
            }
            Family::ScaleFree { space, guard } => {
                let (importance, interaction) = scale_free::losses(trace, space);
                (importance, interaction, scale_free::guard(trace, guard))
            }
        };
        Losses {
            cross_entropy: cross_entropy(trace.logits.clone(), labels),
            importance,
            interaction,
            guard,
        }
    }

    /// The weighted sum that is minimised, `[1]`.
    pub fn total(&self, losses: &Losses) -> Tensor<1> {
        let mut total = losses.cross_entropy.clone() + losses.guard.clone();
        // A loss without weight stays out of the graph: its gradient would be 0 or, worse, 0·∞.
        if self.lambda_importance > 0.0 {
            total = total + losses.importance.clone() * self.lambda_importance;
        }
        if self.lambda_interaction > 0.0 {
            total = total + losses.interaction.clone() * self.lambda_interaction;
        }
        total
    }
}

/// The parts of the objective on a device, `[1]` each, λ not applied.
#[derive(Clone, Debug)]
pub struct Losses {
    /// Mean cross-entropy of the batch.
    pub cross_entropy: Tensor<1>,
    /// L_imp.
    pub importance: Tensor<1>,
    /// L_int.
    pub interaction: Tensor<1>,
    /// The gate guard; 0 for the published family.
    pub guard: Tensor<1>,
}

/// [`Losses`] as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LossNumbers {
    /// Mean cross-entropy.
    pub cross_entropy: f64,
    /// L_imp.
    pub importance: f64,
    /// L_int.
    pub interaction: f64,
    /// The gate guard.
    pub guard: f64,
}

impl Losses {
    /// Reads the four numbers at once.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn read(self) -> Result<LossNumbers, ReadError> {
        let parts = vec![
            self.cross_entropy,
            self.importance,
            self.interaction,
            self.guard,
        ];
        let values = read(Tensor::cat(parts, 0).detach()).await?;
        let at = |i: usize| f64::from(values[i]);
        Ok(LossNumbers {
            cross_entropy: at(0),
            importance: at(1),
            interaction: at(2),
            guard: at(3),
        })
    }
}

/// Mean negative log-likelihood of the labels, from logits `[B, K]`; `[1]`.
pub fn cross_entropy(logits: Tensor<2>, labels: &[usize]) -> Tensor<1> {
    let labels = label_column(labels, &logits.device());
    log_softmax(logits, 1).gather(1, labels).mean().neg()
}

/// Labels as a tensor, `[B, 1]`.
pub(crate) fn label_column(labels: &[usize], device: &Device) -> Tensor<2, Int> {
    let column: Vec<i32> = labels.iter().map(|&label| label as i32).collect();
    Tensor::from_data(TensorData::new(column, [labels.len(), 1]), device)
}

/// 1 everywhere but on the diagonal, `[L, L]`.
fn off_diagonal(length: usize, device: &Device) -> Tensor<2> {
    Tensor::ones([length, length], device) - Tensor::eye(length, device)
}
