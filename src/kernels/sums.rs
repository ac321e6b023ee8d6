//! The losses of each text, and what is minimised: a program each, and one for each gradient.

#![expect(
    clippy::manual_clamp,
    reason = "a kernel has no clamp that cannot panic"
)]

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;
use burn_cubecl::CubeBackend;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;

use super::cube::{UNITS, empty, largest_of, one_for_each, row_of_cube, run_on, sum_of};

/// What a text's values add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sum {
    /// Negative log-likelihood: of class scores, with −1 at the label and 0 elsewhere as factors.
    CrossEntropy,
    /// −H of probabilities, with shares as factors.
    Entropy,
}

/// The sum of each text's values, `[B, 1]` of `[B, N]`; the factors, `[B, N]`, are given. `None` where Burn's operations
/// are to be used.
pub(crate) fn sum(values: &Tensor<2>, factors: &Tensor<2>, of: Sum) -> Option<Tensor<2>> {
    run_on(&values.device()).then(|| {
        let [values, factors] = [values, factors].map(|tensor| tensor.clone().into_dispatch());
        Tensor::from_dispatch(Dispatch::text_sum(values, factors, of))
    })
}

/// What Burn has to know of it.
#[backend_extension(Cube, Autodiff, Fusion: cfg(any(feature = "fusion", target_family = "wasm")))]
pub(super) trait Sums: Backend {
    /// See [`sum`].
    #[fusion(dtype = values, shape = {
        let _ = (factors, of);
        burn::tensor::Shape::from([values.dims::<2>()[0], 1])
    })]
    fn text_sum(
        values: FloatTensor<Self>,
        factors: FloatTensor<Self>,
        of: Sum,
    ) -> FloatTensor<Self>;

    /// The gradient of the values, given that of the sums.
    #[fusion(dtype = values, shape = values)]
    fn text_sum_gradient(
        values: FloatTensor<Self>,
        factors: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        of: Sum,
    ) -> FloatTensor<Self>;
}

impl Sums for CubeBackend {
    fn text_sum(
        values: FloatTensor<Self>,
        factors: FloatTensor<Self>,
        of: Sum,
    ) -> FloatTensor<Self> {
        let [values, factors] = [values, factors].map(into_contiguous);
        let [texts, count] = values.meta.shape().dims::<2>();
        let result = empty(&values, [texts, 1]);
        sum_kernel::launch(
            &values.client.clone(),
            one_for_each(texts),
            CubeDim::new_1d(UNITS as u32),
            values.into_buffer_arg(),
            factors.into_buffer_arg(),
            result.clone().into_buffer_arg(),
            texts as u32,
            count as u32,
            of == Sum::CrossEntropy,
        );
        result
    }

    fn text_sum_gradient(
        values: FloatTensor<Self>,
        factors: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        of: Sum,
    ) -> FloatTensor<Self> {
        let [values, factors, gradient] = [values, factors, gradient].map(into_contiguous);
        let [texts, count] = values.meta.shape().dims::<2>();
        let result = empty(&values, [texts, count]);
        gradient_kernel::launch(
            &values.client.clone(),
            one_for_each(texts),
            CubeDim::new_1d(UNITS as u32),
            values.into_buffer_arg(),
            factors.into_buffer_arg(),
            gradient.into_buffer_arg(),
            result.clone().into_buffer_arg(),
            texts as u32,
            count as u32,
            of == Sum::CrossEntropy,
        );
        result
    }
}

impl<B: Sums, C: CheckpointStrategy> Sums for Autodiff<B, C> {
    fn text_sum(
        values: FloatTensor<Self>,
        factors: FloatTensor<Self>,
        of: Sum,
    ) -> FloatTensor<Self> {
        let nodes = [values.node()];
        let (values, factors) = (values.into_primitive(), factors.into_primitive());
        let result = B::text_sum(values.clone(), factors.clone(), of);
        match Gradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish((values, factors, of), result),
            OpsKind::UnTracked(prepared) => prepared.finish(result),
        }
    }

    fn text_sum_gradient(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Sum,
    ) -> FloatTensor<Self> {
        unimplemented!("gradients of gradients")
    }
}

