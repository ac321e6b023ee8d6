//! The softmax of attention, for passes without gradients in this memory: eight exponentials at once take a third of
//! the time of eight calls in WebAssembly.

use burn::tensor::{Tensor, TensorData, activation};
use wide::f32x8;

use super::here::untracked;

/// Shares that add up to 1 along the last axis, `[B, H, L, L]`.
pub(super) fn softmax(scores: Tensor<4>) -> Tensor<4> {
    let (dims, device) = (scores.dims(), scores.device());
    let Some(mut shares) = untracked(scores.clone()) else {
        return activation::softmax(scores, 3);
    };
    shares.chunks_exact_mut(dims[3]).for_each(normalise);
    Tensor::from_data(TensorData::new(shares, dims), &device)
}

fn normalise(row: &mut [f32]) {
    // Not by `f32::max`, which is a call in WebAssembly.
    let larger = |one: f32, other: f32| if other > one { other } else { one };
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, larger);
    let mut sum = f32x8::ZERO;
    eights(row, f32::NEG_INFINITY, |scores| {
        let shares = (scores - f32x8::splat(largest)).exp();
        sum += shares;
        shares
    });
    let per_sum = f32x8::splat(1.0 / sum.reduce_add());
    eights(row, 0.0, |shares| shares * per_sum);
}

/// Replaces numbers, eight at a time, the last ones filled up with `filler`.
fn eights(row: &mut [f32], filler: f32, mut of: impl FnMut(f32x8) -> f32x8) {
    let (whole, rest) = row.as_chunks_mut();
    for eight in whole {
        *eight = of(f32x8::new(*eight)).to_array();
    }
    if !rest.is_empty() {
        let mut given = [filler; 8];
        given[..rest.len()].copy_from_slice(rest);
        let made = of(f32x8::new(given)).to_array();
        rest.copy_from_slice(&made[..rest.len()]);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::super::here::numbers;
    use super::*;
    use burn::tensor::{Device, Distribution};

    #[test]
    fn shares_are_those_of_the_tensor_operation() {
        let device = Device::flex();
        device.seed(1);
        for length in [1, 7, 8, 21] {
            let normal = Distribution::Normal(0.0, 9.0);
            let scores: Tensor<4> = Tensor::random([2, 3, length, length], normal, &device);
            let expected = activation::softmax(scores.clone(), 3);
            let found = numbers(softmax(scores)).unwrap();
            for (found, expected) in found.iter().zip(&numbers(expected).unwrap()) {
                assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
            }
        }
    }

    #[test]
    fn what_is_padded_has_no_share() {
        let mut row = [0.5, -1e9, 3.0, -1e9];
        normalise(&mut row);
        assert_eq!([row[1], row[3]], [0.0, 0.0]);
        assert!((row[0] + row[2] - 1.0).abs() < 1e-6);
    }
}
