//! How logits change with what enters and leaves each block, at the computed point: with the attention weights,
//! what multiplies the neurons' inputs, and the norms' scales held fixed.

use burn::nn::LayerNorm;
use burn::tensor::Tensor;

use super::block::{bias, per_deviation};
use super::{Block, Classifier, LayerTrace, Trace};
use crate::kernels;

/// How the centred logits of the first C classes change with what is in a block.
#[derive(Clone)]
pub(super) struct Slopes {
    /// With the sum of attention and residual, w, `[C, B·L, E]`.
    of_input: Tensor<3>,
    /// With what its heads take from the places, `[C, B·L, E]`.
    of_attended: Tensor<3>,
    /// With the first norm's output, `[C, B·L, E]`.
    of_normalised: Tensor<3>,
    /// With the neurons' input, `[C, B·L, F]`.
    of_neurons: Tensor<3>,
    /// With what is written back, `[C, B·L, E]`; `None` if nothing is.
    of_written: Option<Tensor<3>>,
    /// With what leaves the block, `[C, B·L, E]`; `None` if that is the neurons.
    of_output: Option<Tensor<3>>,
}

impl Slopes {
    /// Those of the last block.
    pub(super) fn of_last(model: &Classifier, trace: &Trace) -> Self {
        let (block, layer) = (model.last_block(), trace.last_layer());
        let [b, l, _] = layer.neurons.dims();
        let read = model.first_class_weights(trace);
        if block.write_back.is_none() {
            let (pooled, factors) = (&trace.batch.pooled, layer.factors.as_ref());
            let slopes = kernels::of_neurons(&read, pooled, &layer.neurons, factors);
            if let Some(slopes) = slopes {
                return Self::through(block, layer, slopes, None, None);
            }
        }
        let pooled: Tensor<3> = trace.batch.pooled.clone().reshape([1, b * l, 1]);
        let of_output = at_rows(read, [b, l]) * pooled;
        match &block.write_back {
            Some(_) => Self::below(block, layer, of_output),
            None => {
                let of_neurons = of_output * factors(layer).unsqueeze_dim::<3>(0);
                Self::through(block, layer, of_neurons, None, None)
            }
        }
    }

    /// Those of a block, from those with what leaves it, `[C, B·L, E]`.
    ///
    /// # Panics
    /// If its neurons are not written back.
    pub(super) fn below(block: &Block, layer: &LayerTrace, of_output: Tensor<3>) -> Self {
        let write = block.write_back.as_ref().zip(layer.sum.as_ref());
        let (write, sum) = write.expect("the neurons are written back");
        let [_, rows, width] = of_output.dims();
        let sum = sum.clone().reshape([rows, width]);
        let of_written = below_norm(of_output.clone(), &write.norm, sum, layer.norm_epsilon);
        let of_neurons = write.linear.back(of_written.clone());
        let of_neurons = of_neurons * factors(layer).unsqueeze_dim::<3>(0);
        Self::through(block, layer, of_neurons, Some(of_written), Some(of_output))
    }

    /// From the neurons' inputs to what enters the block.
    fn through(
        block: &Block,
        layer: &LayerTrace,
        of_neurons: Tensor<3>,
        of_written: Option<Tensor<3>>,
        of_output: Option<Tensor<3>>,
    ) -> Self {
        let through = through_neurons(block, &of_neurons);
        let of_normalised = match &of_written {
            None => through,
            Some(directly) => through + directly.clone(),
        };
        let attended = layer.attended.clone();
        let of_input = below_norm(
            of_normalised.clone(),
            &block.norm1,
            attended,
            layer.norm_epsilon,
        );
        Self {
            of_attended: block.out.back(of_input.clone()),
            of_input,
            of_normalised,
            of_neurons,
            of_written,
            of_output,
        }
    }

    /// With the neurons of a block that writes them back, `[C, B·L, F]`.
    ///
    /// # Panics
    /// If it does not.
    pub(super) fn votes(&self, block: &Block) -> Tensor<3> {
        let write = block.write_back.as_ref().zip(self.of_written.as_ref());
        let (write, of_written) = write.expect("the neurons are written back");
        write.linear.back(of_written.clone())
    }

    /// With the rows that enter the block, directly and through attention, `[C, B·L, E]`.
    pub(super) fn of_rows(
        &self,
        block: &Block,
        layer: &LayerTrace,
        [b, l]: [usize; 2],
    ) -> Tensor<3> {
        if let Some(given) = kernels::offered(&self.of_attended, &layer.attention) {
            return self.of_input.clone() + block.value.back(given);
        }
        let [classes, rows, width] = self.of_input.dims();
        let (heads, head) = (block.heads, width / block.heads);
        let asked = self
            .of_attended
            .clone()
            .reshape([classes, b, l, heads, head])
            .permute([1, 3, 2, 0, 4])
            .reshape([b, heads, l, classes * head]);
        let given = layer.attention.clone().swap_dims(2, 3).matmul(asked);
        let given = given
            .reshape([b, heads, l, classes, head])
            .permute([3, 0, 2, 1, 4])
            .reshape([classes, rows, width]);
        self.of_input.clone() + block.value.back(given)
    }

