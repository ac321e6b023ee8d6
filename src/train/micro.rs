//! A step in micro-batches: parts of a few texts, whose gradients are added up in a fixed order. So a step comes to
//! the same numbers, bit by bit, whoever computes which part.

use std::collections::BTreeSet;
use std::ops::Range;

use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::adam::{Embeddings, Rows};
use super::flat::Flat;
use super::sums::VALUES;
use crate::evaluate::correct;
use crate::model::{Batch, Classifier, ModelConfig, Noise, Stream, StreamPosition, Whole};
use crate::objective::Objective;

/// Texts of a micro-batch: few, so that there is work for many.
const TEXTS: usize = 4;

/// What is to be learned from in one step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Step {
    /// Ids of the words, text by text.
    pub(super) texts: Vec<Vec<u32>>,
    pub(super) labels: Vec<usize>,
    /// All of the texts as one batch.
    pub(super) whole: Whole,
    /// Where the run's stream is before the noise of the step is drawn from it.
    pub(super) noise: StreamPosition,
    /// What is minimised.
    pub(super) objective: Objective,
    /// Maximum number of texts in a micro-batch.
    pub(super) most: usize,
}

/// How many texts a micro-batch has at most on `device`: a GPU takes a batch as a whole.
pub(super) fn most(device: &Device) -> usize {
    match device.clone().without_autodiff() == Device::flex() {
        true => TEXTS,
        false => usize::MAX,
    }
}

impl Step {
    /// The texts of each micro-batch.
    pub(super) fn parts(&self) -> Vec<Range<usize>> {
        let all = self.texts.len();
        let starts = (0..all).step_by(self.most);
        starts
            .map(|start| start..all.min(start.saturating_add(self.most)))
            .collect()
    }

    /// Whether the batch is not cut.
    fn is_whole(&self) -> bool {
        self.texts.len() <= self.most
    }

    /// The words of a micro-batch, each once.
    pub(super) fn types(&self, texts: Range<usize>, config: &ModelConfig) -> Vec<u32> {
        Batch::types(self.whole.length, &self.slices(texts), config)
    }

    fn slices(&self, texts: Range<usize>) -> Vec<&[u32]> {
        self.texts[texts].iter().map(Vec::as_slice).collect()
    }
}

/// A model that learns, and which of its parameters do.
pub(super) struct Learner<'a> {
    pub(super) model: &'a Classifier,
    pub(super) flat: &'a Flat,
    pub(super) embeddings: Embeddings,
}

/// What comes of a micro-batch: its part in the gradient and in the values of a step.
pub(super) struct Part {
    /// Of the parameters that are moved together, `[N]`.
    gradient: Tensor<1>,
    /// Of the rows of the word table, if they are moved by rows.
    rows: Option<PartOfRows>,
    /// Cross-entropy, L_imp, L_int and guard times the number of texts, and the number of texts classified correctly,
    /// `[VALUES]`.
    values: Tensor<1>,
}

/// The gradient of some words' rows.
struct PartOfRows {
    /// The words, `U` of them.
    types: Vec<u32>,
    /// `[U, R]`.
    gradient: Tensor<2>,
}

impl Learner<'_> {
    /// Goes through the micro-batch of these `texts`, forwards and backwards; `rows` are those of its words in the word
    /// table, `[U, R]`, if not the model's own.
    pub(super) fn learn(&self, step: &Step, texts: Range<usize>, rows: Option<Tensor<2>>) -> Part {
        let Self {
            model,
            flat,
            embeddings,
        } = *self;
        let (config, device) = (&model.config, model.device());
        let (slices, labels) = (step.slices(texts.clone()), &step.labels[texts.clone()]);
        let input = match step.is_whole() {
            true => Batch::new(&slices, config, &device),
            false => Batch::part(step.whole, &slices, config, &device),
        };
        let dims = [step.whole.texts, step.whole.length];
        let mut stream = Stream::at(step.noise);
        let noise = Noise::draw_part(&mut stream, config, (dims, texts), &device);
        let rows = match rows {
            Some(rows) => rows.autodiff(),
            None => model.rows(&input),
        };
        let leaf = (embeddings == Embeddings::ByRows).then(|| rows.clone().detach().require_grad());
        let rows = leaf.clone().unwrap_or(rows);
        let trace = model.forward_rows(&input, rows, Some(&noise));
        let trace = step.objective.prepared(model, trace);
        let losses = step.objective.minimised_losses(&trace, labels);
        let mut gradients = step.objective.total(&losses).backward();
        let mut columns = losses.columns();
        columns.push(correct(trace.logits.detach(), labels));
        let values: Tensor<1> = Tensor::cat(columns, 1).sum_dim(0).squeeze_dim(0);
        let of_leaf = leaf.and_then(|leaf| leaf.grad_remove(&mut gradients));
        Part {
            gradient: flat.gradients(model, &mut gradients),
            rows: of_leaf.map(|gradient| PartOfRows {
                types: input.type_ids,
                gradient,
            }),
            values: values.without_autodiff(),
        }
    }
}

