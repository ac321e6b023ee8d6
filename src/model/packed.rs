//! Products of rows with weights that stay the same: the weights are laid out once as the product reads them, where a
//! general product lays them out anew each time.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use wide::f32x8;

use super::here::{numbers, untracked};

/// Outputs that are computed at a time: two registers of WebAssembly.
const WIDTH: usize = 8;

/// Rows that are computed at a time: their sums, eight registers, stay in the sixteen of most processors.
const ROWS: usize = 4;

/// Weights in this memory, to eight outputs at a time, input by input.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    /// For every eight outputs, the weights from each input, `⌈out/8⌉ × in × 8`, filled up with 0.
    panels: Arc<[f32x8]>,
    inputs: usize,
    outputs: usize,
}

impl Packed {
    /// Packs weights, `[in, out]`; `None` if they are not in this memory.
    pub(super) fn new(weights: Tensor<2>) -> Option<Self> {
        let [inputs, outputs] = weights.dims();
        let given = numbers(weights)?;
        let panel = |first: usize| {
            let rows = given.chunks_exact(outputs);
            rows.map(move |row| f32x8::from(&row[first..outputs.min(first + WIDTH)]))
        };
        Some(Self {
            panels: (0..outputs).step_by(WIDTH).flat_map(panel).collect(),
            inputs,
            outputs,
        })
    }

    /// Rows times the weights, `[…, out]` of `[…, in]`; `None` if the rows are not in this memory, or a gradient is
    /// wanted.
    pub(super) fn product<const D: usize>(&self, rows: &Tensor<D>) -> Option<Tensor<D>> {
        let mut dims = rows.dims();
        let products = self.products(&untracked(rows.clone())?);
        dims[D - 1] = self.outputs;
        let products = TensorData::new(products, dims);
        Some(Tensor::from_data(products, &rows.device()))
    }

    fn products(&self, rows: &[f32]) -> Vec<f32> {
        let strips = self.strips(rows);
        let mut products = vec![0.0; rows.len() / self.inputs * self.outputs];
        for (at, panel) in self.panels.chunks_exact(self.inputs).enumerate() {
            let place = at * WIDTH..self.outputs.min((at + 1) * WIDTH);
            let products = products.chunks_mut(ROWS * self.outputs);
            for (strip, products) in strips.chunks_exact(self.inputs).zip(products) {
                let sums = sums(strip, panel);
                for (sums, row) in sums.iter().zip(products.chunks_exact_mut(self.outputs)) {
                    row[place.clone()].copy_from_slice(&sums[..place.len()]);
                }
            }
        }
        products
    }

    /// Four rows at a time, input by input, `⌈rows/4⌉ × in × 4`, filled up with 0.
    fn strips(&self, rows: &[f32]) -> Vec<[f32; ROWS]> {
        let strip = |rows: &[f32]| {
            let value = |row: usize, input: usize| rows.get(row * self.inputs + input);
            let values =
                |input: usize| std::array::from_fn(|row| value(row, input).copied().unwrap_or(0.0));
            (0..self.inputs).map(values).collect::<Vec<_>>()
        };
        rows.chunks(ROWS * self.inputs).flat_map(strip).collect()
    }
}

/// The products of four rows with eight outputs.
fn sums(strip: &[[f32; ROWS]], panel: &[f32x8]) -> [[f32; WIDTH]; ROWS] {
    let mut sums = [f32x8::ZERO; ROWS];
    for (values, &weights) in strip.iter().zip(panel) {
        for (sums, &value) in sums.iter_mut().zip(values) {
            *sums += f32x8::splat(value) * weights;
        }
    }
    sums.map(f32x8::to_array)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution};

    #[test]
    fn packed_weights_give_the_product() {
        let device = Device::flex();
        device.seed(1);
        let random = |dims: [usize; 2]| -> Tensor<2> {
            Tensor::random(dims, Distribution::Uniform(-1.0, 1.0), &device)
        };
        for (inputs, outputs) in [(1, 1), (5, 8), (16, 11), (7, 24)] {
            let weights = random([inputs, outputs]);
            let packed = Packed::new(weights.clone()).unwrap();
            for count in 1..=9 {
                let rows = random([count, inputs]);
                let found = packed.product(&rows).unwrap();
                assert_eq!(found.dims(), [count, outputs]);
                let expected = numbers(rows.clone().matmul(weights.clone())).unwrap();
                for (found, expected) in numbers(found).unwrap().iter().zip(&expected) {
                    assert!((found - expected).abs() < 1e-5, "{found}, not {expected}");
                }
                assert!(
                    packed.product(&rows.autodiff()).is_none(),
                    "it has no gradient"
                );
            }
        }
    }
}
