//! What words bring to the classes: four programs instead of some forty. Nothing here has a gradient.

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, Dispatch, backend_extension};
use burn::nn::LayerNorm;
use burn::tensor::Tensor;
use burn_cubecl::CubeBackend;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;

use super::contribution_kernels::*;
use super::cube::{UNITS, empty, one_for_each, run_on};

/// Slopes with a norm's output, `[C, R, E]`, as slopes with its input, `normalised`, `[R, E]`, whose scales are held
/// fixed. `None` where Burn's operations are to be used; so do the others.
pub(crate) fn through_norm(
    slopes: &Tensor<3>,
    norm: &LayerNorm,
    normalised: &Tensor<2>,
    epsilon: f64,
) -> Option<Tensor<3>> {
    run_on(&slopes.device()).then(|| {
        let scale = norm.gamma.val().into_dispatch();
        let [slopes, rows] = [
            slopes.clone().into_dispatch(),
            normalised.clone().into_dispatch(),
        ];
        Tensor::from_dispatch(Dispatch::through_norm(slopes, rows, scale, epsilon as f32))
    })
}

/// What words bring to each place through attention and, on the diagonal, directly: `[B, C, L, L]`.
///
/// # Shapes
/// - `attended`, `input`: slopes with what the heads take and with the block's input, `[C, B·L, E]`
/// - `values`: what the heads may take of each place, `rows`: what enters there, `[B·L, E]`
/// - `attention`: `[B, H, L, L]`
pub(crate) fn brought(
    [attended, input]: [&Tensor<3>; 2],
    [values, rows]: [&Tensor<2>; 2],
    attention: &Tensor<4>,
) -> Option<Tensor<4>> {
    run_on(&values.device()).then(|| {
        let [attended, input] = [attended, input].map(|slopes| slopes.clone().into_dispatch());
        let [values, rows] = [values, rows].map(|rows| rows.clone().into_dispatch());
        let attention = attention.clone().into_dispatch();
        Tensor::from_dispatch(Dispatch::brought(attended, input, values, rows, attention))
    })
}

/// Slopes with what each place offers to the heads, from those with what they take, `attended`; both `[C, B·L, E]`.
pub(crate) fn offered(attended: &Tensor<3>, attention: &Tensor<4>) -> Option<Tensor<3>> {
    run_on(&attended.device()).then(|| {
        let attended = attended.clone().into_dispatch();
        Tensor::from_dispatch(Dispatch::offered(
            attended,
            attention.clone().into_dispatch(),
        ))
    })
}

/// The sums over each place's slopes times a bias, of three kinds, `[C, R]` of `[C, R, N]` and `[N]`.
pub(crate) fn of_biases(slopes: [&Tensor<3>; 3], biases: [Tensor<1>; 3]) -> Option<Tensor<2>> {
    run_on(&slopes[0].device()).then(|| {
        let [a, b, c] = slopes.map(|slopes| slopes.clone().into_dispatch());
        let [of_a, of_b, of_c] = biases.map(Tensor::into_dispatch);
        Tensor::from_dispatch(Dispatch::of_biases(a, of_a, b, of_b, c, of_c))
    })
}

