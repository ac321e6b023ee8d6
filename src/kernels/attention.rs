//! Attention and its gradient: three programs instead of some twenty.

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

use super::LONGEST;
use super::cube::{UNITS, empty, largest_of, sum_of};
use super::several::Several;

/// What the heads take from the places, `[B·L, E]`, and the attention weights, `[B, H, L, L]`, whose rows are queries.
///
/// # Shapes
/// - `joined`: queries, keys and values side by side, each head by head, `[B·L, 3E]`
/// - `bias`: what is added to the scores of each key, `[B, 1, 1, L]`
pub(crate) fn attention(
    joined: Tensor<2>,
    bias: Option<&Tensor<4>>,
    heads: usize,
    texts: usize,
) -> (Tensor<2>, Tensor<4>) {
    let joined = joined.into_dispatch();
    let padded = bias.is_some();
    // Without a bias anything will do.
    let bias = bias.map_or_else(|| joined.clone(), |bias| bias.clone().into_dispatch());
    let (mixed, weights) = Dispatch::attend(joined, bias, padded, heads, texts);
    (Tensor::from_dispatch(mixed), Tensor::from_dispatch(weights))
}

/// What Burn has to know of it.
#[backend_extension(Cube, Autodiff, Fusion: cfg(any(feature = "fusion", target_family = "wasm")))]
pub(super) trait Attention: Backend {
    /// See [`attention`].
    #[fusion(meta = |joined, bias, padded, heads, texts| {
        let _ = (bias, padded);
        let [rows, width] = joined.shape.dims::<2>();
        let length = rows / texts;
        let of = |shape| burn::backend::fusion::custom::TensorSpec::new(shape, joined.dtype);
        (of([rows, width / 3].into()), of([*texts, *heads, length, length].into()))
    })]
    fn attend(
        joined: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        padded: bool,
        heads: usize,
        texts: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// The gradient of `joined`, from those of both results that are `given`.
    #[fusion(dtype = joined, shape = joined)]
    fn attend_gradient(
        joined: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        of_mixed: FloatTensor<Self>,
        of_weights: FloatTensor<Self>,
        given: [bool; 2],
    ) -> FloatTensor<Self>;
}

impl Attention for CubeBackend {
    fn attend(
        joined: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        padded: bool,
        heads: usize,
        texts: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [joined, bias] = [joined, bias].map(into_contiguous);
        let [rows, width] = joined.meta.shape().dims::<2>();
        let (length, width) = (rows / texts, width / 3);
        let mixed = empty(&joined, [rows, width]);
        let weights = empty(&joined, [texts, heads, length, length]);
        attend_kernel::launch(
            &joined.client.clone(),
            CubeCount::Static(length as u32, heads as u32, texts as u32),
            CubeDim::new_1d(UNITS as u32),
            joined.into_buffer_arg(),
            bias.into_buffer_arg(),
            mixed.clone().into_buffer_arg(),
            weights.clone().into_buffer_arg(),
            heads as u32,
            length as u32,
            width as u32,
            padded,
        );
        (mixed, weights)
    }

    fn attend_gradient(
        joined: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        of_mixed: FloatTensor<Self>,
        of_weights: FloatTensor<Self>,
        given: [bool; 2],
    ) -> FloatTensor<Self> {
        let [joined, weights] = [joined, weights].map(into_contiguous);
        let [of_mixed, of_weights] = [of_mixed, of_weights].map(into_contiguous);
        let [texts, heads, length, _] = weights.meta.shape().dims::<4>();
        let [rows, width] = joined.meta.shape().dims::<2>();
        let width = width / 3;
        let of_scores = empty(&joined, [texts, heads, length, length]);
        let of_joined = empty(&joined, [rows, 3 * width]);
        let client = joined.client.clone();
        let cubes = || CubeCount::Static(length as u32, heads as u32, texts as u32);
        queries_kernel::launch(
            &client,
            cubes(),
            CubeDim::new_1d(UNITS as u32),
            joined.clone().into_buffer_arg(),
            weights.clone().into_buffer_arg(),
            of_mixed.clone().into_buffer_arg(),
            of_weights.into_buffer_arg(),
            of_scores.clone().into_buffer_arg(),
            of_joined.clone().into_buffer_arg(),
            heads as u32,
            length as u32,
            width as u32,
            given[0],
            given[1],
        );
        keys_kernel::launch(
            &client,
            cubes(),
            CubeDim::new_1d(UNITS as u32),
            joined.into_buffer_arg(),
            weights.into_buffer_arg(),
            of_mixed.into_buffer_arg(),
            of_scores.into_buffer_arg(),
            of_joined.clone().into_buffer_arg(),
            heads as u32,
            length as u32,
            width as u32,
            given[0],
        );
        of_joined
    }
}

