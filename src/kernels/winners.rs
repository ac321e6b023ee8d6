//! Which words of a text may take each neuron: two programs instead of some fifteen.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;
use burn_cubecl::CubeBackend;
use burn_cubecl::cubecl;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;

use super::cube::{UNITS, empty, largest_of, run_on};

/// Below this, the strongest attention counts as none.
const LEAST: f32 = 1e-30;

/// Neurons, `[B, L, F]`, each silent except at the words that may take it: those of which it is one of the `count`
/// largest inputs, and of these the ones that are `correlated` with a largest one. `None` where Burn's operations are
/// to be used.
///
/// # Shapes
/// - `neurons`: `[B, L, F]`
/// - `attention`: `[B, H, L, L]`; rows are queries
/// - `valid`: 0 for PAD, `[B, L]`
pub(crate) fn taken(
    neurons: &Tensor<3>,
    attention: &Tensor<4>,
    valid: &Tensor<2>,
    (count, correlated): (usize, f64),
) -> Option<Tensor<3>> {
    run_on(&valid.device()).then(|| {
        let neurons = neurons.clone().into_dispatch();
        let attention = attention.clone().into_dispatch();
        let valid = valid.clone().into_dispatch();
        let (taken, _) = Dispatch::winners(neurons, attention, valid, count, correlated as f32);
        Tensor::from_dispatch(taken)
    })
}

/// What Burn has to know of it.
#[backend_extension(Cube, Autodiff, Fusion: cfg(any(feature = "fusion", target_family = "wasm")))]
pub(super) trait Winners: Backend {
    /// See [`taken`]; and 1 where a word may take a neuron, 0 elsewhere.
    #[fusion(meta = |neurons, attention, valid, count, correlated| {
        let _ = (attention, valid, count, correlated);
        (neurons.clone(), neurons.clone())
    })]
    fn winners(
        neurons: FloatTensor<Self>,
        attention: FloatTensor<Self>,
        valid: FloatTensor<Self>,
        count: usize,
        correlated: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

impl Winners for CubeBackend {
    fn winners(
        neurons: FloatTensor<Self>,
        attention: FloatTensor<Self>,
        valid: FloatTensor<Self>,
        count: usize,
        correlated: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [neurons, attention, valid] = [neurons, attention, valid].map(into_contiguous);
        let [texts, length, width] = neurons.meta.shape().dims::<3>();
        let heads = attention.meta.shape()[1];
        let client = neurons.client.clone();
        let matters = count > 1 && correlated > 0.0;
        let pairs = match matters {
            false => valid.clone(),
            true => {
                let pairs = empty(&neurons, [texts, length, length]);
                pairs_kernel::launch(
                    &client,
                    CubeCount::Static(texts as u32, 1, 1),
                    CubeDim::new_1d(UNITS as u32),
                    attention.into_buffer_arg(),
                    valid.clone().into_buffer_arg(),
                    pairs.clone().into_buffer_arg(),
                    heads as u32,
                    length as u32,
                    correlated,
                );
                pairs
            }
        };
        let [taken, kept] = [(); 2].map(|()| empty(&neurons, [texts, length, width]));
        winners_kernel::launch(
            &client,
            CubeCount::Static(width.div_ceil(UNITS) as u32, texts as u32, 1),
            CubeDim::new_1d(UNITS as u32),
            neurons.into_buffer_arg(),
            valid.into_buffer_arg(),
            pairs.into_buffer_arg(),
            taken.clone().into_buffer_arg(),
            kept.clone().into_buffer_arg(),
            count.min(length) as u32,
            length as u32,
            width as u32,
            matters,
        );
        (taken, kept)
    }
}

impl<B: Winners, C: CheckpointStrategy> Winners for Autodiff<B, C> {
    fn winners(
        neurons: FloatTensor<Self>,
        attention: FloatTensor<Self>,
        valid: FloatTensor<Self>,
        count: usize,
        correlated: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let nodes = [neurons.node()];
        let [neurons, attention, valid] =
            [neurons, attention, valid].map(FloatTensor::<Self>::into_primitive);
        let (taken, kept) = B::winners(neurons, attention, valid, count, correlated);
        let taken = match Gradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish(kept.clone(), taken),
            OpsKind::UnTracked(prepared) => prepared.finish(taken),
        };
        (taken, Self::from_inner(kept))
    }
}