/// What Burn has to know of it.
#[backend_extension(Cube, Autodiff, Fusion: cfg(any(feature = "fusion", target_family = "wasm")))]
pub(super) trait Contributions: Backend {
    /// See [`through_norm`].
    #[fusion(dtype = slopes, shape = slopes)]
    fn through_norm(
        slopes: FloatTensor<Self>,
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self>;

    /// See [`brought`].
    #[fusion(dtype = attended, shape = {
        let _ = (input, values, rows);
        let [texts, _, length, _] = attention.dims::<4>();
        burn::tensor::Shape::from([texts, attended.dims::<3>()[0], length, length])
    })]
    fn brought(
        attended: FloatTensor<Self>,
        input: FloatTensor<Self>,
        values: FloatTensor<Self>,
        rows: FloatTensor<Self>,
        attention: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// See [`offered`].
    #[fusion(dtype = attended, shape = attended)]
    fn offered(attended: FloatTensor<Self>, attention: FloatTensor<Self>) -> FloatTensor<Self>;

    /// See [`of_biases`].
    #[fusion(dtype = a, shape = {
        let _ = (of_a, b, of_b, c, of_c);
        let [classes, rows, _] = a.dims::<3>();
        burn::tensor::Shape::from([classes, rows])
    })]
    fn of_biases(
        a: FloatTensor<Self>,
        of_a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        of_b: FloatTensor<Self>,
        c: FloatTensor<Self>,
        of_c: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

impl Contributions for CubeBackend {
    fn through_norm(
        slopes: FloatTensor<Self>,
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        let [slopes, rows, scale] = [slopes, rows, scale].map(into_contiguous);
        let [classes, count, width] = slopes.meta.shape().dims::<3>();
        let result = empty(&slopes, [classes, count, width]);
        norm_kernel::launch(
            &slopes.client.clone(),
            one_for_each(classes * count),
            CubeDim::new_1d(UNITS as u32),
            slopes.into_buffer_arg(),
            rows.into_buffer_arg(),
            scale.into_buffer_arg(),
            result.clone().into_buffer_arg(),
            (classes * count) as u32,
            count as u32,
            width as u32,
            epsilon,
        );
        result
    }

    fn brought(
        attended: FloatTensor<Self>,
        input: FloatTensor<Self>,
        values: FloatTensor<Self>,
        rows: FloatTensor<Self>,
        attention: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [attended, input, values] = [attended, input, values].map(into_contiguous);
        let [rows, attention] = [rows, attention].map(into_contiguous);
        let [texts, heads, length, _] = attention.meta.shape().dims::<4>();
        let [classes, _, width] = attended.meta.shape().dims::<3>();
        let count = texts * classes * length * length;
        let result = empty(&attended, [texts, classes, length, length]);
        brought_kernel::launch(
            &attended.client.clone(),
            one_for_each(count.div_ceil(UNITS)),
            CubeDim::new_1d(UNITS as u32),
            attended.into_buffer_arg(),
            input.into_buffer_arg(),
            values.into_buffer_arg(),
            rows.into_buffer_arg(),
            attention.into_buffer_arg(),
            result.clone().into_buffer_arg(),
            count as u32,
            texts as u32,
            classes as u32,
            heads as u32,
            length as u32,
            width as u32,
        );
        result
    }

    fn offered(attended: FloatTensor<Self>, attention: FloatTensor<Self>) -> FloatTensor<Self> {
        let [attended, attention] = [attended, attention].map(into_contiguous);
        let [_, heads, length, _] = attention.meta.shape().dims::<4>();
        let shape = attended.meta.shape().dims::<3>();
        let [classes, rows, width] = shape;
        let count = classes * rows * width;
        let result = empty(&attended, shape);
        offered_kernel::launch(
            &attended.client.clone(),
            one_for_each(count.div_ceil(UNITS)),
            CubeDim::new_1d(UNITS as u32),
            attended.into_buffer_arg(),
            attention.into_buffer_arg(),
            result.clone().into_buffer_arg(),
            count as u32,
            rows as u32,
            heads as u32,
            length as u32,
            width as u32,
        );
        result
    }

    fn of_biases(
        a: FloatTensor<Self>,
        of_a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        of_b: FloatTensor<Self>,
        c: FloatTensor<Self>,
        of_c: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [a, b, c] = [a, b, c].map(into_contiguous);
        let [of_a, of_b, of_c] = [of_a, of_b, of_c].map(into_contiguous);
        let [classes, rows, width] = a.meta.shape().dims::<3>();
        let wide = c.meta.shape()[2];
        let result = empty(&a, [classes, rows]);
        biases_kernel::launch(
            &a.client.clone(),
            one_for_each(classes * rows),
            CubeDim::new_1d(UNITS as u32),
            a.into_buffer_arg(),
            of_a.into_buffer_arg(),
            b.into_buffer_arg(),
            of_b.into_buffer_arg(),
            c.into_buffer_arg(),
            of_c.into_buffer_arg(),
            result.clone().into_buffer_arg(),
            (classes * rows) as u32,
            width as u32,
            wide as u32,
        );
        result
    }
}

impl<B: Contributions, C: CheckpointStrategy> Contributions for Autodiff<B, C> {
    fn through_norm(
        slopes: FloatTensor<Self>,
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        let [slopes, rows, scale] = [slopes, rows, scale].map(FloatTensor::<Self>::into_primitive);
        Self::from_inner(B::through_norm(slopes, rows, scale, epsilon))
    }

    fn brought(
        attended: FloatTensor<Self>,
        input: FloatTensor<Self>,
        values: FloatTensor<Self>,
        rows: FloatTensor<Self>,
        attention: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [attended, input, values, rows, attention] =
            [attended, input, values, rows, attention].map(FloatTensor::<Self>::into_primitive);
        Self::from_inner(B::brought(attended, input, values, rows, attention))
    }

    fn offered(attended: FloatTensor<Self>, attention: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::from_inner(B::offered(
            attended.into_primitive(),
            attention.into_primitive(),
        ))
    }

    fn of_biases(
        a: FloatTensor<Self>,
        of_a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        of_b: FloatTensor<Self>,
        c: FloatTensor<Self>,
        of_c: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let [a, of_a, b, of_b, c, of_c] =
            [a, of_a, b, of_b, c, of_c].map(FloatTensor::<Self>::into_primitive);
        Self::from_inner(B::of_biases(a, of_a, b, of_b, c, of_c))
    }
}
