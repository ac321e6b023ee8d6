//! What words bring to the classes: four programs instead of some forty. Nothing here has a gradient.

use burn::backend::Dispatch;
use burn::nn::LayerNorm;
use burn::tensor::Tensor;

use super::contribution_ops::Contributions;
use super::cube::run_on;

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

/// Slopes with the inputs of neurons that the head reads, `[C, B·L, F]`.
///
/// # Shapes
/// - `read`: what the head multiplies them by for each class, `[1, C, F]`
/// - `pooled`: the share of each place, `[B, L]`
/// - `neurons`: `[B, L, F]`; those that are 0 have no slope
/// - `factors`: what their inputs are multiplied by, `[B·L, F]`; `None`: 1
pub(crate) fn of_neurons(
    read: &Tensor<3>,
    pooled: &Tensor<2>,
    neurons: &Tensor<3>,
    factors: Option<&Tensor<2>>,
) -> Option<Tensor<3>> {
    let fits = read.dims()[0] == 1 && run_on(&read.device());
    fits.then(|| {
        let factored = factors.is_some();
        // Without factors anything will do.
        let factors = factors.map_or_else(
            || pooled.clone().into_dispatch(),
            |factors| factors.clone().into_dispatch(),
        );
        let [read, neurons] = [read, neurons].map(|tensor| tensor.clone().into_dispatch());
        let pooled = pooled.clone().into_dispatch();
        let slopes = Dispatch::of_neurons(read, pooled, neurons, factors, factored);
        Tensor::from_dispatch(slopes)
    })
}

/// What positions and what biases bring to the words' places, `[B, C]` each.
///
/// # Shapes
/// - `entered`: slopes with what enters the first block, `[C, B·L, E]`
/// - `positions`: `[L, E]`
/// - `biases`: what they bring to each place, `[B, C, L]`
/// - `words`: 1 for words, `[B, L]`
pub(crate) fn sums(
    entered: &Tensor<3>,
    positions: &Tensor<2>,
    biases: &Tensor<3>,
    words: &Tensor<2>,
) -> Option<[Tensor<2>; 2]> {
    run_on(&words.device()).then(|| {
        let (entered, biases) = (
            entered.clone().into_dispatch(),
            biases.clone().into_dispatch(),
        );
        let [positions, words] = [positions, words].map(|tensor| tensor.clone().into_dispatch());
        let (of_positions, of_biases) = Dispatch::sums(entered, positions, biases, words);
        [of_positions, of_biases].map(Tensor::from_dispatch)
    })
}
