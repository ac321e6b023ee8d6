//! The losses as published (method §3.1).

use burn::tensor::Tensor;

use super::norm::root;
use super::pairs::off_diagonal;
use crate::model::Trace;

/// L_imp on gated embeddings x_v, L_int on attention, the latter the mean over blocks; of each text,
/// `[B, 1]` each.
pub fn losses(trace: &Trace) -> (Tensor<2>, Tensor<2>) {
    let layers = trace.layers.len() as f64;
    let interaction = trace
        .layers
        .iter()
        .map(|layer| interaction(layer.attention.clone()))
        .reduce(|sum, loss| sum + loss)
        .expect("a model has a block")
        / layers;
    (importance(trace.gated.clone()), interaction)
}

/// L_imp = mean P_i/√E over all positions of a text, with P_i = √Σ_j (x̂_i·x_j)², `[B, 1]` from
/// `[B, L, E]`.
pub fn importance(x: Tensor<3>) -> Tensor<2> {
    let [_, length, width] = x.dims();
    let device = x.device();
    let norm = root((x.clone() * x.clone()).sum_dim(2));
    let unit = x.clone() / (norm + 1e-5);
    let interference = unit.matmul(x.swap_dims(1, 2)) * off_diagonal(length, &device).unsqueeze();
    let total = root((interference.clone() * interference).sum_dim(2));
    let mean: Tensor<2> = total.mean_dim(1).squeeze_dim(2);
    mean / (width as f64).sqrt()
}

/// L_int = mean W_ik·(1 − J_ik) of a text, with J = A·Aᵀ off the diagonal, `[B, 1]` from
/// `[B, H, L, L]`.
pub fn interaction(attention: Tensor<4>) -> Tensor<2> {
    let length = attention.dims()[3];
    let device = attention.device();
    let joint = attention.clone().matmul(attention.clone().swap_dims(2, 3));
    let joint = joint * off_diagonal(length, &device).unsqueeze();
    let weight = attention.clone() / attention.sum_dim(3);
    let terms: Tensor<2> = (weight * (joint.neg() + 1.0)).flatten(1, 3);
    terms.mean_dim(1)
}
