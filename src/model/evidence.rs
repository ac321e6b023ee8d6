//! What the neurons say about each class, and what each word brings to them: exact parts of the logits,
//! read off one forward pass (method §4.2, §4.3).
//!
//! The head is linear, so a logit is a sum over places and neurons. With the attention weights, the
//! set of active neurons and the norms' scales held fixed at the computed point, a neuron's input is
//! linear in the words, and the sum splits further, into what each word brings to each place directly and
//! through attention (of the family of DecompX, arXiv 2306.02873, and AttnLRP, arXiv 2402.05602). So does the input of
//! each block below: what each word brings is followed through all of them.
//!
//! Everything is centred, that is, minus its mean over the classes, since what all classes have in common
//! decides nothing.

use burn::nn::Linear;
use burn::tensor::Tensor;

use super::block::bias;
use super::layer::back;
use super::slopes::{Slopes, below_norm, by_text, rows_through_norm, shift};
use super::{Block, Classifier, Contributions, Trace, WriteBack};
use crate::kernels;

impl Classifier {
    /// The votes q of the last block's neurons, `[1, K, F]`, or `[B, K, F]` with a pooler: by how much one unit of
    /// each neuron raises each class, up to the [scale](Trace::vote_scales) of its place.
    pub fn votes(&self, pooler_factors: Option<&Tensor<2>>) -> Tensor<3> {
        if let Some(constants) = &self.constants {
            return constants.votes.clone();
        }
        match &self.last_block().write_back {
            None => self.class_weights(pooler_factors),
            Some(write) => {
                let directions = self.class_directions(write, pooler_factors);
                write.linear.back(directions)
            }
        }
    }

    /// The bias of each class, centred, with what a pooler's biases bring, `[1, K]` or `[B, K]`.
    pub(super) fn class_biases(&self, pooler_factors: Option<&Tensor<2>>) -> Tensor<2> {
        let of_head = bias(&self.head);
        let own: Tensor<2> = (of_head.clone() - of_head.mean()).unsqueeze();
        match self.pooled_by(pooler_factors) {
            None => own,
            Some((layer, directions)) => {
                let of_layer = bias(layer).unsqueeze_dim::<2>(1);
                own + directions.matmul(of_layer.unsqueeze()).squeeze_dim::<2>(2)
            }
        }
    }

    /// Splits the logits of `trace`, a pass of this model in evaluation mode, into what brought them, with the last
    /// block as the one that is shown.
    pub fn contributions(&self, trace: &Trace) -> Contributions {
        self.contributions_at(trace, self.blocks.len() - 1)
    }

    /// The same with block number `shown`, counted from 0, as the one that is shown.
    ///
    /// # Panics
    /// If there is no such block.
    pub fn contributions_at(&self, trace: &Trace, shown: usize) -> Contributions {
        let factors = trace.pooler_factors.as_ref();
        let batch = &trace.batch;
        let [b, l] = batch.dims();
        let classes = self.config.classes - 1;
        let words = batch.valid.clone();
        let (block, layer) = (&self.blocks[shown], &trace.layers[shown]);
        let (slopes, through) = self.through_blocks(trace, shown);
        let input = layer.input.clone();
        let gated: Tensor<2> = trace.gated.clone().reshape(input.dims());
        // Otherwise what is brought are the rows that enter the block that is shown.
        let is_direct = trace.layers.len() == 1 && self.embedding_norm.is_none();
        let rows = if is_direct { gated.clone() } else { input };
        let only_words = batch.is_of_words_alone();
        let rows = match only_words {
            true => rows,
            false => rows * words.clone().reshape([b * l, 1]),
        };
        let brought = slopes.brought(block, layer, rows, [b, l]);
        let of = |rows: Tensor<2>, at: &Tensor<2>| {
            let rows = (rows * at.clone().reshape([b * l, 1])).unsqueeze_dim::<3>(0);
            by_text(through.of_entered.clone() * rows, [b, l])
        };
        let padding = if only_words {
            Tensor::zeros([b, classes], &words.device())
        } else {
            let others = words.clone().neg() + 1.0;
            let rows = of(through.entered.clone(), &others);
            sum_over(rows, None) + sum_over(through.biases.clone(), Some(&others))
        };
        let of_positions = self.positions.first(l);
        let fused = kernels::sums(&through.of_entered, &of_positions, &through.biases, &words);
        let [of_positions, of_biases] = fused.unwrap_or_else(|| {
            let positions = through.entered.clone() - gated.clone();
            [
                sum_over(of(positions, &words), None),
                sum_over(through.biases.clone(), Some(&words)),
            ]
        });
        let neurons = layer.neurons.clone();
        let is_last = shown + 1 == self.blocks.len();
        let (places, below) = if is_last {
            let votes = match &self.constants {
                Some(constants) if block.write_back.is_none() => constants.class_weights.clone(),
                _ => trace.votes.clone().narrow(1, 0, classes),
            };
            let said = neurons.matmul(votes.swap_dims(1, 2));
            let said = said * trace.vote_scales().unsqueeze_dim(2);
            (said.swap_dims(1, 2), None)
        } else {
            let votes = slopes.votes(block);
            let [_, _, count] = neurons.dims();
            let votes = votes.reshape([classes, b, l, count]).swap_dims(0, 1);
            let said = votes.clone() * neurons.unsqueeze_dim::<4>(1);
            (said.sum_dim(3).squeeze_dim(3), Some((shown, votes)))
        };
        Contributions {
            brought,
            through: (!is_direct).then(|| of(gated, &words)),
            places,
            positions: of_positions,
            biases: of_biases,
            head: match &self.constants {
                Some(constants) => constants.class_biases.clone(),
                None => self.class_biases(factors).narrow(1, 0, classes),
            },
            padding,
            below,
        }
    }

