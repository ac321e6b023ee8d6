//! Numbers that are in this program's own memory: some things take fewer passes over them than over tensors.

use burn::tensor::{DType, Device, Tensor};

/// Whether what is on `device` is in this program's own memory, where a pass over numbers is worth more than fewer
/// programs, and others can take over a part of the work.
pub(crate) fn is_here(device: &Device) -> bool {
    device.clone().without_autodiff() == Device::flex()
}

/// The numbers of a tensor that is in this memory, row by row; `None` if it is elsewhere, or holds others than 32-bit
/// floats.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no device to wait for where the numbers are in this memory"
)]
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Option<Vec<f32>> {
    if !is_here(&tensor.device()) || tensor.dtype() != DType::F32 {
        return None;
    }
    tensor.into_data().try_into_vec().ok()
}

/// The same of a tensor through which no gradient is followed; `None` if one is, since numbers pass on none.
pub(super) fn untracked<const D: usize>(tensor: Tensor<D>) -> Option<Vec<f32>> {
    match tensor.device().is_autodiff() {
        true => None,
        false => numbers(tensor),
    }
}
