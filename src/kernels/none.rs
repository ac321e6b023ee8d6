//! Without WebGPU there are no kernels.

use burn::nn::LayerNorm;
use burn::tensor::{Device, Tensor};

pub(crate) fn run_on(_: &Device) -> bool {
    false
}

pub(crate) fn norm(_: &Tensor<2>, _: &LayerNorm, _: f64) -> Option<Tensor<2>> {
    None
}

pub(crate) fn keeps(
    _: &Tensor<3>,
    _: &Tensor<4>,
    _: &Tensor<2>,
    _: (usize, f64),
) -> Option<Tensor<3>> {
    None
}

pub(crate) fn attention(
    _: Tensor<2>,
    _: Option<&Tensor<4>>,
    _: usize,
    _: usize,
) -> (Tensor<2>, Tensor<4>) {
    unreachable!("nothing runs on a GPU")
}

pub(crate) struct Form {
    pub(crate) counted: bool,
    pub(crate) clamped: bool,
    pub(crate) important: bool,
    pub(crate) contrasted: bool,
    pub(crate) share: f32,
}

pub(crate) fn pair_losses(
    _: Tensor<3>,
    _: Tensor<3>,
    _: Tensor<4>,
    _: Tensor<3>,
    _: Tensor<2>,
    _: Form,
) -> (Tensor<2>, Tensor<2>) {
    unreachable!("nothing runs on a GPU")
}
