//! What is removed from a forward pass, to see what depends on it.

use burn::tensor::Tensor;

/// Factors for a batch of `B` texts of padded length `L`: 0 takes a part away, 1 leaves it.
///
/// What has no factors is left as it is.
#[derive(Clone, Debug, Default)]
pub struct Ablation {
    /// Factors of the gate, `[B, L]`: 0 closes a word's gate, its position stays.
    pub words: Option<Tensor<2>>,
    /// Block by block, first to last; blocks without an entry are left as they are.
    pub blocks: Vec<BlockAblation>,
}

/// One encoder block's part of an [`Ablation`].
#[derive(Clone, Debug, Default)]
pub struct BlockAblation {
    /// Factors of what each of the `H` heads hands to the output projection, `[B or 1, H]`.
    pub heads: Option<Tensor<2>>,
    /// Factors of the `F` neurons, `[B or 1, L or 1, F]`.
    pub neurons: Option<Tensor<3>>,
}

/// `x`, times the factors if there are any.
pub(super) fn scaled<const D: usize>(x: Tensor<D>, factors: Option<&Tensor<D>>) -> Tensor<D> {
    match factors {
        Some(factors) => x * factors.clone(),
        None => x,
    }
}
