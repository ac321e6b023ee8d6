//! The losses on pairs of words and their gradient: some seven programs instead of some sixty.

#![expect(
    clippy::too_many_arguments,
    clippy::type_complexity,
    reason = "Burn is given tensors one by one, and gives tuples of them"
)]

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;
use burn_cubecl::CubeBackend;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;

use super::cube::{COLUMNS, UNITS, empty, one_for_each};
use super::pair_kernels::*;
use super::several::Several;

/// In which form the losses are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// Whether neurons count by how far their votes separate the classes. If not, the votes must have no gradient.
    pub(crate) counted: bool,
    /// Whether negative cosines count as 0.
    pub(crate) clamped: bool,
    /// Whether a word counts as another's neighbour by its own weight.
    pub(crate) important: bool,
    /// Whether pairs are compared with the word's other pairs.
    pub(crate) contrasted: bool,
    /// What the losses are multiplied by.
    pub(crate) share: f32,
}

/// L_imp and L_int of each text, `[B, 1]` each, as functions of neurons and votes; the others are given.
///
/// # Shapes
/// - `neurons`: `[B, L, F]`
/// - `votes`: `[1, K, F]`
/// - `attention`: `[B, H, L, L]`
/// - `pairs`: 1 for pairs of different words and, on the diagonal, for words, `[B, L, L]`
/// - `weight`: how important each word is, `[B, L]`
pub(crate) fn pair_losses(
    neurons: Tensor<3>,
    votes: Tensor<3>,
    attention: Tensor<4>,
    pairs: Tensor<3>,
    weight: Tensor<2>,
    form: Form,
) -> (Tensor<2>, Tensor<2>) {
    let (neurons, votes) = (neurons.into_dispatch(), votes.into_dispatch());
    let (attention, pairs) = (attention.into_dispatch(), pairs.into_dispatch());
    let weight = weight.into_dispatch();
    let (importance, interaction, ..) =
        Dispatch::pair_losses(neurons, votes, attention, pairs, weight, form);
    (
        Tensor::from_dispatch(importance),
        Tensor::from_dispatch(interaction),
    )
}

