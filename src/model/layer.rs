//! A linear layer of a block, forward and back.

use std::ops::{Deref, DerefMut};

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::packed::Packed;

/// A linear layer whose weights may be packed, for passes without gradients.
#[derive(Module, Debug)]
pub struct Layer {
    linear: Linear,
    /// The weights as the way forward reads them.
    #[module(skip)]
    forth: Option<Packed>,
    /// The weights as the way back reads them.
    #[module(skip)]
    back: Option<Packed>,
}

impl Layer {
    /// What the layer makes of rows, `[R, out]` of `[R, in]`.
    pub(super) fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let Some(product) = product(self.forth.as_ref(), &rows) else {
            return self.linear.forward(rows);
        };
        match &self.linear.bias {
            Some(bias) => product + bias.val().unsqueeze(),
            None => product,
        }
    }

    /// Rows times the weights, without biases, `[R, out]` of `[R, in]`.
    pub(super) fn times(&self, rows: Tensor<2>) -> Tensor<2> {
        product(self.forth.as_ref(), &rows).unwrap_or_else(|| rows.matmul(self.linear.weight.val()))
    }

    /// From what the layer gives back to what it is given, without biases, `[C, R, in]` of `[C, R, out]`.
    pub(super) fn back(&self, rows: Tensor<3>) -> Tensor<3> {
        product(self.back.as_ref(), &rows).unwrap_or_else(|| rows.matmul(back(&self.linear)))
    }

    /// The same layer, with its weights packed for the way forward.
    pub(super) fn packed(mut self) -> Self {
        self.forth = Packed::new(self.linear.weight.val());
        self
    }

    /// The same layer, with its weights packed for the way back.
    pub(super) fn packed_back(mut self) -> Self {
        self.back = Packed::new(self.linear.weight.val().swap_dims(0, 1));
        self
    }
}

/// Rows times packed weights, where there are any that can be used.
fn product<const D: usize>(packed: Option<&Packed>, rows: &Tensor<D>) -> Option<Tensor<D>> {
    packed?.product(rows)
}

/// The weights of a layer from its output back to its input, `[1, out, in]`: a view, which copies nothing.
pub(super) fn back(linear: &Linear) -> Tensor<3> {
    linear.weight.val().unsqueeze::<3>().swap_dims(1, 2)
}

impl From<Linear> for Layer {
    fn from(linear: Linear) -> Self {
        Self {
            linear,
            forth: None,
            back: None,
        }
    }
}

impl Deref for Layer {
    type Target = Linear;

    fn deref(&self) -> &Linear {
        &self.linear
    }
}

impl DerefMut for Layer {
    /// Who changes the weights has none that are packed.
    fn deref_mut(&mut self) -> &mut Linear {
        (self.forth, self.back) = (None, None);
        &mut self.linear
    }
}
