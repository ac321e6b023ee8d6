//! What Burn has to know of the operations in [`contributions`](super::contributions).

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, backend_extension};
use burn_cubecl::CubeBackend;
use burn_cubecl::cubecl::prelude::*;
use burn_cubecl::kernel::into_contiguous;

use super::contribution_kernels::*;
use super::cube::{UNITS, empty, one_for_each};

/// Operations without a gradient.
#[backend_extension(Cube, Autodiff, Fusion: cfg(any(feature = "fusion", target_family = "wasm")))]
pub(super) trait Contributions: Backend {
    /// See [`super::contributions::through_norm`].
    #[fusion(dtype = slopes, shape = slopes)]
    fn through_norm(
        slopes: FloatTensor<Self>,
        rows: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self>;

    /// See [`super::contributions::brought`].
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

    /// See [`super::contributions::offered`].
    #[fusion(dtype = attended, shape = attended)]
    fn offered(attended: FloatTensor<Self>, attention: FloatTensor<Self>) -> FloatTensor<Self>;

    /// See [`super::contributions::of_biases`].
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

    /// See [`super::contributions::of_neurons`].
    #[fusion(dtype = read, shape = {
        let _ = (pooled, factors, factored);
        let [texts, length, width] = neurons.dims::<3>();
        burn::tensor::Shape::from([read.dims::<3>()[1], texts * length, width])
    })]
    fn of_neurons(
        read: FloatTensor<Self>,
        pooled: FloatTensor<Self>,
        neurons: FloatTensor<Self>,
        factors: FloatTensor<Self>,
        factored: bool,
    ) -> FloatTensor<Self>;

    /// See [`super::contributions::sums`].
    #[fusion(meta = |entered, positions, biases, words| {
        let _ = (positions, words);
        let [texts, classes, _] = biases.shape.dims::<3>();
        let shape = [texts, classes].into();
        let of_texts = burn::backend::fusion::custom::TensorSpec::new(shape, entered.dtype);
        (of_texts.clone(), of_texts)
    })]
    fn sums(
        entered: FloatTensor<Self>,
        positions: FloatTensor<Self>,
        biases: FloatTensor<Self>,
        words: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
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

    fn of_neurons(
        read: FloatTensor<Self>,
        pooled: FloatTensor<Self>,
        neurons: FloatTensor<Self>,
        factors: FloatTensor<Self>,
        factored: bool,
    ) -> FloatTensor<Self> {
        let [read, pooled, neurons] = [read, pooled, neurons].map(into_contiguous);
        let factors = into_contiguous(factors);
        let [texts, length, width] = neurons.meta.shape().dims::<3>();
        let (classes, rows) = (read.meta.shape()[1], texts * length);
        let count = classes * rows * width;
        let result = empty(&read, [classes, rows, width]);
        neurons_kernel::launch(
            &read.client.clone(),
            one_for_each(count.div_ceil(UNITS)),
            CubeDim::new_1d(UNITS as u32),
            read.into_buffer_arg(),
            pooled.into_buffer_arg(),
            neurons.into_buffer_arg(),
            factors.into_buffer_arg(),
            result.clone().into_buffer_arg(),
            count as u32,
            rows as u32,
            width as u32,
            factored,
        );
        result
    }

    fn sums(
        entered: FloatTensor<Self>,
        positions: FloatTensor<Self>,
        biases: FloatTensor<Self>,
        words: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [entered, positions] = [entered, positions].map(into_contiguous);
        let [biases, words] = [biases, words].map(into_contiguous);
        let [texts, classes, length] = biases.meta.shape().dims::<3>();
        let width = entered.meta.shape()[2];
        let [of_positions, of_biases] = [(); 2].map(|()| empty(&entered, [texts, classes]));
        sums_kernel::launch(
            &entered.client.clone(),
            CubeCount::Static(classes as u32, texts as u32, 1),
            CubeDim::new_1d(UNITS as u32),
            entered.into_buffer_arg(),
            positions.into_buffer_arg(),
            biases.into_buffer_arg(),
            words.into_buffer_arg(),
            of_positions.clone().into_buffer_arg(),
            of_biases.clone().into_buffer_arg(),
            texts as u32,
            classes as u32,
            length as u32,
            width as u32,
        );
        (of_positions, of_biases)
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

    fn of_neurons(
        read: FloatTensor<Self>,
        pooled: FloatTensor<Self>,
        neurons: FloatTensor<Self>,
        factors: FloatTensor<Self>,
        factored: bool,
    ) -> FloatTensor<Self> {
        let [read, pooled, neurons, factors] =
            [read, pooled, neurons, factors].map(FloatTensor::<Self>::into_primitive);
        Self::from_inner(B::of_neurons(read, pooled, neurons, factors, factored))
    }

    fn sums(
        entered: FloatTensor<Self>,
        positions: FloatTensor<Self>,
        biases: FloatTensor<Self>,
        words: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [entered, positions, biases, words] =
            [entered, positions, biases, words].map(FloatTensor::<Self>::into_primitive);
        let (of_positions, of_biases) = B::sums(entered, positions, biases, words);
        (Self::from_inner(of_positions), Self::from_inner(of_biases))
    }
}
