//! One post-norm encoder block: attention, then the MLP whose hidden units are the neurons.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use super::ablation::{BlockAblation, scaled};
use super::architecture::activated;
use super::softmax::softmax;
use super::winners::Winners;
use super::{Activation, Batch, Layer, NeuronRows};
use crate::kernels;

/// What one block shows of a forward pass.
#[derive(Clone, Debug)]
pub struct LayerTrace {
    /// Attention weights A, `[B, H, L, L]`; rows are queries.
    pub attention: Tensor<4>,
    /// Neurons u as W_2 or the head reads them, `[B, L, F]`: only those of the winners if not
    /// every word may take a neuron.
    pub neurons: Tensor<3>,
    /// What a neuron's input is multiplied by to give it, `[B·L, F]`; `None`: 1 if it is active.
    pub factors: Option<Tensor<2>>,
    /// The block's input, `[B·L, E]`.
    pub input: Tensor<2>,
    /// The input plus what attention adds to it, which the first norm normalises, `[B·L, E]`.
    pub attended: Tensor<2>,
    /// x + W_2 u, what the second norm normalises, `[B, L, E]`; `None` where the head reads the
    /// neurons themselves.
    pub sum: Option<Tensor<3>>,
    /// What the block's norms add to a variance.
    pub norm_epsilon: f64,
}

/// An encoder block (method §2.4).
#[derive(Module, Debug)]
pub struct Block {
    /// Q, K, V and the output projection, E → E each.
    pub query: Layer,
    /// See `query`.
    pub key: Layer,
    /// See `query`.
    pub value: Layer,
    /// See `query`.
    pub out: Layer,
    /// Norm after the attention.
    pub norm1: LayerNorm,
    /// W_1: E → F; what the activation makes of its outputs are the neurons.
    pub linear1: Layer,
    /// How the neurons are written back; `None` where the head reads them.
    pub write_back: Option<WriteBack>,
    /// Number of heads H.
    pub heads: usize,
    /// Which words of a text may take each neuron; `None`: all.
    #[module(skip)]
    pub winners: Option<Winners>,
    /// What a neuron makes of its input.
    #[module(skip)]
    pub activation: Activation,
    /// What the norms add to a variance.
    pub norm_epsilon: f64,
    /// Q, K and V of all heads in one, for a GPU that only predicts.
    #[module(skip)]
    pub joined: Option<JoinedHeads>,
    /// What the biases of V and of the output projection add to the residual stream, `[E]`, for the same.
    #[module(skip)]
    pub added: Option<Tensor<1>>,
    /// W_1 neuron by neuron, for a CPU that explains.
    #[module(skip)]
    pub neuron_rows: Option<NeuronRows>,
}

/// From the neurons back into the residual stream.
#[derive(Module, Debug)]
pub struct WriteBack {
    /// W_2: F → E.
    pub linear: Layer,
    /// The norm after the sum.
    pub norm: LayerNorm,
}

/// The projections to queries, keys and values, side by side: one product takes the place of three.
#[derive(Clone, Debug)]
pub struct JoinedHeads {
    /// `[E, 3E]`.
    weight: Tensor<2>,
    /// `[3E]`.
    bias: Tensor<1>,
}

impl Block {
    /// Runs the block on the rows of all texts, one below the other: a GPU's programs can be fused
    /// if all rows have the same rank.
    ///
    /// # Shapes
    /// - `x`: `[B·L, E]`
    /// - `batch`: the texts, padded
    /// - `dropout`: factors after the attention, `[B·L, E]`, and after the MLP, as wide as the output
    /// - `ablation`: what is taken away from heads and neurons
    /// - returns the block's output, `[B·L, E]`, or `[B·L, F]` if it is the neurons, and its trace
    pub fn forward(
        &self,
        x: Tensor<2>,
        batch: &Batch,
        dropout: Option<&[Tensor<2>; 2]>,
        ablation: Option<&BlockAblation>,
    ) -> (Tensor<2>, LayerTrace) {
        let [b, l] = batch.dims();
        let drop = |x: Tensor<2>, at: usize| scaled(x, dropout.map(|masks| &masks[at]));
        let heads = ablation.and_then(|ablation| ablation.heads.as_ref());
        let (mixed, attention) = self.attend(&x, batch, heads);
        let mixed = self.out.forward(mixed);
        let attended = x.clone() + drop(mixed, 0);
        let normalised = norm_of(&self.norm1, attended.clone(), self.norm_epsilon);

        let (neurons, factors) =
            activated(self.linear1.forward(normalised.clone()), self.activation);
        let [rows, count] = neurons.dims();
        let neurons = neurons.reshape([b, l, count]);
        let neurons = match self.winners {
            Some(winners) => {
                winners.of(neurons, &attention, &batch.valid, batch.is_of_words_alone())
            }
            None => neurons,
        };
        let neurons = scaled(
            neurons,
            ablation.and_then(|ablation| ablation.neurons.as_ref()),
        );
        let flat = neurons.clone().reshape([rows, count]);
        let (out, sum) = match &self.write_back {
            None => (drop(flat, 1), None),
            Some(WriteBack { linear, norm }) => {
                let sum = normalised + drop(linear.forward(flat), 1);
                let [_, width] = sum.dims();
                let out = norm_of(norm, sum.clone(), self.norm_epsilon);
                (out, Some(sum.reshape([b, l, width])))
            }
        };
        let trace = LayerTrace {
            attention,
            neurons,
            factors,
            input: x,
            attended,
            sum,
            norm_epsilon: self.norm_epsilon,
        };
        (out, trace)
    }

