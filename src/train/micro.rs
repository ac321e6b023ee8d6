//! A step in micro-batches: parts of a few texts, whose gradients are added up in a fixed order. So a step comes to
//! the same numbers, bit by bit, whoever computes which part.

use std::collections::BTreeSet;
use std::ops::Range;

use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::adam::{Embeddings, Rows};
use super::flat::Flat;
use super::sums::VALUES;
use super::tree;
use crate::evaluate::correct;
use crate::model::{Batch, Classifier, ModelConfig, Noise, Stream, StreamPosition, Whole, is_here};
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
    match is_here(device) {
        true => TEXTS,
        false => usize::MAX,
    }
}

impl Step {
    /// How many micro-batches there are.
    pub(super) fn count(&self) -> usize {
        self.texts.len().div_ceil(self.most)
    }

    /// The texts of some micro-batches in a row.
    fn texts(&self, parts: &Range<usize>) -> Range<usize> {
        let text = |part: usize| part.saturating_mul(self.most).min(self.texts.len());
        text(parts.start)..text(parts.end)
    }

    /// The words of some micro-batches in a row, each once.
    pub(super) fn types(&self, parts: &Range<usize>, config: &ModelConfig) -> Vec<u32> {
        Batch::types(self.whole.length, &self.slices(self.texts(parts)), config)
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

/// The part that some micro-batches have in the gradient and in the values of a step.
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
    /// The words by ascending id, `U` of them.
    types: Vec<u32>,
    /// `[U, R]`.
    gradient: Tensor<2>,
}

/// How many numbers a part has.
pub(super) struct Sizes {
    /// Parameters that are moved together.
    pub(super) parameters: usize,
    /// The words whose rows are moved, and how wide these are.
    pub(super) rows: (Vec<u32>, usize),
}

impl Learner<'_> {
    /// The sum of some micro-batches in a row, a node of the tree in which parts are added up; `rows` gives the rows of
    /// a micro-batch's words in the word table, `[U, R]`, if they are not the model's own.
    pub(super) fn learn(
        &self,
        step: &Step,
        node: &Range<usize>,
        mut rows: impl FnMut(&Range<usize>) -> Option<Tensor<2>>,
    ) -> Part {
        let mut known = |node: &Range<usize>| match node.len() {
            1 => Some(self.micro(step, node, rows(node))),
            _ => None,
        };
        let sum = tree::sum(node, &mut known, &Part::add);
        sum.expect("every leaf is known")
    }

    /// Goes through one micro-batch, forwards and backwards.
    fn micro(&self, step: &Step, part: &Range<usize>, rows: Option<Tensor<2>>) -> Part {
        let Self {
            model,
            flat,
            embeddings,
        } = *self;
        let texts = step.texts(part);
        let (config, device) = (&model.config, model.device());
        let (slices, labels) = (step.slices(texts.clone()), &step.labels[texts.clone()]);
        let input = match step.count() {
            1 => Batch::new(&slices, config, &device),
            _ => Batch::part(step.whole, &slices, config, &device),
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

    /// It again from its [joined](Self::joined) numbers, as many as `sizes` says.
    pub(super) fn cut(mut numbers: Vec<f32>, sizes: Sizes, device: &Device) -> Self {
        let Sizes {
            parameters,
            rows: (types, width),
        } = sizes;
        let rest = numbers.split_off(parameters);
        let (rows, values) = rest.split_at(types.len() * width);
        let rows = (width > 0).then(|| TensorData::new(rows.to_vec(), [types.len(), width]));
        Self {
            gradient: Tensor::from_data(TensorData::new(numbers, [parameters]), device),
            rows: rows.map(|rows| PartOfRows {
                types,
                gradient: Tensor::from_data(rows, device),
            }),
            values: Tensor::from_data(values, device),
        }
    }

    pub(super) fn add(self, other: Self) -> Self {
        Self {
            gradient: self.gradient + other.gradient,
            rows: match (self.rows, other.rows) {
                (Some(rows), Some(others)) => Some(rows.add(others)),
                (rows, others) => rows.or(others),
            },
            values: self.values + other.values,
        }
    }

    /// The whole gradient, and the values, `[VALUES]`.
    pub(super) fn whole(self) -> (Tensor<1>, Option<Rows>, Tensor<1>) {
        let rows = self.rows.map(|PartOfRows { types, gradient }| Rows {
            types: ids(&types, &gradient.device()),
            gradient,
        });
        (self.gradient, rows, self.values)
    }
}

impl Sizes {
    /// How many numbers that is, with the values.
    pub(super) fn count(&self) -> usize {
        let (types, width) = &self.rows;
        self.parameters + types.len() * width + VALUES
    }
}

impl PartOfRows {
    fn add(self, other: Self) -> Self {
        let all: BTreeSet<u32> = self.types.iter().chain(&other.types).copied().collect();
        let types: Vec<u32> = all.into_iter().collect();
        let [_, width] = self.gradient.dims();
        let device = self.gradient.device();
        let mut gradient = Tensor::zeros([types.len(), width], &device);
        for part in [self, other] {
            let place = |id: &u32| types.partition_point(|other| other < id) as u32;
            let places: Vec<u32> = part.types.iter().map(place).collect();
            let places = ids(&places, &device);
            gradient = gradient.select_assign(0, places, part.gradient, IndexingUpdateOp::Add);
        }
        Self { types, gradient }
    }
}

/// Ids as they select rows of a table.
pub(super) fn ids(ids: &[u32], device: &Device) -> Tensor<1, Int> {
    let ids: Vec<i32> = ids.iter().map(|id| id.cast_signed()).collect();
    Tensor::from_data(ids.as_slice(), device)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::model::{Winners, initial_weights, read};
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
        pollster::block_on(read(tensor)).unwrap()
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
        let whole = learner.learn(&step, &(0..step.count()), |_| None);
        let (gradient, rows, values) = whole.whole();
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
