//! The rows of W_1, neuron by neuron: the way from the neurons down to what they read, which leads past those that are
//! left to other words.

use std::sync::Arc;

use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};

use super::here::numbers;

/// W_1 with the weights of a neuron side by side, `F × E`, in this memory.
#[derive(Clone, Debug)]
pub struct NeuronRows {
    values: Arc<[f32]>,
    width: usize,
}

impl NeuronRows {
    /// Those of a layer E → F; `None` if its weights are not in this memory.
    pub(super) fn of(linear1: &Linear) -> Option<Self> {
        let rows = linear1.weight.val().swap_dims(0, 1);
        let [_, width] = rows.dims();
        let values = numbers(rows)?.into();
        Some(Self { values, width })
    }

    /// The sum of the neurons' rows, each times its number in `of_neurons`, `[C, R, E]` of `[C, R, F]`. Where a word
    /// takes few neurons, most numbers are 0, and no time is spent on them. `None` if the numbers are not in this memory.
    pub(super) fn weighted(&self, of_neurons: &Tensor<3>) -> Option<Tensor<3>> {
        let [classes, count, neurons] = of_neurons.dims();
        let given = numbers(of_neurons.clone())?;
        let mut sums = vec![0.0; classes * count * self.width];
        let each = given
            .chunks_exact(neurons)
            .zip(sums.chunks_exact_mut(self.width));
        for (weights, sum) in each {
            let rows = self.values.chunks_exact(self.width);
            for (row, &weight) in rows.zip(weights).filter(|(_, weight)| **weight != 0.0) {
                sum.iter_mut()
                    .zip(row)
                    .for_each(|(sum, value)| *sum += weight * value);
            }
        }
        let sums = TensorData::new(sums, [classes, count, self.width]);
        Some(Tensor::from_data(sums, &of_neurons.device()))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use burn::nn::LinearConfig;
    use burn::tensor::{Device, Distribution};

    #[test]
    fn the_rows_weighted_are_the_product_with_all_of_them() {
        let device = Device::flex();
        device.seed(1);
        let linear1 = LinearConfig::new(5, 11).init(&device);
        let rows = NeuronRows::of(&linear1).unwrap();
        let of_neurons: Tensor<3> =
            Tensor::random([2, 3, 11], Distribution::Uniform(-1.0, 1.0), &device);
        let some = of_neurons.clone().greater_elem(0.5).float();
        let of_neurons = of_neurons * some;
        let back = linear1.weight.val().swap_dims(0, 1).unsqueeze::<3>();
        let expected = numbers(of_neurons.clone().matmul(back)).unwrap();
        let found = numbers(rows.weighted(&of_neurons).unwrap()).unwrap();
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
        }
        assert_eq!(found.len(), expected.len());
    }
}
