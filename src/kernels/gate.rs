//! The gate of a training step and its gradient: five programs instead of some forty.

#![expect(
    clippy::too_many_arguments,
    reason = "Burn is given tensors one by one"
)]

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, AutodiffBackend, Backend, Dispatch, backend_extension};
use burn::nn::Linear;
use burn::tensor::{Int, Tensor};
use burn_cubecl::CubeBackend;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;

use super::cube::{COLUMNS, UNITS, empty, one_for_each, run_on};
use super::gate_kernels::*;
use super::several::Several;

/// Keep probabilities and the hard gate with its straight-through gradient, `[B, L]` each. `None` where Burn's
/// operations are to be used.
///
/// # Shapes
/// - `types`: embeddings, `[U, E]`
/// - `hidden`: E → H; `decision`: H → (drop, keep)
/// - `places`: the type at each place, `[B, L]`
/// - `noise`: on the log-odds, `[B, L]`
pub(crate) fn gate(
    types: &Tensor<2>,
    [hidden, decision]: [&Linear; 2],
    places: &Tensor<2, Int>,
    noise: &Tensor<2>,
) -> Option<(Tensor<2>, Tensor<2>)> {
    let (to_hidden, to_decision) = (hidden.bias.as_ref()?, decision.bias.as_ref()?);
    run_on(&types.device()).then(|| {
        let raw = types.clone().matmul(hidden.weight.val()).into_dispatch();
        let to_hidden = to_hidden.val().into_dispatch();
        let weights = decision.weight.val().into_dispatch();
        let to_decision = to_decision.val().into_dispatch();
        let (places, noise) = (
            places.clone().into_dispatch(),
            noise.clone().into_dispatch(),
        );
        let (keep, gate, _) = Dispatch::gate(raw, to_hidden, weights, to_decision, places, noise);
        (Tensor::from_dispatch(keep), Tensor::from_dispatch(gate))
    })
}

/// What Burn has to know of it.
#[backend_extension(Cube, Autodiff, Fusion: cfg(any(feature = "fusion", target_family = "wasm")))]
pub(super) trait Gate: Backend {
    /// See [`gate`]; and the log-odds of each type, `[U]`.
    #[fusion(meta = |raw, to_hidden, weights, to_decision, places, noise| {
        let _ = (to_hidden, weights, to_decision, places);
        let types = raw.shape.dims::<2>()[0];
        let odds = burn::backend::fusion::custom::TensorSpec::new([types].into(), raw.dtype);
        (noise.clone(), noise.clone(), odds)
    })]
    fn gate(
        raw: FloatTensor<Self>,
        to_hidden: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        to_decision: FloatTensor<Self>,
        places: IntTensor<Self>,
        noise: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    /// The gradients of `raw`, `to_hidden`, `weights` and `to_decision`, from those of both results that are `given`.
    #[fusion(meta = |of_keep, of_gate, odds, raw, to_hidden, weights, places, noise, given| {
        let _ = (of_keep, of_gate, odds, places, noise, given);
        let of_decision = burn::backend::fusion::custom::TensorSpec::new([2].into(), raw.dtype);
        (raw.clone(), to_hidden.clone(), weights.clone(), of_decision)
    })]
    fn gate_gradients(
        of_keep: FloatTensor<Self>,
        of_gate: FloatTensor<Self>,
        odds: FloatTensor<Self>,
        raw: FloatTensor<Self>,
        to_hidden: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        places: IntTensor<Self>,
        noise: FloatTensor<Self>,
        given: [bool; 2],
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    );
}

impl Gate for CubeBackend {
    fn gate(
        raw: FloatTensor<Self>,
        to_hidden: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        to_decision: FloatTensor<Self>,
        places: IntTensor<Self>,
        noise: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [raw, to_hidden, weights] = [raw, to_hidden, weights].map(into_contiguous);
        let [to_decision, places, noise] = [to_decision, places, noise].map(into_contiguous);
        let [types, width] = raw.meta.shape().dims::<2>();
        let [texts, length] = noise.meta.shape().dims::<2>();
        let client = raw.client.clone();
        let odds = empty(&raw, [types]);
        let [keep, gate] = [(); 2].map(|()| empty(&raw, [texts, length]));
        odds_kernel::launch(
            &client,
            one_for_each(types),
            CubeDim::new_1d(UNITS as u32),
            raw.into_buffer_arg(),
            to_hidden.into_buffer_arg(),
            weights.into_buffer_arg(),
            to_decision.into_buffer_arg(),
            odds.clone().into_buffer_arg(),
            types as u32,
            width as u32,
        );
        places_kernel::launch(
            &client,
            one_for_each((texts * length).div_ceil(UNITS)),
            CubeDim::new_1d(UNITS as u32),
            odds.clone().into_buffer_arg(),
            places.into_buffer_arg(),
            noise.into_buffer_arg(),
            keep.clone().into_buffer_arg(),
            gate.clone().into_buffer_arg(),
            (texts * length) as u32,
        );
        (keep, gate, odds)
    }

