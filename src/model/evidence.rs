//! What the neurons say about each class, and what each word brings to them: exact parts of the logits,
//! read off one forward pass (method §4.2, §4.3).
//!
//! The head is linear, so a logit is a sum over places and neurons. With the attention weights, the
//! set of active neurons and the norms' scales held fixed at the computed point, a neuron's input is
//! linear in the words, and the sum splits further, into what each word brings to each place directly and
//! through attention (of the family of DecompX, arXiv 2306.02873, and AttnLRP, arXiv 2402.05602).
//!
//! Everything is centred, that is, minus its mean over the classes, since what all classes have in common
//! decides nothing.

use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use super::block::per_deviation;
use super::{Block, Classifier, Contributions, LayerTrace, Trace, WriteBack};

impl Classifier {
    /// The votes q of the last block's neurons, `[1, K, F]`, or `[B, K, F]` with a pooler: by how much one unit of
    /// each neuron raises each class, up to the [scale](Trace::vote_scales) of its place.
    pub fn votes(&self, pooler_factors: Option<&Tensor<2>>) -> Tensor<3> {
        match &self.last_block().write_back {
            None => self.class_weights(pooler_factors),
            Some(write) => {
                let written = write.linear.weight.val().swap_dims(0, 1);
                let directions = self.class_directions(write, pooler_factors);
                directions.matmul(written.unsqueeze())
            }
        }
    }

    /// The bias of each class, centred, with what a pooler's biases bring, `[1, K]` or `[B, K]`.
    fn class_biases(&self, pooler_factors: Option<&Tensor<2>>) -> Tensor<2> {
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

    /// Splits the logits of `trace`, a pass of this model in evaluation mode, into what brought them.
    pub fn contributions(&self, trace: &Trace) -> Contributions {
        let factors = trace.pooler_factors.as_ref();
        let slopes = Slopes::of(self, trace);
        let batch = &trace.batch;
        let [b, l] = batch.dims();
        let classes = slopes.of_input.dims()[0];
        let words = batch.valid.clone();
        let at_words: Tensor<2> = words.clone().reshape([b * l, 1]);
        let block = self.last_block();
        let layer = trace.last_layer();
        let nothing = || Tensor::zeros([b, classes], &words.device());
        let to_all_places = |rows: Tensor<2>| {
            let mixed = mixed(block, layer, rows.clone(), [b, l]);
            sum_over(slopes.along(rows + mixed, [b, l]), None)
        };
        let input = layer.input.clone();
        // With several blocks, what is brought are the last one's input rows, which include positions.
        let (rows, positions) = match trace.layers.len() {
            1 => {
                let gated: Tensor<2> = trace.gated.clone().reshape(input.dims());
                let positions = (input.clone() - gated.clone()) * at_words.clone();
                (gated, to_all_places(positions))
            }
            _ => (input.clone(), nothing()),
        };
        let biases = slopes.biases(self, trace);
        let padding = if batch.pad_bias.is_none() && batch.special.is_none() {
            nothing()
        } else {
            let others = words.clone().neg() + 1.0;
            let rows = input * others.clone().reshape([b * l, 1]);
            to_all_places(rows) + sum_over(biases.clone(), Some(&others))
        };
        let scaled = layer.neurons.clone() * trace.vote_scales().unsqueeze_dim(2);
        let votes = trace.votes.clone().narrow(1, 0, classes).swap_dims(1, 2);
        Contributions {
            brought: slopes.brought(block, layer, rows * at_words, [b, l]),
            places: scaled.matmul(votes).swap_dims(1, 2),
            positions,
            biases: sum_over(biases, Some(&words)),
            head: self.class_biases(factors).narrow(1, 0, classes),
            padding,
        }
    }

    /// `trace`, a pass of this model, with how much each word brings. Any dropout is included.
    pub fn with_amounts(&self, trace: Trace) -> Trace {
        // [B, C, L]: the last class has what is missing from the others.
        let brought = self.contributions(&trace).brought.detach();
        let brought: Tensor<3> = brought.sum_dim(2).squeeze_dim(2);
        let last = brought.clone().sum_dim(1);
        let squares = (brought.clone() * brought).sum_dim(1) + last.clone() * last;
        Trace {
            amounts: Some(squares.sqrt().squeeze_dim(1)),
            ..trace
        }
    }

    fn last_block(&self) -> &Block {
        self.blocks.last().expect("a model has a block")
    }

    /// What was pooled is multiplied by this for each class, centred over the classes, `[1, K, F or E]` or, with a
    /// pooler, `[B, K, E]`.
    fn class_weights(&self, pooler_factors: Option<&Tensor<2>>) -> Tensor<3> {
        match self.pooled_by(pooler_factors) {
            None => self.head_weights().unsqueeze(),
            Some((layer, directions)) => {
                let weight = layer.weight.val().swap_dims(0, 1);
                directions.matmul(weight.unsqueeze())
            }
        }
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
        let weights = self.class_weights(pooler_factors);
        let [texts, classes, width] = weights.dims();
        through_norm(weights.reshape([texts * classes, width]), &write.norm)
            .reshape([texts, classes, width])
    }
}

/// How the centred logits of the first C classes change with what enters the last block, at the computed
/// point.
struct Slopes {
    /// With the sum of attention and residual, w, `[C, B·L, E]`.
    of_input: Tensor<3>,
    /// With the first norm's output, `[C, B·L, E]`.
    of_normalised: Tensor<3>,
    /// With the neurons' input, `[C, B·L, F]`.
    of_neurons: Tensor<3>,
    /// With what is written back, `[C, B·L, E]`; `None` if nothing is.
    of_written: Option<Tensor<3>>,
}

impl Slopes {
    fn of(model: &Classifier, trace: &Trace) -> Self {
        let classes = model.config.classes - 1;
        let block = model.last_block();
        let layer = trace.last_layer();
        let [b, l, count] = layer.neurons.dims();
        let scales: Tensor<2> = trace.vote_scales().reshape([b * l, 1]);
        let neurons: Tensor<2> = layer.neurons.clone().reshape([b * l, count]);
        let active = match &layer.factors {
            None => neurons.greater_elem(0.0).float(),
            // Some neurons may have been left to other words.
            Some(factors) => factors.clone() * neurons.not_equal_elem(0.0).float(),
        };
        let votes = at_rows(trace.votes.clone().narrow(1, 0, classes), [b, l]);
        let of_neurons = (active * scales.clone()).unsqueeze_dim::<3>(0) * votes;
        let first = block.linear1.weight.val().swap_dims(0, 1);
        let through = of_neurons.clone().matmul(first.unsqueeze());
        let of_written = block.write_back.as_ref().map(|write| {
            let directions = model.class_directions(write, trace.pooler_factors.as_ref());
            at_rows(directions.narrow(1, 0, classes), [b, l]) * scales.unsqueeze_dim::<3>(0)
        });
        let of_normalised = match &of_written {
            None => through,
            Some(directly) => through + directly.clone(),
        };
        let [classes, rows, width] = of_normalised.dims();
        let flat = of_normalised.clone().reshape([classes * rows, width]);
        let of_input = through_norm(flat, &block.norm1).reshape([classes, rows, width])
            * per_deviation(layer.attended.clone(), layer.norm_epsilon).unsqueeze_dim::<3>(0);
        Self {
            of_input,
            of_normalised,
            of_neurons,
            of_written,
        }
    }