/// What Burn has to know of it.
#[backend_extension(Cube, Autodiff, Fusion: cfg(any(feature = "fusion", target_family = "wasm")))]
pub(super) trait PairLosses: Backend {
    /// L_imp and L_int; for their gradient, the directions of the neurons, `[B, L, F]`, 1 divided by their lengths,
    /// `[B, L]`, their cosines, `[B, L, L]`, and what the losses are made of, `[3, B, L, L]`: the attention, and the
    /// factors of squared cosines in L_imp and of cosines in L_int.
    #[fusion(meta = |neurons, votes, attention, pairs, weight, form| {
        let _ = (votes, attention, form);
        let [texts, length] = weight.shape.dims::<2>();
        let of = |shape| burn::backend::fusion::custom::TensorSpec::new(shape, neurons.dtype);
        let of_text = of([texts, 1].into());
        let parts = of([3, texts, length, length].into());
        (of_text.clone(), of_text, neurons.clone(), weight.clone(), pairs.clone(), parts)
    })]
    fn pair_losses(
        neurons: FloatTensor<Self>,
        votes: FloatTensor<Self>,
        attention: FloatTensor<Self>,
        pairs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        form: Form,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    );

    /// The gradients of neurons and votes, from those of both losses that are `given`.
    #[fusion(meta = |of_importance, of_interaction, neurons, votes, directions, lengths, cosines, parts, form, given| {
        let _ = (of_importance, of_interaction, directions, lengths, cosines, parts, form, given);
        (neurons.clone(), votes.clone())
    })]
    fn pair_gradients(
        of_importance: FloatTensor<Self>,
        of_interaction: FloatTensor<Self>,
        neurons: FloatTensor<Self>,
        votes: FloatTensor<Self>,
        directions: FloatTensor<Self>,
        lengths: FloatTensor<Self>,
        cosines: FloatTensor<Self>,
        parts: FloatTensor<Self>,
        form: Form,
        given: [bool; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

impl PairLosses for CubeBackend {
    fn pair_losses(
        neurons: FloatTensor<Self>,
        votes: FloatTensor<Self>,
        attention: FloatTensor<Self>,
        pairs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        form: Form,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        let [neurons, votes, attention] = [neurons, votes, attention].map(into_contiguous);
        let [pairs, weight] = [pairs, weight].map(into_contiguous);
        let [texts, length, width] = neurons.meta.shape().dims::<3>();
        let heads = attention.meta.shape()[1];
        let classes = votes.meta.shape()[1];
        let client = neurons.client.clone();
        let directions = empty(&neurons, [texts, length, width]);
        let lengths = empty(&neurons, [texts, length]);
        directions_kernel::launch(
            &client,
            one_for_each(texts * length),
            CubeDim::new_1d(UNITS as u32),
            neurons.into_buffer_arg(),
            votes.into_buffer_arg(),
            directions.clone().into_buffer_arg(),
            lengths.clone().into_buffer_arg(),
            (texts * length) as u32,
            width as u32,
            classes as u32,
            form.counted,
        );
        let turned = Self::float_swap_dims(directions.clone(), 1, 2);
        let cosines = into_contiguous(Self::float_matmul(directions.clone(), turned));
        let parts = empty(&cosines, [3, texts, length, length]);
        let [importance, interaction] = [(); 2].map(|()| empty(&cosines, [texts, 1]));
        losses_kernel::launch(
            &client,
            CubeCount::Static(texts as u32, 1, 1),
            CubeDim::new_1d(UNITS as u32),
            attention.into_buffer_arg(),
            pairs.into_buffer_arg(),
            weight.into_buffer_arg(),
            cosines.clone().into_buffer_arg(),
            parts.clone().into_buffer_arg(),
            importance.clone().into_buffer_arg(),
            interaction.clone().into_buffer_arg(),
            texts as u32,
            heads as u32,
            length as u32,
            form.share,
            form.clamped,
            form.important,
            form.contrasted,
        );
        (importance, interaction, directions, lengths, cosines, parts)
    }

    fn pair_gradients(
        of_importance: FloatTensor<Self>,
        of_interaction: FloatTensor<Self>,
        neurons: FloatTensor<Self>,
        votes: FloatTensor<Self>,
        directions: FloatTensor<Self>,
        lengths: FloatTensor<Self>,
        cosines: FloatTensor<Self>,
        parts: FloatTensor<Self>,
        form: Form,
        given: [bool; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [of_importance, of_interaction] = [of_importance, of_interaction].map(into_contiguous);
        let [neurons, votes] = [neurons, votes].map(into_contiguous);
        let [texts, length, width] = neurons.meta.shape().dims::<3>();
        let classes = votes.meta.shape()[1];
        let client = neurons.client.clone();
        let count = texts * length * length;
        let slopes = empty(&neurons, [texts, length, length]);
        slopes_kernel::launch(
            &client,
            one_for_each(count.div_ceil(UNITS)),
            CubeDim::new_1d(UNITS as u32),
            of_importance.into_buffer_arg(),
            of_interaction.into_buffer_arg(),
            cosines.into_buffer_arg(),
            parts.into_buffer_arg(),
            slopes.clone().into_buffer_arg(),
            count as u32,
            length as u32,
            form.clamped,
            given[0],
            given[1],
        );
        let of_directions = into_contiguous(Self::float_matmul(slopes, directions.clone()));
        let of_neurons = empty(&neurons, [texts, length, width]);
        neurons_kernel::launch(
            &client,
            one_for_each(texts * length),
            CubeDim::new_1d(UNITS as u32),
            of_directions.into_buffer_arg(),
            directions.into_buffer_arg(),
            lengths.into_buffer_arg(),
            votes.clone().into_buffer_arg(),
            of_neurons.clone().into_buffer_arg(),
            (texts * length) as u32,
            width as u32,
            classes as u32,
            form.counted,
        );
        let of_votes = empty(&neurons, [1, classes, width]);
        if form.counted {
            votes_kernel::launch(
                &client,
                CubeCount::Static(width.div_ceil(COLUMNS) as u32, 1, 1),
                CubeDim::new_1d(UNITS as u32),
                neurons.into_buffer_arg(),
                of_neurons.clone().into_buffer_arg(),
                votes.into_buffer_arg(),
                of_votes.clone().into_buffer_arg(),
                (texts * length) as u32,
                width as u32,
                classes as u32,
            );
        }
        (of_neurons, of_votes)
    }
}

impl<B: PairLosses, C: CheckpointStrategy> PairLosses for Autodiff<B, C> {
    fn pair_losses(
        neurons: FloatTensor<Self>,
        votes: FloatTensor<Self>,
        attention: FloatTensor<Self>,
        pairs: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        form: Form,
    ) -> (
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    ) {
        let nodes = [neurons.node(), votes.node()];
        let [neurons, votes, attention] =
            [neurons, votes, attention].map(FloatTensor::<Self>::into_primitive);
        let [pairs, weight] = [pairs, weight].map(FloatTensor::<Self>::into_primitive);
        let results = B::pair_losses(
            neurons.clone(),
            votes.clone(),
            attention,
            pairs,
            weight,
            form,
        );
        let (importance, interaction, directions, lengths, cosines, parts) = results;
        let several = Several::new();
        let kept = [
            neurons,
            votes,
            directions.clone(),
            lengths.clone(),
            cosines.clone(),
            parts.clone(),
        ];
        let trunk = match Gradient.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => {
                prepared.finish((kept, form, several.clone()), importance.clone())
            }
            OpsKind::UnTracked(prepared) => prepared.finish(importance.clone()),
        };
        let [importance, interaction] = several.follow::<C>(&trunk, [importance, interaction]);
        let [directions, lengths, cosines, parts] =
            [directions, lengths, cosines, parts].map(constant::<B, C>);
        (importance, interaction, directions, lengths, cosines, parts)
    }

    fn pair_gradients(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: Form,
        _: [bool; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        unimplemented!("gradients of gradients")
    }
}

fn constant<B: Backend, C: CheckpointStrategy>(
    tensor: FloatTensor<B>,
) -> FloatTensor<Autodiff<B, C>> {
    <Autodiff<B, C> as burn::backend::AutodiffBackend>::from_inner(tensor)
}

#[derive(Debug)]
struct Gradient;

impl<B: PairLosses> Backward<B, 2> for Gradient {
    type State = ([FloatTensor<B>; 6], Form, Several<B, 2>);

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let ([neurons, votes, directions, lengths, cosines, parts], form, several) = ops.state;
        // Without a gradient anything will do.
        let any = gradients.consume::<B>(&ops.node);
        let results = several.take();
        let given = results.each_ref().map(Option::is_some);
        let [of_importance, of_interaction] =
            results.map(|gradient| gradient.unwrap_or_else(|| any.clone()));
        let (of_neurons, of_votes) = B::pair_gradients(
            of_importance,
            of_interaction,
            neurons,
            votes,
            directions,
            lengths,
            cosines,
            parts,
            form,
            given,
        );
        let [neurons, votes] = ops.parents;
        if let Some(neurons) = neurons {
            gradients.register::<B>(neurons.id, of_neurons);
        }
        if let Some(votes) = votes {
            gradients.register::<B>(votes.id, of_votes);
        }
    }
}
