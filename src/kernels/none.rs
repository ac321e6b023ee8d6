//! Without WebGPU there are no kernels.

use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Int, Tensor};

pub(crate) fn run_on(_: &Device) -> bool {
    false
}

pub(crate) fn norm(_: &Tensor<2>, _: &LayerNorm, _: f64) -> Option<Tensor<2>> {
    None
}

pub(crate) fn taken(
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

#[expect(dead_code, reason = "without a GPU nothing reads it")]
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

pub(crate) fn gate(
    _: &Tensor<2>,
    _: [&Linear; 2],
    _: &Tensor<2, Int>,
    _: &Tensor<2>,
) -> Option<(Tensor<2>, Tensor<2>)> {
    None
}

pub(crate) enum Sum {
    CrossEntropy,
    Entropy,
}

pub(crate) fn sum(_: &Tensor<2>, _: &Tensor<2>, _: Sum) -> Option<Tensor<2>> {
    None
}

pub(crate) fn through_norm(
    _: &Tensor<3>,
    _: &LayerNorm,
    _: &Tensor<2>,
    _: f64,
) -> Option<Tensor<3>> {
    None
}

pub(crate) fn brought(_: [&Tensor<3>; 2], _: [&Tensor<2>; 2], _: &Tensor<4>) -> Option<Tensor<4>> {
    None
}

pub(crate) fn offered(_: &Tensor<3>, _: &Tensor<4>) -> Option<Tensor<3>> {
    None
}

pub(crate) fn of_biases(_: [&Tensor<3>; 3], _: [Tensor<1>; 3]) -> Option<Tensor<2>> {
    None
}

pub(crate) fn of_neurons(
    _: &Tensor<3>,
    _: &Tensor<2>,
    _: &Tensor<3>,
    _: Option<&Tensor<2>>,
) -> Option<Tensor<3>> {
    None
}

pub(crate) fn sums(
    _: &Tensor<3>,
    _: &Tensor<2>,
    _: &Tensor<3>,
    _: &Tensor<2>,
) -> Option<[Tensor<2>; 2]> {
    None
}
