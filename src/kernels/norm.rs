//! The layer norm and its gradient: three programs instead of some fifteen.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::nn::LayerNorm;
use burn::tensor::Tensor;
use burn_cubecl::CubeBackend;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;

use super::cube::{COLUMNS, UNITS, empty, one_for_each, row_of_cube, run_on, sum_of};

/// [`LayerNorm::forward`], row by row; both `[R, E]`. `None` where Burn's own is to be used.
pub(crate) fn norm(rows: &Tensor<2>, norm: &LayerNorm, epsilon: f64) -> Option<Tensor<2>> {
    let shift = norm.beta.as_ref().filter(|_| run_on(&rows.device()))?;
    let [scale, shift] = [&norm.gamma, shift].map(|param| param.val().into_dispatch());
    let rows = rows.clone().into_dispatch();
    Some(Tensor::from_dispatch(Dispatch::norm(
        rows,
        scale,
        shift,
        epsilon as f32,
    )))
}

/// What Burn has to know of it.
#[backend_extension(Cube, Autodiff, Fusion: cfg(any(feature = "fusion", target_family = "wasm")))]
pub(super) trait Norm: Backend {
    /// `scale`·(x − mean)/√(variance + ε) + `shift` of rows, `[R, E]`; so is the result, and the others are `[E]`.
    #[fusion(dtype = rows, shape = rows)]
    fn norm(
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self>;

    /// The gradients of `rows`, `scale` and `shift`, given that of the result.
    #[fusion(meta = |rows, scale, gradient, epsilon| {
        let _ = (gradient, epsilon);
        (rows.clone(), scale.clone(), scale.clone())
    })]
    fn norm_gradients(
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

impl Norm for CubeBackend {
    fn norm(
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        let [rows, scale, shift] = [rows, scale, shift].map(into_contiguous);
        let [count, width] = rows.meta.shape().dims::<2>();
        let result = empty(&rows, [count, width]);
        norm_kernel::launch(
            &rows.client.clone(),
            one_for_each(count),
            CubeDim::new_1d(UNITS as u32),
            rows.into_buffer_arg(),
            scale.into_buffer_arg(),
            shift.into_buffer_arg(),
            result.clone().into_buffer_arg(),
            count as u32,
            width as u32,
            epsilon,
        );
        result
    }

    fn norm_gradients(
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [rows, scale, gradient] = [rows, scale, gradient].map(into_contiguous);
        let [count, width] = rows.meta.shape().dims::<2>();
        let of_rows = empty(&rows, [count, width]);
        let normalised = empty(&rows, [count, width]);
        let [of_scale, of_shift] = [(); 2].map(|()| empty(&rows, [width]));
        let client = rows.client.clone();
        rows_kernel::launch(
            &client,
            one_for_each(count),
            CubeDim::new_1d(UNITS as u32),
            rows.into_buffer_arg(),
            scale.into_buffer_arg(),
            gradient.clone().into_buffer_arg(),
            of_rows.clone().into_buffer_arg(),
            normalised.clone().into_buffer_arg(),
            count as u32,
            width as u32,
            epsilon,
        );
        columns_kernel::launch(
            &client,
            CubeCount::Static(width.div_ceil(COLUMNS) as u32, 1, 1),
            CubeDim::new_1d(UNITS as u32),
            normalised.into_buffer_arg(),
            gradient.into_buffer_arg(),
            of_scale.clone().into_buffer_arg(),
            of_shift.clone().into_buffer_arg(),
            count as u32,
            width as u32,
        );
        (of_rows, of_scale, of_shift)
    }
}

impl<B: Norm, C: CheckpointStrategy> Norm for Autodiff<B, C> {
    fn norm(
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        let nodes = [rows.node(), scale.node(), shift.node()];
        let [rows, scale, shift] = [rows, scale, shift].map(FloatTensor::<Self>::into_primitive);
        let result = B::norm(rows.clone(), scale.clone(), shift, epsilon);
        match Gradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish((rows, scale, epsilon), result),
            OpsKind::UnTracked(prepared) => prepared.finish(result),
        }
    }

    fn norm_gradients(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        unimplemented!("gradients of gradients")
    }
}

#[derive(Debug)]
struct Gradient;

