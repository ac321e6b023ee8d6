//! VMASK (Chen & Ji, EMNLP 2020): a learned gate that keeps or drops each word.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Tensor, activation::sigmoid};

/// The gate's two linear layers (method §2.2).
#[derive(Module, Debug)]
pub struct Gate {
    /// W_a: E → hidden.
    pub hidden: Linear,
    /// W_b: hidden → (drop, keep).
    pub decision: Linear,
}

impl Gate {
    /// Log-odds of keeping each word, `[U, 1]`, from embeddings `[U, E]`.
    pub fn log_odds(&self, embedding: Tensor<2>) -> Tensor<2> {
        let hidden = self.hidden.forward(embedding);
        // tanh, expressed by the sigmoid, which a CPU computes in a third of the time.
        let hidden = sigmoid(hidden * 2.0) * 2.0 - 1.0;
        let scores = self.decision.forward(hidden);
        // keep − drop, as a product: the gradient of two slices would be assembled piece by piece.
        let signs = Tensor::<2>::from_floats([[-1.0], [1.0]], &scores.device());
        scores.matmul(signs)
    }
}

/// A hard decision with the gradient of the soft one: straight-through Gumbel-softmax at τ = 1,
/// which for two classes is a sigmoid of the log-odds plus logistic noise. All `[B, L]`.
pub(super) fn sample(log_odds: Tensor<2>, noise: Tensor<2>) -> Tensor<2> {
    let soft = sigmoid(log_odds + noise);
    let hard = soft.clone().detach().greater_scalar(0.5).float();
    soft.clone() + (hard - soft.detach())
}