#[derive(Debug)]
struct Gradient;

impl<B: Backend> Backward<B, 1> for Gradient {
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let [parent] = ops.parents;
        if let Some(parent) = parent {
            gradients.register::<B>(parent.id, B::float_mul(gradient, ops.state));
        }
    }
}

/// How strongly the more attentive of two different words attends to the other, summed over the heads.
#[cube]
fn either(attention: &[f32], text: usize, heads: usize, length: usize, pair: usize) -> f32 {
    let (i, j) = (pair / length, pair % length);
    let mut there = 0.0f32;
    let mut back = 0.0f32;
    for head in 0..heads {
        let start = (text * heads + head) * length * length;
        there += attention[start + i * length + j];
        back += attention[start + j * length + i];
    }
    let mut either = 0.0f32;
    if i != j {
        either = there;
        if back > there {
            either = back;
        }
    }
    either
}

/// 1 for a word with itself and for words that are correlated, `[B, L, L]`; a cube for each text.
#[cube(launch)]
fn pairs_kernel(
    attention: &[f32],
    valid: &[f32],
    pairs: &mut [f32],
    heads: u32,
    length: u32,
    correlated: f32,
) {
    let text = CUBE_POS_X as usize;
    let (heads, length) = (heads as usize, length as usize);
    let mut shared = Shared::new_slice(UNITS);
    let mut strongest = 0.0f32;
    let mut pair = UNIT_POS as usize;
    while pair < length * length {
        let words = valid[text * length + pair / length] * valid[text * length + pair % length];
        let strength = either(attention, text, heads, length, pair) * words;
        if strength > strongest {
            strongest = strength;
        }
        pair += UNITS;
    }
    let mut strongest = largest_of(strongest, &mut shared);
    if strongest < LEAST {
        strongest = LEAST;
    }
    let mut pair = UNIT_POS as usize;
    while pair < length * length {
        let words = valid[text * length + pair / length] * valid[text * length + pair % length];
        let strength = either(attention, text, heads, length, pair) * words / strongest;
        let mut holds = 0.0f32;
        if strength >= correlated || pair / length == pair % length {
            holds = 1.0f32;
        }
        pairs[text * length * length + pair] = holds;
        pair += UNITS;
    }
}

/// A unit for each neuron of each text.
#[cube(launch)]
fn winners_kernel(
    neurons: &[f32],
    valid: &[f32],
    pairs: &[f32],
    taken: &mut [f32],
    kept: &mut [f32],
    count: u32,
    length: u32,
    width: u32,
    #[comptime] matters: bool,
) {
    let neuron = CUBE_POS_X as usize * UNITS + UNIT_POS as usize;
    let text = CUBE_POS_Y as usize;
    let (length, width) = (length as usize, width as usize);
    if neuron < width {
        let start = text * length * width + neuron;
        // The largest input, and the one that `count` words reach. Those that are passed over count as 0.
        let mut first = neurons[start] * valid[text * length];
        for i in 1..length {
            let u = neurons[start + i * width] * valid[text * length + i];
            if u > first {
                first = u;
            }
        }
        let mut least = first;
        for _ in 1..count {
            let bound = least;
            least = 0.0f32;
            let mut begun = false;
            for i in 0..length {
                let mut u = neurons[start + i * width] * valid[text * length + i];
                if u >= bound {
                    u = 0.0f32;
                }
                if !begun || u > least {
                    least = u;
                }
                begun = true;
            }
        }
        for i in 0..length {
            let u = neurons[start + i * width] * valid[text * length + i];
            let mut wins = u >= least;
            if comptime!(matters) {
                let mut beside = false;
                if wins {
                    for j in 0..length {
                        if pairs[(text * length + i) * length + j] > 0.5f32 {
                            let other = neurons[start + j * width] * valid[text * length + j];
                            beside = beside || other >= first;
                        }
                    }
                }
                wins = wins && beside;
            }
            let mut keeps = 0.0f32;
            if wins {
                keeps = valid[text * length + i];
            }
            taken[start + i * width] = neurons[start + i * width] * keeps;
            kept[start + i * width] = keeps;
        }
    }
}