    /// What the heads take from the places, `[B·L, E]`, of rows `[B·L, E]`, and the attention weights, `[B, H, L, L]`;
    /// `ablation` are factors of the heads, `[B or 1, H]`.
    fn attend(
        &self,
        x: &Tensor<2>,
        batch: &Batch,
        ablation: Option<&Tensor<2>>,
    ) -> (Tensor<2>, Tensor<4>) {
        let [b, l] = batch.dims();
        let [rows, width] = x.dims();
        if l <= kernels::LONGEST && kernels::run_on(&x.device()) {
            let joined = self.join_heads().of(x.clone());
            let (mixed, attention) =
                kernels::attention(joined, batch.pad_bias.as_ref(), self.heads, b);
            let Some(factors) = ablation else {
                return (mixed, attention);
            };
            let mixed = mixed.reshape([b, l, self.heads, width / self.heads]);
            let mixed = mixed * factors.clone().unsqueeze_dim::<3>(1).unsqueeze_dim(3);
            return (mixed.reshape([rows, width]), attention);
        }
        let [query, key, value] = self.project(x, [b, l]);
        let scores = query.matmul(key.swap_dims(2, 3));
        let scores = match &batch.pad_bias {
            Some(bias) => scores + bias.clone(),
            None => scores,
        };
        let attention = softmax(scores);
        let factors = ablation.map(|factors| factors.clone().unsqueeze_dims(&[2, 3]));
        let mixed = scaled(attention.clone().matmul(value), factors.as_ref());
        (mixed.swap_dims(1, 2).reshape([rows, width]), attention)
    }

    /// Queries divided by √d_k, keys and values of each head, `[B, H, L, d_k]`, of rows `[B·L, E]`.
    fn project(&self, x: &Tensor<2>, [b, l]: [usize; 2]) -> [Tensor<4>; 3] {
        let [_, width] = x.dims();
        let d_head = width / self.heads;
        let split = |x: Tensor<2>| x.reshape([b, l, self.heads, d_head]).swap_dims(1, 2);
        [
            split(self.query.forward(x.clone()) / (d_head as f64).sqrt()),
            split(self.key.forward(x.clone())),
            split(self.value.forward(x.clone())),
        ]
    }

    /// The same block, with W_1 neuron by neuron where most of them are left to other words.
    pub(super) fn with_neuron_rows(mut self) -> Self {
        self.neuron_rows = self.winners.and_then(|_| NeuronRows::of(&self.linear1));
        self
    }

    /// The same block, with the weights packed that an explanation multiplies by.
    pub(super) fn with_packed_layers(mut self) -> Self {
        self.query = self.query.packed();
        self.key = self.key.packed();
        self.value = self.value.packed().packed_back();
        self.out = self.out.packed().packed_back();
        self.linear1 = self.linear1.packed();
        if self.neuron_rows.is_none() {
            self.linear1 = self.linear1.packed_back();
        }
        self.write_back = self.write_back.map(|write| WriteBack {
            linear: write.linear.packed().packed_back(),
            ..write
        });
        self
    }

    /// The block's projections, joined: those that it has, or new ones.
    fn join_heads(&self) -> JoinedHeads {
        if let Some(joined) = &self.joined {
            return joined.clone();
        }
        let layers: [&Linear; 3] = [&self.query, &self.key, &self.value];
        JoinedHeads {
            weight: Tensor::cat(layers.map(|layer| layer.weight.val()).to_vec(), 1),
            bias: Tensor::cat(layers.map(bias).to_vec(), 0),
        }
    }

    /// The same block, with its projections joined for passes without gradients.
    pub(super) fn with_joined_heads(mut self) -> Self {
        self.joined = Some(self.join_heads());
        self.added = Some(self.attention_bias());
        self
    }

    /// What the biases of V and of the output projection add to the residual stream, `[E]`.
    pub(super) fn attention_bias(&self) -> Tensor<1> {
        if let Some(added) = &self.added {
            return added.clone();
        }
        let of_values: Tensor<2> = bias(&self.value).unsqueeze();
        of_values.matmul(self.out.weight.val()).squeeze_dim::<1>(0) + bias(&self.out)
    }
}

impl JoinedHeads {
    /// Queries, keys and values of rows, `[B·L, 3E]` of `[B·L, E]`.
    fn of(self, rows: Tensor<2>) -> Tensor<2> {
        rows.matmul(self.weight) + self.bias.unsqueeze()
    }
}

/// The norm of rows, both `[R, E]`.
pub(super) fn norm_of(norm: &LayerNorm, rows: Tensor<2>, epsilon: f64) -> Tensor<2> {
    match kernels::norm(&rows, norm, epsilon) {
        Some(normalised) => normalised,
        None => norm.forward(rows),
    }
}

/// The biases of a layer, 0 if it has none.
pub(super) fn bias(linear: &Linear) -> Tensor<1> {
    let bias = linear.bias.as_ref().map(|bias| bias.val());
    bias.unwrap_or_else(|| Tensor::zeros([linear.weight.dims()[1]], &linear.weight.device()))
}

/// What a norm multiplies rows by, `[R, 1]` of `[R, E]`.
pub(super) fn per_deviation(rows: Tensor<2>, norm_epsilon: f64) -> Tensor<2> {
    let centred = rows.clone() - rows.mean_dim(1);
    let variance = (centred.clone() * centred).mean_dim(1);
    (variance + norm_epsilon).sqrt().recip()
}
