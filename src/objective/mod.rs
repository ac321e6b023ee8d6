//! What training minimises: cross-entropy plus SAFR's two losses (method §3).

pub(crate) mod earlier;
mod forms;
mod norm;
pub mod published;
pub(crate) mod range;
pub mod scale_free;
mod words;

use burn::tensor::{Device, Int, Tensor, TensorData, activation::log_softmax};
use serde::{Deserialize, Serialize};

pub use forms::{Apart, Family, GateGuard, Overlap, Pairs, RateOf, ScaleFree, Space, Weight};

use crate::model::{Classifier, ReadError, Reading, Readout, Trace, Winners, read};
use crate::text::Words;

/// L = CE + λ_imp·L_imp + λ_int·L_int, and the gate guard of the scale-free family.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// Which losses.
    pub family: Family,
    /// λ_imp ≥ 0.
    #[serde(deserialize_with = "range::weight")]
    pub lambda_importance: f64,
    /// λ_int ≥ 0.
    #[serde(deserialize_with = "range::weight")]
    pub lambda_interaction: f64,
    /// What SAFR is compared with.
    #[serde(default)]
    pub controls: Controls,
}

/// Weights of simpler penalties, with which SAFR is compared (method §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controls {
    /// Of the words' mean squared embedding norm, ‖x_v‖².
    #[serde(deserialize_with = "range::weight")]
    pub embedding_l2: f64,
    /// Of the words' mean summed activation, Σ_n u_n, over blocks.
    #[serde(deserialize_with = "range::weight")]
    pub neuron_l1: f64,
    /// Of the words' mean summed evidence, Σ_n z_n, of the last block.
    #[serde(default, deserialize_with = "range::weight")]
    pub evidence_l1: f64,
}

impl Objective {
    /// The same with all that is beside cross-entropy weighted by `factor` once more.
    #[must_use]
    pub fn weighted(self, factor: f64) -> Self {
        let family = match self.family {
            Family::ScaleFree(options) => Family::ScaleFree(ScaleFree {
                guard: options.guard.weighted(factor),
                ..options
            }),
            Family::Published => Family::Published,
        };
        Self {
            family,
            lambda_importance: self.lambda_importance * factor,
            lambda_interaction: self.lambda_interaction * factor,
            controls: Controls {
                embedding_l2: self.controls.embedding_l2 * factor,
                neuron_l1: self.controls.neuron_l1 * factor,
                evidence_l1: self.controls.evidence_l1 * factor,
            },
        }
    }

    /// SAFR's two losses without other penalties.
    pub fn new(family: Family, lambda_importance: f64, lambda_interaction: f64) -> Self {
        Self {
            family,
            lambda_importance,
            lambda_interaction,
            controls: Controls::default(),
        }
    }

    /// Whether anything beside cross-entropy has a weight.
    pub fn is_regularised(&self) -> bool {
        self.weighted(0.0) != *self
    }

    /// How a model of this objective reads (method §3.4).
    pub fn reading(&self, words: Words) -> Reading {
        match self.family {
            Family::Published => Reading::published(words),
            Family::ScaleFree(_) => Reading::scale_free(words),
        }
    }

    /// What the head of a fresh model of this objective reads unless told otherwise (method §2.6).
    pub fn readout(&self) -> Readout {
        match self.family {
            Family::Published => Readout::Residual,
            Family::ScaleFree(_) => Readout::Neurons,
        }
    }

    /// Which words of a text may take each neuron of a model that is trained by it and whose head reads
    /// what `readout` says (method §2.6); `None`: it does not matter.
    pub fn winners(&self, readout: Readout) -> Option<Winners> {
        match (self.family, readout) {
            (Family::ScaleFree(options), Readout::Neurons) => options.winners,
            _ => None,
        }
    }

    /// Whether a step moves only the words that its batch holds. The published optimiser moves
    /// all, by their momentum.
    pub fn moves_words_apart(&self) -> bool {
        matches!(self.family, Family::ScaleFree(_))
    }

    /// `trace`, a pass of `model`, with all that the losses look at.
    pub fn prepared(&self, model: &Classifier, trace: Trace) -> Trace {
        match self.family {
            Family::ScaleFree(ScaleFree {
                guard: GateGuard::Agreement { .. },
                ..
            }) => model.with_amounts(trace),
            _ => trace,
        }
    }

    /// The losses of one batch with its `B` labels, of a [prepared](Self::prepared) pass.
    pub fn losses(&self, trace: &Trace, labels: &[usize]) -> Losses {
        self.with_losses(trace, labels, true)
    }

    /// The losses that are minimised: L_imp and L_int are 0 where both have no weight.
    pub fn minimised_losses(&self, trace: &Trace, labels: &[usize]) -> Losses {
        let weighty = self.lambda_importance > 0.0 || self.lambda_interaction > 0.0;
        self.with_losses(trace, labels, weighty)
    }