    /// What `rows`, `[B·L, E]`, bring to each place, directly and through attention, `[B, C, L, L]`.
    fn brought(
        &self,
        block: &Block,
        layer: &LayerTrace,
        rows: Tensor<2>,
        [b, l]: [usize; 2],
    ) -> Tensor<4> {
        let [classes, _, width] = self.of_input.dims();
        let (heads, head) = (block.heads, width / block.heads);
        let out = block.out.weight.val().swap_dims(0, 1);
        let asked = self.of_input.clone().matmul(out.unsqueeze());
        // One head after the other, text by text: [B·H, C·L, d] against [B·H, d, L].
        let asked = asked
            .reshape([classes, b, l, heads * head])
            .swap_dims(0, 1)
            .reshape([b, classes * l, heads, head])
            .swap_dims(1, 2);
        let values = rows.clone().matmul(block.value.weight.val());
        let values = values.reshape([b, l, heads, head]).swap_dims(1, 2);
        let products = asked.matmul(values.swap_dims(2, 3));
        let attention = layer.attention.clone().unsqueeze_dim::<5>(2);
        let by_attention: Tensor<4> = (products.reshape([b, heads, classes, l, l]) * attention)
            .sum_dim(1)
            .squeeze_dim(1);
        let own = self.along(rows, [b, l]);
        let diagonal = Tensor::<2>::eye(l, &own.device());
        by_attention + own.unsqueeze_dim::<4>(3) * diagonal.unsqueeze()
    }