impl Part {
    /// All of its numbers in one row.
    pub(super) fn joined(self) -> Tensor<1> {
        let rows = self.rows.map(|rows| rows.gradient.flatten(0, 1));
        let parts = [Some(self.gradient), rows, Some(self.values)];
        Tensor::cat(parts.into_iter().flatten().collect(), 0)
    }

    /// How many numbers it has: of `parameters` that are moved together and of `types` rows, each `width` wide.
    pub(super) fn count(parameters: usize, (types, width): (usize, usize)) -> usize {
        parameters + types * width + VALUES
    }

    /// It again from its [joined](Self::joined) `numbers`, of `parameters` that are moved together and of the rows of
    /// `types`; `None` if they are too few or too many.
    pub(super) fn cut(
        numbers: &[f32],
        parameters: usize,
        (types, width): (Vec<u32>, usize),
        device: &Device,
    ) -> Option<Self> {
        if numbers.len() != Self::count(parameters, (types.len(), width)) {
            return None;
        }
        let (gradient, rest) = numbers.split_at(parameters);
        let (rows, values) = rest.split_at(types.len() * width);
        let rows = (width > 0).then(|| TensorData::new(rows.to_vec(), [types.len(), width]));
        Some(Self {
            gradient: Tensor::from_data(gradient, device),
            rows: rows.map(|rows| PartOfRows {
                types,
                gradient: Tensor::from_data(rows, device),
            }),
            values: Tensor::from_data(values, device),
        })
    }

    /// The gradient of all parts together, and the values, `[VALUES]`.
    pub(super) fn sum(parts: Vec<Self>) -> (Tensor<1>, Option<Rows>, Tensor<1>) {
        let mut sum: Option<(Tensor<1>, Tensor<1>)> = None;
        let mut rows = Vec::new();
        for part in parts {
            rows.extend(part.rows);
            sum = Some(match sum {
                None => (part.gradient, part.values),
                Some((gradient, values)) => (gradient + part.gradient, values + part.values),
            });
        }
        let (gradient, values) = sum.expect("a step has a text");
        (gradient, PartOfRows::sum(rows), values)
    }
}

