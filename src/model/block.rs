//! One post-norm encoder block: attention, then the MLP whose hidden units are the neurons.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Tensor, activation::softmax};

use super::ablation::{BlockAblation, scaled};
use super::architecture::activated;
use super::winners::Winners;
use super::{Activation, Batch, NeuronRows};

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
    pub query: Linear,
    /// See `query`.
    pub key: Linear,
    /// See `query`.
    pub value: Linear,
    /// See `query`.
    pub out: Linear,
    /// Norm after the attention.
    pub norm1: LayerNorm,
    /// W_1: E → F; what the activation makes of its outputs are the neurons.
    pub linear1: Linear,
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
    /// W_1 neuron by neuron, for a CPU that explains.
    #[module(skip)]
    pub neuron_rows: Option<NeuronRows>,
}

/// From the neurons back into the residual stream.
#[derive(Module, Debug)]
pub struct WriteBack {
    /// W_2: F → E.
    pub linear: Linear,
    /// The norm after the sum.
    pub norm: LayerNorm,
}

/// The projections to the queries (divided by √d_k), keys and values of each head, side by side: one
/// product puts all heads where they are needed.
#[derive(Clone, Debug)]
pub struct JoinedHeads {
    /// `[1, 3H, E, d_k]`.
    weight: Tensor<4>,
    /// `[1, 3H, 1, d_k]`.
    bias: Tensor<4>,
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
        let [query, key, value] = self.project(x.clone(), [b, l]);
        let scores = query.matmul(key.swap_dims(2, 3));
        let scores = match &batch.pad_bias {
            Some(bias) => scores + bias.clone(),
            None => scores,
        };
        let attention = softmax(scores, 3);
        let heads = ablation.and_then(|ablation| ablation.heads.as_ref());
        let heads = heads.map(|heads| heads.clone().unsqueeze_dims(&[2, 3]));
        let mixed = scaled(attention.clone().matmul(value), heads.as_ref());
        let mixed = self.out.forward(mixed.swap_dims(1, 2).reshape(x.dims()));
        let attended = x.clone() + drop(mixed, 0);
        let normalised = self.norm1.forward(attended.clone());

        let (neurons, factors) =
            activated(self.linear1.forward(normalised.clone()), self.activation);
        let [rows, count] = neurons.dims();
        let neurons = neurons.reshape([b, l, count]);
        let neurons = match self.winners {
            Some(winners) => winners.of(neurons, &attention, batch),
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
                let out = norm.forward(sum.clone());
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

    /// Queries divided by √d_k, keys and values of each head, `[B, H, L, d_k]`, of rows `[B·L, E]`.
    fn project(&self, x: Tensor<2>, [b, l]: [usize; 2]) -> [Tensor<4>; 3] {
        let [_, width] = x.dims();
        let d_head = width / self.heads;
        if let Some(JoinedHeads { weight, bias }) = &self.joined {
            let all = x.reshape([b, 1, l, width]).matmul(weight.clone()) + bias.clone();
            return [0, 1, 2].map(|at| all.clone().narrow(1, at * self.heads, self.heads));
        }
        let split = |x: Tensor<2>| x.reshape([b, l, self.heads, d_head]).swap_dims(1, 2);
        [
            split(self.query.forward(x.clone()) / (d_head as f64).sqrt()),
            split(self.key.forward(x.clone())),
            split(self.value.forward(x)),
        ]
    }

    /// The same block, with W_1 neuron by neuron where most of them are left to other words.
    pub(super) fn with_neuron_rows(mut self) -> Self {
        self.neuron_rows = self.winners.and_then(|_| NeuronRows::of(&self.linear1));
        self
    }

    /// The same block, with its projections joined for passes without gradients.
    pub(super) fn with_joined_heads(mut self) -> Self {
        let [width, _] = self.query.weight.val().dims();
        let d_head = width / self.heads;
        let weight = |linear: &Linear| {
            let weight = linear.weight.val().reshape([width, self.heads, d_head]);
            weight.swap_dims(0, 1)
        };
        let bias = |linear: &Linear| {
            let bias = linear.bias.as_ref().map(|bias| bias.val());
            let bias = bias.unwrap_or_else(|| Tensor::zeros([width], &linear.weight.device()));
            bias.reshape([self.heads, 1, d_head])
        };
        let joined = |of: &dyn Fn(&Linear) -> Tensor<3>| -> Tensor<4> {
            let query = of(&self.query) / (d_head as f64).sqrt();
            Tensor::cat(vec![query, of(&self.key), of(&self.value)], 0).unsqueeze()
        };
        self.joined = Some(JoinedHeads {
            weight: joined(&weight),
            bias: joined(&bias),
        });
        self
    }
}

/// What a norm multiplies rows by, `[R, 1]` of `[R, E]`.
pub(super) fn per_deviation(rows: Tensor<2>, norm_epsilon: f64) -> Tensor<2> {
    let centred = rows.clone() - rows.mean_dim(1);
    let variance = (centred.clone() * centred).mean_dim(1);
    (variance + norm_epsilon).sqrt().recip()
}
