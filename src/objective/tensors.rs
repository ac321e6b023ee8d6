//! Tensors that several losses take.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::norm::root;
use crate::model::Trace;

/// z_in = u_in·‖q_n‖ of the last block, `[B, L, F]`: neurons by how much their votes tell the classes
/// apart.
pub(super) fn weighed_neurons(trace: &Trace) -> Tensor<3> {
    let votes = trace.votes.clone();
    let norms = root((votes.clone() * votes).sum_dim(0));
    trace.last_layer().neurons.clone() * norms.unsqueeze::<3>()
}

/// Labels as a tensor, `[B, 1]`.
pub(crate) fn label_column(labels: &[usize], device: &Device) -> Tensor<2, Int> {
    let column: Vec<i32> = labels.iter().map(|&label| label as i32).collect();
    Tensor::from_data(TensorData::new(column, [labels.len(), 1]), device)
}

/// 1 everywhere but on the diagonal, `[L, L]`.
pub(super) fn off_diagonal(length: usize, device: &Device) -> Tensor<2> {
    pairs_where(length, device, |i, j| i != j)
}

/// 1 for the pairs of positions of which `holds` is true, 0 for the others, `[L, L]`; filled in
/// on the host, which is one upload instead of several programs on a GPU.
pub(super) fn pairs_where(
    length: usize,
    device: &Device,
    holds: impl Fn(usize, usize) -> bool,
) -> Tensor<2> {
    let values: Vec<f32> = (0..length * length)
        .map(|at| f32::from(holds(at / length, at % length)))
        .collect();
    Tensor::from_data(TensorData::new(values, [length, length]), device)
}
