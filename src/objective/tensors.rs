//! Tensors that several losses use.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::norm::root;
use crate::model::Trace;

/// z_in = u_in·‖q_n‖ of the last block, `[B, L, F]`: neurons weighted by how far their votes separate the
/// classes.
pub(super) fn weighed_neurons(trace: &Trace) -> Tensor<3> {
    let votes = trace.votes.clone();
    let norms = root((votes.clone() * votes).sum_dim(1));
    trace.last_layer().neurons.clone() * norms
}

/// Labels as a tensor, `[B, 1]`.
pub(crate) fn label_column(labels: &[usize], device: &Device) -> Tensor<2, Int> {
    let column: Vec<i32> = labels.iter().map(|&label| label as i32).collect();
    Tensor::from_data(TensorData::new(column, [labels.len(), 1]), device)
}
