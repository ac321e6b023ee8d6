//! Adam's moments, and the change that follows from them (Kingma & Ba 2015).

use burn::tensor::{IndexingUpdateOp, Int, Tensor};

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