    /// What `rows`, `[B·L, E]`, bring to each place, directly and through attention, `[B, C, L, L]`.
    pub(super) fn brought(
        &self,
        block: &Block,
        layer: &LayerTrace,
        rows: Tensor<2>,
        [b, l]: [usize; 2],
    ) -> Tensor<4> {
        let [classes, _, width] = self.of_input.dims();
        let (heads, head) = (block.heads, width / block.heads);
        let values = block.value.times(rows.clone());
        let slopes = [&self.of_attended, &self.of_input];
        if let Some(all) = kernels::brought(slopes, [&values, &rows], &layer.attention) {
            return all;
        }
        // One head after the other, text by text: [B·H, C·L, d] against [B·H, d, L].
        let asked = self
            .of_attended
            .clone()
            .reshape([classes, b, l, heads * head])
            .swap_dims(0, 1)
            .reshape([b, classes * l, heads, head])
            .swap_dims(1, 2);
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

    /// What the biases of the block, and those of its norms, bring to each place, `[B, C, L]`.
    pub(super) fn biases(&self, block: &Block, dims: [usize; 2]) -> Tensor<3> {
        let brought = |slopes: &Tensor<3>, bias: Tensor<1>| {
            let [classes, ..] = slopes.dims();
            let sums = slopes
                .clone()
                .matmul(bias.unsqueeze_dim::<2>(1).unsqueeze());
            sums.reshape([classes, dims[0], dims[1]]).swap_dims(0, 1)
        };
        let slopes = [&self.of_input, &self.of_normalised, &self.of_neurons];
        let biases = [
            block.attention_bias(),
            shift(&block.norm1),
            bias(&block.linear1),
        ];
        let mut sum = match kernels::of_biases(slopes, biases.clone()) {
            Some(sums) => {
                let [classes, _] = sums.dims();
                let [b, l] = dims;
                sums.reshape([classes, b, l]).swap_dims(0, 1)
            }
            None => {
                let [of_input, of_normalised, of_neurons] = biases;
                brought(&self.of_input, of_input)
                    + brought(&self.of_normalised, of_normalised)
                    + brought(&self.of_neurons, of_neurons)
            }
        };
        if let (Some(written), Some(output), Some(write)) =
            (&self.of_written, &self.of_output, &block.write_back)
        {
            sum = sum + brought(written, bias(&write.linear)) + brought(output, shift(&write.norm));
        }
        sum
    }
}

/// From the neurons' inputs to what they read, `[C, B·L, E]` of `[C, B·L, F]`.
fn through_neurons(block: &Block, of_neurons: &Tensor<3>) -> Tensor<3> {
    let rows = block.neuron_rows.as_ref();
    let weighted = rows.and_then(|rows| rows.weighted(of_neurons));
    weighted.unwrap_or_else(|| block.linear1.back(of_neurons.clone()))
}

/// What the neurons' inputs are multiplied by, `[B·L, F]`; 0 where they are left to other words.
fn factors(layer: &LayerTrace) -> Tensor<2> {
    let [b, l, count] = layer.neurons.dims();
    let neurons: Tensor<2> = layer.neurons.clone().reshape([b * l, count]);
    match &layer.factors {
        None => neurons.greater_elem(0.0).float(),
        Some(factors) => factors.clone() * neurons.not_equal_elem(0.0).float(),
    }
}

/// Slopes with a norm's output, `[C, R, E]`, as slopes with its input, `rows`, `[R, E]`, whose scales are held fixed.
pub(super) fn below_norm(
    slopes: Tensor<3>,
    norm: &LayerNorm,
    rows: Tensor<2>,
    norm_epsilon: f64,
) -> Tensor<3> {
    if let Some(slopes) = kernels::through_norm(&slopes, norm, &rows, norm_epsilon) {
        return slopes;
    }
    let scales = per_deviation(rows, norm_epsilon);
    rows_through_norm(slopes, norm) * scales.unsqueeze_dim::<3>(0)
}

/// [`through_norm`] of rows of several classes, `[C, R, E]`.
pub(super) fn rows_through_norm(rows: Tensor<3>, norm: &LayerNorm) -> Tensor<3> {
    let [classes, count, width] = rows.dims();
    through_norm(rows.reshape([classes * count, width]), norm).reshape([classes, count, width])
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
pub(super) fn by_text(rows: Tensor<3>, [b, l]: [usize; 2]) -> Tensor<3> {
    let [classes, _, _] = rows.dims();
    rows.sum_dim(2).reshape([classes, b, l]).swap_dims(0, 1)
}

pub(super) fn shift(norm: &LayerNorm) -> Tensor<1> {
    let shift = norm.beta.as_ref().map(|beta| beta.val());
    shift.unwrap_or_else(|| norm.gamma.val().zeros_like())
}