    fn with_losses(&self, trace: &Trace, labels: &[usize], both: bool) -> Losses {
        let none = || Tensor::zeros([labels.len(), 1], &trace.logits.device());
        let (importance, interaction) = match self.family {
            _ if !both => (none(), none()),
            Family::Published => published::losses(trace),
            Family::ScaleFree(options) => scale_free::losses(trace, &options),
        };
        let guard = match self.family {
            Family::Published => None,
            Family::ScaleFree(options) => scale_free::guard(trace, &options),
        };
        Losses {
            cross_entropy: cross_entropy(trace.logits.clone(), labels),
            importance,
            interaction,
            guard: guard.unwrap_or_else(none),
            penalty: self.controls.penalty(trace),
        }
    }

    /// The weighted sum that is minimised, `[1]`.
    pub fn total(&self, losses: &Losses) -> Tensor<1> {
        let mut of_texts = losses.cross_entropy.clone() + losses.guard.clone();
        // A loss without weight stays out of the graph: its gradient would be 0 or, worse, 0·∞.
        if self.lambda_importance > 0.0 {
            of_texts = of_texts + losses.importance.clone() * self.lambda_importance;
        }
        if self.lambda_interaction > 0.0 {
            of_texts = of_texts + losses.interaction.clone() * self.lambda_interaction;
        }
        let total = of_texts.mean();
        match &losses.penalty {
            Some(penalty) => total + penalty.clone(),
            None => total,
        }
    }
}

impl Controls {
    /// The weighted penalties, each the mean over the batch's words, `[1]`.
    fn penalty(&self, trace: &Trace) -> Option<Tensor<1>> {
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

/// The parts of the objective on a device, of each text, `[B, 1]` each, λ not applied.
#[derive(Clone, Debug)]
pub struct Losses {
    /// Cross-entropy.
    pub cross_entropy: Tensor<2>,
    /// L_imp.
    pub importance: Tensor<2>,
    /// L_int.
    pub interaction: Tensor<2>,
    /// The gate guard; 0 for the published family.
    pub guard: Tensor<2>,
    /// The controls, weighted, of the batch, `[1]`; `None` where none has a weight.
    pub penalty: Option<Tensor<1>>,
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
    /// The four losses side by side, `[B, 1]` each, without what a gradient needs.
    pub(crate) fn columns(&self) -> Vec<Tensor<2>> {
        let columns = [
            &self.cross_entropy,
            &self.importance,
            &self.interaction,
            &self.guard,
        ];
        columns.map(|column| column.clone().detach()).to_vec()
    }

    /// Reads the means of the four losses over the texts at once.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn read(self) -> Result<LossNumbers, ReadError> {
        let means: Tensor<1> = Tensor::cat(self.columns(), 1).mean_dim(0).squeeze_dim(0);
        let values = read(means).await?;
        let at = |i: usize| f64::from(values[i]);
        Ok(LossNumbers {
            cross_entropy: at(0),
            importance: at(1),
            interaction: at(2),
            guard: at(3),
        })
    }
}

/// Negative log-likelihood of each text's label, `[B, 1]`, from logits `[B, K]`.
pub fn cross_entropy(logits: Tensor<2>, labels: &[usize]) -> Tensor<2> {
    let [texts, classes] = logits.dims();
    let chosen = (0..texts * classes).map(|at| -f32::from(labels[at / classes] == at % classes));
    let chosen = TensorData::new(chosen.collect::<Vec<f32>>(), [texts, classes]);
    let chosen = Tensor::from_data(chosen, &logits.device());
    (log_softmax(logits, 1) * chosen).sum_dim(1)
}

/// z_in = u_in·‖q_n‖ of the last block, `[B, L, F]`: neurons by how much their votes tell the classes
/// apart.
fn weighed_neurons(trace: &Trace) -> Tensor<3> {
    let votes = trace.votes.clone();
    let norms = norm::root((votes.clone() * votes).sum_dim(0));
    trace.last_layer().neurons.clone() * norms.unsqueeze::<3>()
}

/// Labels as a tensor, `[B, 1]`.
pub(crate) fn label_column(labels: &[usize], device: &Device) -> Tensor<2, Int> {
    let column: Vec<i32> = labels.iter().map(|&label| label as i32).collect();
    Tensor::from_data(TensorData::new(column, [labels.len(), 1]), device)
}

/// 1 everywhere but on the diagonal, `[L, L]`.
fn off_diagonal(length: usize, device: &Device) -> Tensor<2> {
    pairs_where(length, device, |i, j| i != j)
}

/// 1 for the pairs of positions of which `holds` is true, 0 for the others, `[L, L]`; filled in
/// on the host, which is one upload instead of several programs on a GPU.
fn pairs_where(length: usize, device: &Device, holds: impl Fn(usize, usize) -> bool) -> Tensor<2> {
    let values: Vec<f32> = (0..length * length)
        .map(|at| f32::from(holds(at / length, at % length)))
        .collect();
    Tensor::from_data(TensorData::new(values, [length, length]), device)
}
