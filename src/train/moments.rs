//! Adam's moments, and the change that follows from them (Kingma & Ba 2015).

use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData};

use crate::model::{ReadError, read};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// Moving averages of the gradient and of its square.
pub(super) struct Moments<const D: usize> {
    pub(super) first: Tensor<D>,
    pub(super) second: Tensor<D>,
}

impl<const D: usize> Moments<D> {
    pub(super) fn zeros(values: &Tensor<D>) -> Self {
        Self {
            first: values.zeros_like(),
            second: values.zeros_like(),
        }
    }

    /// Takes in a gradient and returns the change of the values.
    pub(super) fn step(&mut self, gradient: Tensor<D>, scale: &Scale) -> Tensor<D> {
        let square = gradient.clone() * gradient.clone();
        self.first = self.first.clone() * BETA_1 + gradient * (1.0 - BETA_1);
        self.second = self.second.clone() * BETA_2 + square * (1.0 - BETA_2);
        let root = self.second.clone().sqrt() * scale.second + EPSILON;
        self.first.clone() * scale.first / root
    }
}

impl Moments<1> {
    /// [`step`](Self::step) in one pass over numbers that are in this memory: returns the moments, and the `values`
    /// shrunk by the factors, if there are any, and changed. To the last bit, it is the same.
    pub(super) async fn step_here(
        self,
        values: Tensor<1>,
        gradient: Tensor<1>,
        factors: Option<Tensor<1>>,
        scale: &Scale,
    ) -> Result<(Self, Tensor<1>), ReadError> {
        let device = values.device();
        let gradient = read(gradient).await?;
        let [mut first, mut second] = [read(self.first).await?, read(self.second).await?];
        let mut values = read(values).await?;
        if let Some(factors) = factors {
            let factors = read(factors).await?;
            values
                .iter_mut()
                .zip(factors)
                .for_each(|(value, factor)| *value *= factor);
        }
        let [beta_1, rest_1, beta_2, rest_2, epsilon] =
            [BETA_1, 1.0 - BETA_1, BETA_2, 1.0 - BETA_2, EPSILON].map(|number| number as f32);
        let (rate, root) = (scale.first as f32, scale.second as f32);
        let moments = first.iter_mut().zip(&mut second);
        for ((first, second), (value, gradient)) in moments.zip(values.iter_mut().zip(gradient)) {
            *first = *first * beta_1 + gradient * rest_1;
            *second = *second * beta_2 + gradient * gradient * rest_2;
            *value += *first * rate / (second.sqrt() * root + epsilon);
        }
        let here = |numbers: Vec<f32>| {
            let count = numbers.len();
            Tensor::from_data(TensorData::new(numbers, [count]), &device)
        };
        let moments = Self {
            first: here(first),
            second: here(second),
        };
        Ok((moments, here(values)))
    }
}

impl Moments<2> {
    /// [`step`](Self::step) for only the rows `types`, given their gradient `[U, R]`.
    ///
    /// The moments are moved in and returned, so that nobody else holds them and they can be
    /// changed in place.
    pub(super) fn step_rows(
        self,
        types: &Tensor<1, Int>,
        gradient: Tensor<2>,
        scale: &Scale,
    ) -> (Self, Tensor<2>) {
        let before = Moments {
            first: self.first.clone().select(0, types.clone()),
            second: self.second.clone().select(0, types.clone()),
        };
        let mut after = Moments {
            first: before.first.clone(),
            second: before.second.clone(),
        };
        let change = after.step(gradient, scale);
        let put = |whole: Tensor<2>, after: Tensor<2>, before: Tensor<2>| {
            whole.select_assign(0, types.clone(), after - before, IndexingUpdateOp::Add)
        };
        let moved = Self {
            first: put(self.first, after.first, before.first),
            second: put(self.second, after.second, before.second),
        };
        (moved, change)
    }
}

/// The step size, and the corrections of the moments' bias towards 0.
pub(super) struct Scale {
    /// −rate / (1 − β₁ᵗ).
    first: f64,
    /// 1 / √(1 − β₂ᵗ).
    second: f64,
}

impl Scale {
    pub(super) fn new(rate: f64, steps: usize) -> Self {
        let steps = steps as f64;
        Self {
            first: -rate / (1.0 - BETA_1.powf(steps)),
            second: 1.0 / (1.0 - BETA_2.powf(steps)).sqrt(),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use pollster::block_on;

    #[test]
    fn one_pass_gives_the_bits_of_many() {
        let device = Device::flex();
        let tensor = |phase: f32| -> Tensor<1> {
            let values: Vec<f32> = (0..100).map(|at| (at as f32 * phase).sin()).collect();
            Tensor::from_data(values.as_slice(), &device)
        };
        let [mut many, mut once] = [0, 1].map(|_| Moments::zeros(&tensor(1.0)));
        let [mut values, mut same] = [tensor(0.3), tensor(0.3)];
        for step in 1..=3 {
            let (gradient, factors) = (tensor(0.1 * step as f32), tensor(0.7));
            let scale = Scale::new(1e-2, step);
            values = values * factors.clone() + many.step(gradient.clone(), &scale);
            (once, same) = block_on(once.step_here(same, gradient, Some(factors), &scale)).unwrap();
            for (many, once) in [
                (&values, &same),
                (&many.first, &once.first),
                (&many.second, &once.second),
            ] {
                let [many, once] =
                    [many, once].map(|tensor| block_on(read(tensor.clone())).unwrap());
                assert_eq!(many, once, "step {step}");
            }
        }
    }
}