#[derive(Debug)]
struct Gradient;

impl<B: Sums> Backward<B, 1> for Gradient {
    type State = (FloatTensor<B>, FloatTensor<B>, Sum);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (values, factors, of) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        let [parent] = ops.parents;
        if let Some(parent) = parent {
            let of_values = B::text_sum_gradient(values, factors, gradient, of);
            gradients.register::<B>(parent.id, of_values);
        }
    }
}

/// The largest of a text's values and the sum of their exponentials, relative to it.
#[cube]
fn exponentials(
    values: &[f32],
    start: usize,
    count: usize,
    shared: &mut Shared<[f32]>,
) -> (f32, f32) {
    let mut largest = f32::new(-1.0e30f32);
    let mut at = UNIT_POS as usize;
    while at < count {
        if values[start + at] > largest {
            largest = values[start + at];
        }
        at += UNITS;
    }
    let largest = largest_of(largest, shared);
    let mut sum = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < count {
        sum += (values[start + at] - largest).exp();
        at += UNITS;
    }
    (largest, sum_of(sum, shared))
}

/// A probability with a finite logarithm.
#[cube]
fn bounded(probability: f32) -> f32 {
    let mut bounded = probability;
    if bounded < 1e-6f32 {
        bounded = 1e-6f32;
    }
    if bounded > 1.0f32 - 1e-6f32 {
        bounded = 1.0f32 - 1e-6f32;
    }
    bounded
}

/// A cube for each text.
#[cube(launch)]
fn sum_kernel(
    values: &[f32],
    factors: &[f32],
    result: &mut [f32],
    texts: u32,
    count: u32,
    #[comptime] cross_entropy: bool,
) {
    let count = count as usize;
    let text = row_of_cube(texts);
    let start = text * count;
    let mut shared = Shared::new_slice(UNITS);
    let mut sum = 0.0f32;
    if comptime!(cross_entropy) {
        let (largest, all) = exponentials(values, start, count, &mut shared);
        let mut at = UNIT_POS as usize;
        while at < count {
            sum += (values[start + at] - largest - all.ln()) * factors[start + at];
            at += UNITS;
        }
    } else {
        let mut at = UNIT_POS as usize;
        while at < count {
            let p = bounded(values[start + at]);
            let q = 1.0f32 - p;
            sum += (p * p.ln() + q * q.ln()) * factors[start + at];
            at += UNITS;
        }
    }
    let sum = sum_of(sum, &mut shared);
    if UNIT_POS == 0 {
        result[text] = sum;
    }
}

/// A cube for each text.
#[cube(launch)]
fn gradient_kernel(
    values: &[f32],
    factors: &[f32],
    gradient: &[f32],
    result: &mut [f32],
    texts: u32,
    count: u32,
    #[comptime] cross_entropy: bool,
) {
    let count = count as usize;
    let text = row_of_cube(texts);
    let start = text * count;
    let mut shared = Shared::new_slice(UNITS);
    if comptime!(cross_entropy) {
        let (largest, all) = exponentials(values, start, count, &mut shared);
        let mut at = UNIT_POS as usize;
        while at < count {
            // The factors of a text add up to −1.
            let p = (values[start + at] - largest).exp() / all;
            result[start + at] = gradient[text] * (factors[start + at] + p);
            at += UNITS;
        }
    } else {
        let mut at = UNIT_POS as usize;
        while at < count {
            let p = values[start + at];
            let mut slope = 0.0f32;
            if p == bounded(p) {
                slope = gradient[text] * factors[start + at] * (p.ln() - (1.0f32 - p).ln());
            }
            result[start + at] = slope;
            at += UNITS;
        }
    }
}