impl<B: Attention, C: CheckpointStrategy> Attention for Autodiff<B, C> {
    fn attend(
        joined: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        padded: bool,
        heads: usize,
        texts: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let nodes = [joined.node()];
        let (joined, bias) = (joined.into_primitive(), bias.into_primitive());
        let (mixed, weights) = B::attend(joined.clone(), bias, padded, heads, texts);
        let several = Several::new();
        let trunk = match Gradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                prepared.finish((joined, weights.clone(), several.clone()), mixed.clone())
            }
            OpsKind::UnTracked(prepared) => prepared.finish(mixed.clone()),
        };
        let [mixed, weights] = several.follow::<C>(&trunk, [mixed, weights]);
        (mixed, weights)
    }

    fn attend_gradient(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: [bool; 2],
    ) -> FloatTensor<Self> {
        unimplemented!("gradients of gradients")
    }
}

#[derive(Debug)]
struct Gradient;

impl<B: Attention> Backward<B, 1> for Gradient {
    type State = (FloatTensor<B>, FloatTensor<B>, Several<B, 2>);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (joined, weights, several) = ops.state;
        let _ = gradients.consume::<B>(&ops.node);
        let [of_mixed, of_weights] = several.take();
        let given = [&of_mixed, &of_weights].map(Option::is_some);
        // Without a gradient anything will do.
        let of_mixed = of_mixed.unwrap_or_else(|| joined.clone());
        let of_weights = of_weights.unwrap_or_else(|| weights.clone());
        let [parent] = ops.parents;
        if let Some(parent) = parent {
            let of_joined = B::attend_gradient(joined, weights, of_mixed, of_weights, given);
            gradients.register::<B>(parent.id, of_joined);
        }
    }
}

/// A cube for each query of each head.
#[cube(launch)]
fn attend_kernel(
    joined: &[f32],
    bias: &[f32],
    mixed: &mut [f32],
    weights: &mut [f32],
    heads: u32,
    length: u32,
    width: u32,
    #[comptime] padded: bool,
) {
    let (heads, length, width) = (heads as usize, length as usize, width as usize);
    let (i, head, text) = (
        CUBE_POS_X as usize,
        CUBE_POS_Y as usize,
        CUBE_POS_Z as usize,
    );
    let size = width / heads;
    let scale = 1.0f32 / f32::cast_from(size as u32).sqrt();
    let first = text * length;
    let query = (first + i) * 3 * width + head * size;
    let mut shared = Shared::new_slice(UNITS);
    let mut row = Shared::new_slice(LONGEST);
    let mut largest = f32::new(-1.0e30f32);
    let mut j = UNIT_POS as usize;
    while j < length {
        let key = (first + j) * 3 * width + width + head * size;
        let mut score = 0.0f32;
        for at in 0..size {
            score += joined[query + at] * joined[key + at];
        }
        score *= scale;
        if comptime!(padded) {
            score += bias[first + j];
        }
        row[j] = score;
        if score > largest {
            largest = score;
        }
        j += UNITS;
    }
    let largest = largest_of(largest, &mut shared);
    let mut sum = 0.0f32;
    let mut j = UNIT_POS as usize;
    while j < length {
        let weight = (row[j] - largest).exp();
        row[j] = weight;
        sum += weight;
        j += UNITS;
    }
    let sum = sum_of(sum, &mut shared);
    let mut j = UNIT_POS as usize;
    while j < length {
        let weight = row[j] / sum;
        row[j] = weight;
        weights[((text * heads + head) * length + i) * length + j] = weight;
        j += UNITS;
    }
    sync_cube();
    let mut at = UNIT_POS as usize;
    while at < size {
        let mut value = 0.0f32;
        for j in 0..length {
            value += row[j] * joined[(first + j) * 3 * width + 2 * width + head * size + at];
        }
        mixed[(first + i) * width + head * size + at] = value;
        at += UNITS;
    }
}

