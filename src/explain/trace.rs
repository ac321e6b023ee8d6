//! What the model reads out of one forward pass, as plain numbers.

use super::Matrix;

/// One encoder block's part of a [`TraceNumbers`].
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNumbers {
    /// Attention weights, one `n × n` matrix a head; rows are queries.
    pub attention: Vec<Matrix>,
    /// Post-ReLU MLP neurons u, `n × F`.
    pub neurons: Matrix,
}

/// One text's forward pass over its `n` words, PAD positions left out.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceNumbers {
    /// Word ids, `n`.
    pub ids: Vec<u32>,
    /// Keep probability of the gate, `n`, each in (0, 1).
    pub keep: Vec<f32>,
    /// Gated embeddings x_v = keep ⊙ x0, `n × E`.
    pub embedding: Matrix,
    /// One entry a block, first to last; at least one.
    pub layers: Vec<LayerNumbers>,
    /// Class scores before softmax, `K`.
    pub logits: Vec<f32>,
}

impl TraceNumbers {
    /// The last block, whose neurons are explained and measured.
    ///
    /// # Panics
    /// If there is none.
    pub fn last_layer(&self) -> &LayerNumbers {
        self.layers.last().expect("a model has a block")
    }
}
