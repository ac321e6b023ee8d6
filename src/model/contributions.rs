//! What words bring to the classes, as tensors (method §4.3).

use burn::tensor::Tensor;

/// The parts of the centred logits of `B` texts of padded length `L`, for the first `C` = K − 1
/// classes: those of all classes add up to 0, so the last one's follow.
///
/// `brought`, summed over i and k, `positions`, `biases`, `padding` and `head` add up to the centred logits.
#[derive(Clone, Debug)]
pub struct Contributions {
    /// e_{i←k}, what the word at place k brings to place i, `[B, C, L, L]`; rows are i. With several blocks it is what
    /// the row that enters the one that is shown brings. It holds nothing for PAD's own rows.
    pub brought: Tensor<4>,
    /// c_k, what each word brings through all blocks, `[B, C, L]`; `None` if it is what it brings to all places of the
    /// only block.
    pub through: Option<Tensor<3>>,
    /// What the neurons of the block that is shown say at each place, Σ_n e_in, `[B, C, L]`, including PAD's places.
    pub places: Tensor<3>,
    /// What the words' positions bring to all places, `[B, C]`.
    pub positions: Tensor<2>,
    /// What biases bring to the places of words, `[B, C]`.
    pub biases: Tensor<2>,
    /// The biases of the head, and of a pooler, `[1, C]` or, with a pooler, `[B, C]`.
    pub head: Tensor<2>,
    /// What the rows of PAD and of what stands before or after a text bring, and the biases at their places,
    /// `[B, C]`.
    pub padding: Tensor<2>,
    /// The block that is shown, if that is not the last, and its votes: how the centred logits change with its
    /// neurons, `[B, C, L, F]`.
    pub below: Option<(usize, Tensor<4>)>,
}