    fn gate_gradients(
        of_keep: FloatTensor<Self>,
        of_gate: FloatTensor<Self>,
        odds: FloatTensor<Self>,
        raw: FloatTensor<Self>,
        to_hidden: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        places: IntTensor<Self>,
        noise: FloatTensor<Self>,
        given: [bool; 2],
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        let [of_keep, of_gate, places] = [of_keep, of_gate, places].map(into_contiguous);
        let [raw, to_hidden, weights] = [raw, to_hidden, weights].map(into_contiguous);
        let noise = into_contiguous(noise);
        let [types, width] = raw.meta.shape().dims::<2>();
        let count = noise.meta.shape().num_elements();
        let client = raw.client.clone();
        let of_places = empty(&raw, [count]);
        let of_types = empty(&raw, [types]);
        let of_raw = empty(&raw, [types, width]);
        let of_hidden = empty(&raw, [width]);
        let of_weights = empty(&raw, [width, 2]);
        let of_decision = empty(&raw, [2]);
        of_places_kernel::launch(
            &client,
            one_for_each(count.div_ceil(UNITS)),
            CubeDim::new_1d(UNITS as u32),
            of_keep.into_buffer_arg(),
            of_gate.into_buffer_arg(),
            odds.into_buffer_arg(),
            places.clone().into_buffer_arg(),
            noise.into_buffer_arg(),
            of_places.clone().into_buffer_arg(),
            count as u32,
            given[0],
            given[1],
        );
        of_types_kernel::launch(
            &client,
            one_for_each(types),
            CubeDim::new_1d(UNITS as u32),
            of_places.into_buffer_arg(),
            places.into_buffer_arg(),
            raw.clone().into_buffer_arg(),
            to_hidden.clone().into_buffer_arg(),
            weights.into_buffer_arg(),
            of_types.clone().into_buffer_arg(),
            of_raw.clone().into_buffer_arg(),
            count as u32,
            types as u32,
            width as u32,
        );
        of_columns_kernel::launch(
            &client,
            CubeCount::Static(width.div_ceil(COLUMNS) as u32, 1, 1),
            CubeDim::new_1d(UNITS as u32),
            raw.into_buffer_arg(),
            to_hidden.into_buffer_arg(),
            of_types.into_buffer_arg(),
            of_raw.clone().into_buffer_arg(),
            of_hidden.clone().into_buffer_arg(),
            of_weights.clone().into_buffer_arg(),
            of_decision.clone().into_buffer_arg(),
            types as u32,
            width as u32,
        );
        (of_raw, of_hidden, of_weights, of_decision)
    }
}

impl<B: Gate, C: CheckpointStrategy> Gate for Autodiff<B, C> {
    fn gate(
        raw: FloatTensor<Self>,
        to_hidden: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        to_decision: FloatTensor<Self>,
        places: IntTensor<Self>,
        noise: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let nodes = [
            raw.node(),
            to_hidden.node(),
            weights.node(),
            to_decision.node(),
        ];
        let [raw, to_hidden, weights, to_decision, noise] =
            [raw, to_hidden, weights, to_decision, noise].map(FloatTensor::<Self>::into_primitive);
        let (keep, gate, odds) = B::gate(
            raw.clone(),
            to_hidden.clone(),
            weights.clone(),
            to_decision,
            places.clone(),
            noise.clone(),
        );
        let several = Several::new();
        let kept = [odds.clone(), raw, to_hidden, weights, noise];
        let trunk = match Gradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                prepared.finish((kept, places, several.clone()), keep.clone())
            }
            OpsKind::UnTracked(prepared) => prepared.finish(keep.clone()),
        };
        let [keep, gate] = several.follow::<C>(&trunk, [keep, gate]);
        (keep, gate, Self::from_inner(odds))
    }

    fn gate_gradients(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: IntTensor<Self>,
        _: FloatTensor<Self>,
        _: [bool; 2],
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        unimplemented!("gradients of gradients")
    }
}

#[derive(Debug)]
struct Gradient;

impl<B: Gate> Backward<B, 4> for Gradient {
    type State = ([FloatTensor<B>; 5], IntTensor<B>, Several<B, 2>);

    fn backward(self, ops: Ops<Self::State, 4>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let ([odds, raw, to_hidden, weights, noise], places, several) = ops.state;
        // Without a gradient anything will do.
        let any = gradients.consume::<B>(&ops.node);
        let results = several.take();
        let given = results.each_ref().map(Option::is_some);
        let [of_keep, of_gate] = results.map(|gradient| gradient.unwrap_or_else(|| any.clone()));
        let (of_raw, of_hidden, of_weights, of_decision) = B::gate_gradients(
            of_keep, of_gate, odds, raw, to_hidden, weights, places, noise, given,
        );
        let of_parents = [of_raw, of_hidden, of_weights, of_decision];
        for (parent, of_parent) in ops.parents.into_iter().zip(of_parents) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, of_parent);
            }
        }
    }
}