/// The gradients of the scores and of a query; a cube for each query of each head.
#[cube(launch)]
fn queries_kernel(
    joined: &[f32],
    weights: &[f32],
    of_mixed: &[f32],
    of_weights: &[f32],
    of_scores: &mut [f32],
    of_joined: &mut [f32],
    heads: u32,
    length: u32,
    width: u32,
    #[comptime] of_mixed_given: bool,
    #[comptime] of_weights_given: bool,
) {
    let (heads, length, width) = (heads as usize, length as usize, width as usize);
    let (i, head, text) = (
        CUBE_POS_X as usize,
        CUBE_POS_Y as usize,
        CUBE_POS_Z as usize,
    );
    let size = width / heads;
    let scale = 1.0f32 / f32::cast_from(size as u32).sqrt();
    let first = text * length;
    let start = ((text * heads + head) * length + i) * length;
    let taken = (first + i) * width + head * size;
    let mut shared = Shared::new_slice(UNITS);
    let mut row = Shared::new_slice(LONGEST);
    let mut along = 0.0f32;
    let mut j = UNIT_POS as usize;
    while j < length {
        let value = (first + j) * 3 * width + 2 * width + head * size;
        let mut slope = 0.0f32;
        if comptime!(of_mixed_given) {
            for at in 0..size {
                slope += of_mixed[taken + at] * joined[value + at];
            }
        }
        if comptime!(of_weights_given) {
            slope += of_weights[start + j];
        }
        row[j] = slope;
        along += slope * weights[start + j];
        j += UNITS;
    }
    let along = sum_of(along, &mut shared);
    let mut j = UNIT_POS as usize;
    while j < length {
        let slope = weights[start + j] * (row[j] - along);
        row[j] = slope;
        of_scores[start + j] = slope;
        j += UNITS;
    }
    sync_cube();
    let mut at = UNIT_POS as usize;
    while at < size {
        let mut slope = 0.0f32;
        for j in 0..length {
            slope += row[j] * joined[(first + j) * 3 * width + width + head * size + at];
        }
        of_joined[(first + i) * 3 * width + head * size + at] = slope * scale;
        at += UNITS;
    }
}

/// The gradients of a key and of a value; a cube for each key of each head.
#[cube(launch)]
fn keys_kernel(
    joined: &[f32],
    weights: &[f32],
    of_mixed: &[f32],
    of_scores: &[f32],
    of_joined: &mut [f32],
    heads: u32,
    length: u32,
    width: u32,
    #[comptime] of_mixed_given: bool,
) {
    let (heads, length, width) = (heads as usize, length as usize, width as usize);
    let (j, head, text) = (
        CUBE_POS_X as usize,
        CUBE_POS_Y as usize,
        CUBE_POS_Z as usize,
    );
    let size = width / heads;
    let scale = 1.0f32 / f32::cast_from(size as u32).sqrt();
    let first = text * length;
    let mut at = UNIT_POS as usize;
    while at < size {
        let mut of_key = 0.0f32;
        let mut of_value = 0.0f32;
        for i in 0..length {
            let pair = ((text * heads + head) * length + i) * length + j;
            let column = head * size + at;
            of_key += of_scores[pair] * joined[(first + i) * 3 * width + column];
            if comptime!(of_mixed_given) {
                of_value += weights[pair] * of_mixed[(first + i) * width + column];
            }
        }
        let start = (first + j) * 3 * width + head * size + at;
        of_joined[start + width] = of_key * scale;
        of_joined[start + 2 * width] = of_value;
        at += UNITS;
    }
}