    /// What `rows`, `[B·L, E]`, bring to their own places when added to the block's input, `[B, C, L]`.
    fn along(&self, rows: Tensor<2>, [b, l]: [usize; 2]) -> Tensor<3> {
        by_text(self.of_input.clone() * rows.unsqueeze_dim::<3>(0), [b, l])
    }

    /// What the biases of the last block, and those of the norms, bring to each place, `[B, C, L]`.
    fn biases(&self, model: &Classifier, trace: &Trace) -> Tensor<3> {
        let block = model.last_block();
        let dims = trace.batch.dims();
        let row = |bias: Tensor<1>| bias.unsqueeze::<3>();
        let attention: Tensor<2> = bias(&block.value).unsqueeze();
        let attention = attention.matmul(block.out.weight.val()).squeeze_dim::<1>(0);
        let attention = attention + bias(&block.out);
        let mut sum = by_text(self.of_input.clone() * row(attention), dims)
            + by_text(self.of_normalised.clone() * row(shift(&block.norm1)), dims)
            + by_text(self.of_neurons.clone() * row(bias(&block.linear1)), dims);
        if let (Some(slopes), Some(write)) = (&self.of_written, &block.write_back) {
            let written = row(bias(&write.linear));
            sum = sum + by_text(slopes.clone() * written, dims);
            let classes = slopes.dims()[0];
            let shifted: Tensor<2> = shift(&write.norm).unsqueeze_dim(1);
            let weights = model.class_weights(trace.pooler_factors.as_ref());
            let shifted = weights.matmul(shifted.unsqueeze()).narrow(1, 0, classes);
            let pooled = trace.batch.pooled.clone().unsqueeze_dim::<3>(1);
            sum = sum + pooled * shifted;
        }
        sum
    }
}

/// What attention makes of `rows`, `[B·L, E]`, apart from its biases, `[B·L, E]`.
fn mixed(block: &Block, layer: &LayerTrace, rows: Tensor<2>, [b, l]: [usize; 2]) -> Tensor<2> {
    let [_, width] = rows.dims();
    let values = rows.matmul(block.value.weight.val());
    let values = values.reshape([b, l, block.heads, width / block.heads]);
    let mixed = layer.attention.clone().matmul(values.swap_dims(1, 2));
    let mixed = mixed.swap_dims(1, 2).reshape([b * l, width]);
    mixed.matmul(block.out.weight.val())
}

/// Turns rows that multiply a norm's output into rows that multiply its input, apart from its scale;
/// all `[R, E]`.
fn through_norm(rows: Tensor<2>, norm: &LayerNorm) -> Tensor<2> {
    let gained = rows * norm.gamma.val().unsqueeze::<2>();
    gained.clone() - gained.mean_dim(1)
}

/// What belongs to texts, `[B, C, N]`, or to all of them, `[1, C, N]`, at their rows: `[C, B·L, N]`, or `[C, 1, N]`.
fn at_rows(of_texts: Tensor<3>, [b, l]: [usize; 2]) -> Tensor<3> {
    let [texts, classes, width] = of_texts.dims();
    let of_classes = of_texts.swap_dims(0, 1);
    match texts {
        1 => of_classes,
        _ => of_classes
            .unsqueeze_dim::<4>(2)
            .expand([classes, b, l, width])
            .reshape([classes, b * l, width]),
    }
}

/// Sums of rows, text by text: `[B, C, L]` of `[C, B·L, N]`.
fn by_text(rows: Tensor<3>, [b, l]: [usize; 2]) -> Tensor<3> {
    let [classes, _, _] = rows.dims();
    rows.sum_dim(2).reshape([classes, b, l]).swap_dims(0, 1)
}

/// Sums over the places, `[B, C]` of `[B, C, L]`, of all or of those that `chosen`, `[B, L]`, holds.
fn sum_over(of_places: Tensor<3>, chosen: Option<&Tensor<2>>) -> Tensor<2> {
    let of_places = match chosen {
        None => of_places,
        Some(chosen) => of_places * chosen.clone().unsqueeze_dim(1),
    };
    of_places.sum_dim(2).squeeze_dim(2)
}

fn bias(linear: &Linear) -> Tensor<1> {
    let bias = linear.bias.as_ref().map(|bias| bias.val());
    bias.unwrap_or_else(|| Tensor::zeros([linear.weight.dims()[1]], &linear.weight.device()))
}

fn shift(norm: &LayerNorm) -> Tensor<1> {
    let shift = norm.beta.as_ref().map(|beta| beta.val());
    shift.unwrap_or_else(|| norm.gamma.val().zeros_like())
}