impl<B: Norm> Backward<B, 3> for Gradient {
    type State = (FloatTensor<B>, FloatTensor<B>, f32);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (rows, scale, epsilon) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        let (of_rows, of_scale, of_shift) = B::norm_gradients(rows, scale, gradient, epsilon);
        for (parent, of_parent) in ops.parents.into_iter().zip([of_rows, of_scale, of_shift]) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, of_parent);
            }
        }
    }
}

/// Mean and 1/√(variance + ε) of the row that begins at `start`.
#[cube]
pub(super) fn statistics(
    rows: &[f32],
    start: usize,
    width: usize,
    epsilon: f32,
    shared: &mut Shared<[f32]>,
) -> (f32, f32) {
    let mut sum = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        sum += rows[start + at];
        at += UNITS;
    }
    let mean = sum_of(sum, shared) / f32::cast_from(width as u32);
    let mut squares = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        let centred = rows[start + at] - mean;
        squares += centred * centred;
        at += UNITS;
    }
    let variance = sum_of(squares, shared) / f32::cast_from(width as u32);
    (mean, 1.0f32 / (variance + epsilon).sqrt())
}

#[cube(launch)]
fn norm_kernel(
    rows: &[f32],
    scale: &[f32],
    shift: &[f32],
    result: &mut [f32],
    count: u32,
    width: u32,
    epsilon: f32,
) {
    let width = width as usize;
    let start = row_of_cube(count) * width;
    let mut shared = Shared::new_slice(UNITS);
    let (mean, per_deviation) = statistics(rows, start, width, epsilon, &mut shared);
    let mut at = UNIT_POS as usize;
    while at < width {
        result[start + at] = (rows[start + at] - mean) * per_deviation * scale[at] + shift[at];
        at += UNITS;
    }
}

#[cube(launch)]
fn rows_kernel(
    rows: &[f32],
    scale: &[f32],
    gradient: &[f32],
    of_rows: &mut [f32],
    normalised: &mut [f32],
    count: u32,
    width: u32,
    epsilon: f32,
) {
    let width = width as usize;
    let start = row_of_cube(count) * width;
    let mut shared = Shared::new_slice(UNITS);
    let (mean, per_deviation) = statistics(rows, start, width, epsilon, &mut shared);
    let mut sum = 0.0f32;
    let mut along = 0.0f32;
    let mut at = UNIT_POS as usize;
    while at < width {
        let z = (rows[start + at] - mean) * per_deviation;
        let of_z = gradient[start + at] * scale[at];
        normalised[start + at] = z;
        sum += of_z;
        along += of_z * z;
        at += UNITS;
    }
    let sum = sum_of(sum, &mut shared) / f32::cast_from(width as u32);
    let along = sum_of(along, &mut shared) / f32::cast_from(width as u32);
    let mut at = UNIT_POS as usize;
    while at < width {
        let z = (rows[start + at] - mean) * per_deviation;
        let of_z = gradient[start + at] * scale[at];
        of_rows[start + at] = per_deviation * (of_z - sum - z * along);
        at += UNITS;
    }
}

/// Each cube sums some columns, several units each.
#[cube(launch)]
fn columns_kernel(
    normalised: &[f32],
    gradient: &[f32],
    of_scale: &mut [f32],
    of_shift: &mut [f32],
    count: u32,
    width: u32,
) {
    let width = width as usize;
    let unit = UNIT_POS as usize;
    let column = CUBE_POS_X as usize * COLUMNS + unit % COLUMNS;
    let mut scales = Shared::new_slice(UNITS);
    let mut shifts = Shared::new_slice(UNITS);
    let mut scale = 0.0f32;
    let mut shift = 0.0f32;
    if column < width {
        let mut row = unit / COLUMNS;
        while row < count as usize {
            let slope = gradient[row * width + column];
            scale += slope * normalised[row * width + column];
            shift += slope;
            row += UNITS / COLUMNS;
        }
    }
    scales[unit] = scale;
    shifts[unit] = shift;
    sync_cube();
    if unit < COLUMNS && column < width {
        let mut other = unit + COLUMNS;
        while other < UNITS {
            scale += scales[other];
            shift += shifts[other];
            other += COLUMNS;
        }
        of_scale[column] = scale;
        of_shift[column] = shift;
    }
}