impl PartOfRows {
    fn sum(parts: Vec<Self>) -> Option<Rows> {
        let first = parts.first()?;
        let device = first.gradient.device();
        let all: BTreeSet<u32> = parts
            .iter()
            .flat_map(|part| part.types.iter().copied())
            .collect();
        let all: Vec<u32> = all.into_iter().collect();
        let ids = |ids: Vec<usize>| -> Tensor<1, Int> {
            let ids: Vec<i32> = ids.into_iter().map(|id| id as i32).collect();
            Tensor::from_data(ids.as_slice(), &device)
        };
        let types = ids(all.iter().map(|&id| id as usize).collect());
        if let [only] = &parts[..] {
            return Some(Rows {
                types,
                gradient: only.gradient.clone(),
            });
        }
        let [_, width] = first.gradient.dims();
        let mut gradient = Tensor::zeros([all.len(), width], &device);
        for part in parts {
            let place = |id: &u32| all.partition_point(|other| other < id);
            let places = ids(part.types.iter().map(place).collect());
            gradient = gradient.select_assign(0, places, part.gradient, IndexingUpdateOp::Add);
        }
        Some(Rows { types, gradient })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::model::{Winners, initial_weights};
    use crate::objective::{Family, GateGuard, Layers, Penalties, RateOf, ScaleFree};
    use crate::text::Tokenizer;

    fn objectives() -> [Objective; 3] {
        let family = |guard, rate_of, layers| {
            Family::ScaleFree(ScaleFree {
                guard,
                rate_of,
                layers,
                ..ScaleFree::PLAIN
            })
        };
        let rate = GateGuard::Rate {
            rho: 0.2,
            weight: 3.0,
        };
        let agreement = GateGuard::Agreement { weight: 2.0 };
        [
            Objective::new(family(rate, RateOf::Batch, None), 1.0, 1.0),
            Objective {
                penalties: Penalties {
                    embedding_l2: 0.1,
                    neuron_l1: 0.2,
                    evidence_l1: 0.3,
                },
                ..Objective::new(family(agreement, RateOf::Text, Some(Layers::All)), 1.0, 1.0)
            },
            Objective::new(Family::Published, 0.01, 1.0),
        ]
    }

    fn numbers(tensor: Tensor<1>) -> Vec<f32> {
        tensor.into_data().try_to_vec().unwrap()
    }

    /// Gradient and values of one step in parts of at most so many texts.
    fn learned(objective: Objective, embeddings: Embeddings, most: usize) -> [Vec<f32>; 3] {
        let config = ModelConfig {
            d_model: 4,
            heads: 1,
            d_ff: 6,
            mask_hidden: 2,
            max_len: 6,
            layers: 2,
            word_dropout: 0.2,
            winners: objective.winners(objective.readout()).or(Some(Winners {
                count: 2,
                correlated: 0.0,
            })),
            ..ModelConfig::new(9, 2, objective.reading(Tokenizer::Default))
        };
        let weights = initial_weights(&config, &mut Stream::new(1));
        let model = Classifier::new(&config, &weights, &Device::flex().autodiff()).unwrap();
        let texts: [&[u32]; 5] = [&[2, 3, 4, 5], &[3], &[], &[8, 8, 2], &[7, 6, 5, 4, 3, 2]];
        let mut whole = Whole::of(&texts, &config);
        let batch = Batch::new(&texts, &config, &model.device());
        let keep = objective.keep_of_batch(&model, &batch);
        whole.keep = keep.map(|keep| numbers(keep.without_autodiff())[0]);
        let step = Step {
            texts: texts.iter().map(|text| text.to_vec()).collect(),
            labels: vec![0, 1, 0, 1, 1],
            whole,
            noise: Stream::new(3).position(),
            objective,
            most,
        };
        let (flat, _) = embeddings.flat_of(&model);
        let learner = Learner {
            model: &model,
            flat: &flat,
            embeddings,
        };
        let parts = step.parts().into_iter();
        let parts = parts
            .map(|texts| learner.learn(&step, texts, None))
            .collect();
        let (gradient, rows, values) = Part::sum(parts);
        let rows = rows.map(|rows| numbers(rows.gradient.flatten(0, 1)));
        [numbers(gradient), rows.unwrap_or_default(), numbers(values)]
    }

    /// The guard and the penalties of a batch look at all of its words at once.
    #[test]
    fn parts_add_up_to_the_whole() {
        for objective in objectives() {
            for embeddings in [Embeddings::ByRows, Embeddings::Whole, Embeddings::Frozen] {
                let whole = learned(objective, embeddings, usize::MAX);
                for most in [1, 2, 4] {
                    let parts = learned(objective, embeddings, most);
                    for (whole, parts) in whole.iter().zip(&parts) {
                        assert_eq!(whole.len(), parts.len());
                        let scale = whole.iter().fold(0.0f32, |most, x| most.max(x.abs()));
                        for (one, other) in whole.iter().zip(parts) {
                            assert!(
                                (one - other).abs() <= 1e-5 * scale,
                                "{one} or {other} in parts of {most}: {objective:?} {embeddings:?}"
                            );
                        }
                    }
                }
            }
        }
    }
}
