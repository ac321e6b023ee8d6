//! One post-norm encoder block: attention, then the MLP whose hidden units are the neurons.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{
    Tensor,
    activation::{relu, softmax},
};

use super::ablation::{BlockAblation, scaled};

/// What the norms add to a variance before they divide by its root (method §2).
pub const NORM_EPSILON: f64 = 1e-5;

/// What one block shows of a forward pass.
#[derive(Clone, Debug)]
pub struct LayerTrace {
    /// Attention weights A, `[B, H, L, L]`; rows are queries.
    pub attention: Tensor<4>,
    /// Post-ReLU neurons u as W_2 reads them, `[B, L, F]`.
    pub neurons: Tensor<3>,
    /// x + W_2 u, what the block's last norm normalises, `[B, L, E]`.
    pub sum: Tensor<3>,
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
    /// Norm behind the attention.
    pub norm1: LayerNorm,
    /// W_1: E → F; its rectified output are the neurons.
    pub linear1: Linear,
    /// W_2: F → E.
    pub linear2: Linear,
    /// Norm behind the MLP.
    pub norm2: LayerNorm,
    /// Number of heads H.
    pub heads: usize,
}

impl Block {
    /// Runs the block.
    ///
    /// # Shapes
    /// - `x`: `[B, L, E]`
    /// - `pad_bias`: `[B, 1, 1, L]`, added to the attention scores
    /// - `dropout`: factors behind the attention and behind the MLP, `[B, L, E]` each
    /// - `ablation`: what is taken away of heads and neurons
    /// - returns the block's output `[B, L, E]` and its trace
    pub fn forward(
        &self,
        x: Tensor<3>,
        pad_bias: Option<&Tensor<4>>,
        dropout: Option<&[Tensor<3>; 2]>,
        ablation: Option<&BlockAblation>,
    ) -> (Tensor<3>, LayerTrace) {
        let drop = |x: Tensor<3>, at: usize| scaled(x, dropout.map(|masks| &masks[at]));
        let heads = ablation.and_then(|ablation| ablation.heads.as_ref());
        let attention = self.attention(x.clone(), pad_bias);
        let mixed = self.mix(x.clone(), attention.clone(), heads);
        let x = self.norm1.forward(x + drop(mixed, 0));
        let neurons = relu(self.linear1.forward(x.clone()));
        let neurons = scaled(
            neurons,
            ablation.and_then(|ablation| ablation.neurons.as_ref()),
        );
        let written = self.linear2.forward(neurons.clone());
        let sum = x + drop(written, 1);
        let x = self.norm2.forward(sum.clone());
        let trace = LayerTrace {
            attention,
            neurons,
            sum,
        };
        (x, trace)
    }

    /// Attention weights softmax(QKᵀ/√d_k + bias), `[B, H, L, L]`.
    fn attention(&self, x: Tensor<3>, pad_bias: Option<&Tensor<4>>) -> Tensor<4> {
        let d_head = x.dims()[2] / self.heads;
        let query = self.split(self.query.forward(x.clone()));
        let key = self.split(self.key.forward(x));
        let scores = query.matmul(key.swap_dims(2, 3)) / (d_head as f64).sqrt();
        let scores = match pad_bias {
            Some(bias) => scores + bias.clone(),
            None => scores,
        };
        softmax(scores, 3)
    }

    /// Mixes the values by the attention weights and projects them: `[B, L, E]`.
    fn mix(&self, x: Tensor<3>, attention: Tensor<4>, heads: Option<&Tensor<2>>) -> Tensor<3> {
        let shape = x.dims();
        let value = self.split(self.value.forward(x));
        let heads = heads.map(|heads| heads.clone().unsqueeze_dims(&[2, 3]));
        let mixed = scaled(attention.matmul(value), heads.as_ref());
        self.out.forward(mixed.swap_dims(1, 2).reshape(shape))
    }

    /// `[B, L, E]` → `[B, H, L, E/H]`.
    fn split(&self, x: Tensor<3>) -> Tensor<4> {
        let [b, l, e] = x.dims();
        x.reshape([b, l, self.heads, e / self.heads])
            .swap_dims(1, 2)
    }
}
