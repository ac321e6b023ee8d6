//! Masks of the pairs of positions.

use burn::tensor::{Device, Tensor, TensorData};

/// 1 everywhere except on the diagonal, `[L, L]`.
pub(super) fn off_diagonal(length: usize, device: &Device) -> Tensor<2> {
    pairs_where(length, device, |i, j| i != j)
}

/// 1 for the pairs of positions for which `holds` is true, 0 for the others, `[L, L]`; filled in
/// on the host, which takes one upload instead of several programs on a GPU.
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