    /// From the last block down to the words, with the slopes in block number `shown` on the way.
    fn through_blocks(&self, trace: &Trace, shown: usize) -> (Slopes, Through) {
        let dims = trace.batch.dims();
        let mut slopes = Slopes::of_last(self, trace);
        let mut of_shown = slopes.clone();
        let mut biases = slopes.biases(self.last_block(), dims);
        for at in (0..self.blocks.len() - 1).rev() {
            let of_output = slopes.of_rows(&self.blocks[at + 1], &trace.layers[at + 1], dims);
            slopes = Slopes::below(&self.blocks[at], &trace.layers[at], of_output);
            biases = biases + slopes.biases(&self.blocks[at], dims);
            if at == shown {
                of_shown = slopes.clone();
            }
        }
        let of_rows = slopes.of_rows(&self.blocks[0], &trace.layers[0], dims);
        (of_shown, self.through_embedding(trace, of_rows, biases))
    }

    /// From the rows that enter the first block, `of_rows`, `[C, B·L, E]`, down to the words.
    fn through_embedding(&self, trace: &Trace, of_rows: Tensor<3>, biases: Tensor<3>) -> Through {
        let dims = trace.batch.dims();
        let [b, l] = dims;
        let [_, _, width] = trace.gated.dims();
        let positions = self.positions.first(l).unsqueeze::<3>();
        let entered = (trace.gated.clone() + positions).reshape([b * l, width]);
        let Some(norm) = &self.embedding_norm else {
            return Through {
                of_entered: of_rows,
                entered,
                biases,
            };
        };
        let epsilon = self.config.architecture.norm_epsilon;
        let shifted = of_rows.clone() * shift(norm).unsqueeze::<3>();
        Through {
            of_entered: below_norm(of_rows, norm, entered.clone(), epsilon),
            entered,
            biases: biases + by_text(shifted, dims),
        }
    }

    /// `trace`, a pass of this model, with how much each word brings. Any dropout is included.
    pub fn with_amounts(&self, trace: Trace) -> Trace {
        // [B, C, L]: the last class has what is missing from the others.
        let Contributions {
            brought, through, ..
        } = self.contributions(&trace);
        let brought: Tensor<3> = match through {
            Some(through) => through.detach(),
            None => brought.detach().sum_dim(2).squeeze_dim(2),
        };
        let last = brought.clone().sum_dim(1);
        let squares = (brought.clone() * brought).sum_dim(1) + last.clone() * last;
        Trace {
            amounts: Some(squares.sqrt().squeeze_dim(1)),
            ..trace
        }
    }

    pub(super) fn last_block(&self) -> &Block {
        self.blocks.last().expect("a model has a block")
    }

    /// What was pooled is multiplied by this for each class, centred over the classes, `[1, K, F or E]` or, with a
    /// pooler, `[B, K, E]`.
    pub(super) fn class_weights(&self, pooler_factors: Option<&Tensor<2>>) -> Tensor<3> {
        match self.pooled_by(pooler_factors) {
            None => self.head_weights().unsqueeze(),
            Some((layer, directions)) => directions.matmul(back(layer)),
        }
    }

    /// [`class_weights`](Self::class_weights) of the first C classes in the pass of `trace`.
    pub(super) fn first_class_weights(&self, trace: &Trace) -> Tensor<3> {
        if let Some(constants) = &self.constants {
            return constants.class_weights.clone();
        }
        let all = match &self.last_block().write_back {
            None => trace.votes.clone(),
            Some(_) => self.class_weights(trace.pooler_factors.as_ref()),
        };
        all.narrow(1, 0, self.config.classes - 1)
    }

    /// The head's weights, centred over the classes, `[K, F or E]`.
    fn head_weights(&self) -> Tensor<2> {
        let weights = self.head.weight.val().swap_dims(0, 1);
        weights.clone() - weights.mean_dim(0)
    }

    /// The pooler's layer, if there is one, and what its outputs are multiplied by for each class, `[B, K, E]`.
    fn pooled_by(&self, factors: Option<&Tensor<2>>) -> Option<(&Linear, Tensor<3>)> {
        let (layer, factors) = self.pooler.as_ref().zip(factors)?;
        let factors = factors.clone().unsqueeze_dim::<3>(1);
        Some((layer, self.head_weights().unsqueeze::<3>() * factors))
    }

    /// What the second norm's input is multiplied by on the way to each class, apart from its scale, `[1, K, E]` or
    /// `[B, K, E]`.
    fn class_directions(&self, write: &WriteBack, pooler_factors: Option<&Tensor<2>>) -> Tensor<3> {
        rows_through_norm(self.class_weights(pooler_factors), &write.norm)
    }
}

/// What the words' rows are multiplied by on their way through all blocks.
struct Through {
    /// How the centred logits change with embeddings and positions, `[C, B·L, E]`.
    of_entered: Tensor<3>,
    /// Gated embeddings plus positions, `[B·L, E]`.
    entered: Tensor<2>,
    /// What all biases but the head's bring to each place, `[B, C, L]`.
    biases: Tensor<3>,
}

/// Sums over the places, `[B, C]` of `[B, C, L]`, of all or of those that `chosen`, `[B, L]`, holds.
fn sum_over(of_places: Tensor<3>, chosen: Option<&Tensor<2>>) -> Tensor<2> {
    let of_places = match chosen {
        None => of_places,
        Some(chosen) => of_places * chosen.clone().unsqueeze_dim(1),
    };
    of_places.sum_dim(2).squeeze_dim(2)
}
