//! The total that is minimised.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{
    Family, GateGuard, Losses, Penalties, RateOf, ScaleFree, cross_entropy, published, range,
    scale_free,
};
use crate::model::{Batch, Classifier, Reading, Readout, Trace, Winners};
use crate::text::Tokenizer;

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
    /// Penalties with which SAFR is compared.
    #[serde(default)]
    pub penalties: Penalties,
}

/// Losses that look at a block that the model does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the losses look at layer {}, but the model has {count}", layer + 1)]
pub struct NoSuchLayer {
    /// The block, counted from 0.
    pub layer: usize,
    /// How many there are.
    pub count: usize,
}

impl Objective {
    /// The same with everything but cross-entropy weighted by `factor` once more.
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
            penalties: self.penalties.weighted(factor),
        }
    }

    /// SAFR's two losses without other penalties.
    pub fn new(family: Family, lambda_importance: f64, lambda_interaction: f64) -> Self {
        Self {
            family,
            lambda_importance,
            lambda_interaction,
            penalties: Penalties::default(),
        }
    }

    /// Whether anything but cross-entropy has a weight.
    pub fn is_regularised(&self) -> bool {
        self.weighted(0.0) != *self
    }

    /// How a model trained with this objective reads (method §3.4).
    pub fn reading(&self, words: Tokenizer) -> Reading {
        match self.family {
            Family::Published => Reading::published(words),
            Family::ScaleFree(_) => Reading::scale_free(words),
        }
    }

    /// What the head of a fresh model reads by default with this objective (method §2.6).
    pub fn readout(&self) -> Readout {
        match self.family {
            Family::Published => Readout::Residual,
            Family::ScaleFree(_) => Readout::Neurons,
        }
    }

    /// Which words of a text may take each neuron of a model that is trained with it and whose head reads
    /// what `readout` says (method §2.6); `None`: it does not matter.
    pub fn winners(&self, readout: Readout) -> Option<Winners> {
        match (self.family, readout) {
            (Family::ScaleFree(options), Readout::Neurons) => options.winners,
            _ => None,
        }
    }

    /// The same, described for a model that has these winners, whatever was asked for: a head that reads the
    /// residual stream has none, and one that starts from another keeps that one's if none are asked for.
    #[must_use]
    pub fn with_winners(mut self, winners: Option<Winners>) -> Self {
        if let Family::ScaleFree(options) = &mut self.family {
            options.winners = winners;
        }
        self
    }

    /// Checks that a model of `count` blocks has those at which the losses look.
    ///
    /// # Errors
    /// Names the first that it does not have.
    pub fn check_layers(&self, count: usize) -> Result<(), NoSuchLayer> {
        let Family::ScaleFree(options) = self.family else {
            return Ok(());
        };
        let missing = options.layers_of(count).into_iter().find(|&at| at >= count);
        missing.map_or(Ok(()), |layer| Err(NoSuchLayer { layer, count }))
    }

    /// Whether a step moves only the words in its batch. The published optimiser moves
    /// all, by their momentum.
    pub fn moves_words_apart(&self) -> bool {
        matches!(self.family, Family::ScaleFree(_))
    }

    /// `trace`, a pass of `model`, with everything that the losses look at.
    pub fn prepared(&self, model: &Classifier, trace: Trace) -> Trace {
        match self.family {
            Family::ScaleFree(ScaleFree {
                guard: GateGuard::Agreement { .. },
                ..
            }) => model.with_amounts(trace),
            _ => trace,
        }
    }

    /// The losses of one batch with its `B` labels, from a [prepared](Self::prepared) pass.
    pub fn losses(&self, trace: &Trace, labels: &[usize]) -> Losses {
        self.with_losses(trace, labels, true)
    }

    /// The losses that are minimised: L_imp and L_int are 0 if neither has a weight.
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
            penalty: self.penalties.penalty(trace),
            texts: trace
                .batch
                .part_of
                .map_or(labels.len(), |whole| whole.texts),
        }
    }

    /// The mean keep probability of all words of a batch in evaluation mode, `[1]`, if the guard looks at that: what
    /// the parts of a batch cannot know by themselves.
    pub fn keep_of_batch(&self, model: &Classifier, batch: &Batch) -> Option<Tensor<1>> {
        let looks = matches!(
            self.family,
            Family::ScaleFree(ScaleFree {
                guard: GateGuard::Rate { .. },
                rate_of: RateOf::Batch,
                ..
            })
        );
        looks.then(|| scale_free::mean_keep(model.keep_probabilities(batch), batch))
    }

    /// The weighted sum that is minimised, `[1]`; those of a batch's parts add up to the batch's.
    pub fn total(&self, losses: &Losses) -> Tensor<1> {
        let mut of_texts = losses.cross_entropy.clone() + losses.guard.clone();
        // A loss without weight stays out of the graph: its gradient would be 0 or, worse, 0·∞.
        if self.lambda_importance > 0.0 {
            of_texts = of_texts + losses.importance.clone() * self.lambda_importance;
        }
        if self.lambda_interaction > 0.0 {
            of_texts = of_texts + losses.interaction.clone() * self.lambda_interaction;
        }
        let [texts, _] = of_texts.dims();
        let total = match losses.texts {
            all if all == texts => of_texts.mean(),
            all => of_texts.sum() / all as f64,
        };
        match &losses.penalty {
            Some(penalty) => total + penalty.clone(),
            None => total,
        }
    }
}
