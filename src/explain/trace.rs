//! What the model reads out of one forward pass, as plain numbers.

use super::Matrix;

/// One encoder block's part of a [`TraceNumbers`].
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNumbers {
    /// Attention weights, one `n × n` matrix per head; rows are queries.
    pub attention: Vec<Matrix>,
    /// Post-ReLU MLP neurons u, `n × F`.
    pub neurons: Matrix,
}

/// One text's forward pass over its `n` words, without PAD positions.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceNumbers {
    /// Word ids, `n`.
    pub ids: Vec<u32>,
    /// Keep probability of the gate, `n`, each in (0, 1).
    pub keep: Vec<f32>,
    /// Gated embeddings x_v = keep ⊙ x0, `n × E`.
    pub embedding: Matrix,
    /// One entry per block, first to last; at least one.
    pub layers: Vec<LayerNumbers>,
    /// Class scores before softmax, `K`.
    pub logits: Vec<f32>,
    /// Votes q of the last block's neurons, `K × F`: by how much one unit of each raises each class,
    /// centred over the classes, up to the place's scale.
    pub votes: Matrix,
    /// The weight of the votes at each word's place, `n`: e_in,c = scale_i·u_in·q_cn.
    pub scales: Vec<f32>,
    /// Σ scale_i·u_in over PAD's places, `F`: 0 if PAD is not pooled.
    pub padding_neurons: Vec<f32>,
    /// What each word brings to the logits; `None` if it was not asked for.
    pub contributions: Option<ContributionNumbers>,
}

/// The parts of a text's centred logits, for each of `K` classes.
///
/// The evidence of all places, including PAD's, what goes `past` the neurons and the head's bias add up to
/// the centred logits; so do what all words bring to all places, `positions`, `biases` and `padding`.
#[derive(Clone, Debug, PartialEq)]
pub struct ContributionNumbers {
    /// e_{i←k}, what word k brings to word i's place, one `n × n` matrix per class; rows are i.
    pub brought: Vec<Matrix>,
    /// c_k, what each word brings through all blocks, `n` rows of `K`; empty if that is what it brings to all places of
    /// the only block.
    pub through: Vec<Vec<f32>>,
    /// What each word brings to PAD's places, `n` rows of `K`.
    pub to_padding: Vec<Vec<f32>>,
    /// e_i, what the neurons of the block that is shown say at each word's place, `n` rows of `K`.
    pub places: Vec<Vec<f32>>,
    /// What they say at PAD's places, `K`: 0 if PAD is not pooled.
    pub padding_places: Vec<f32>,
    /// What is said past the neurons, `K`: 0 if the head reads the neurons.
    pub past: Vec<f32>,
    /// What the words' positions bring, `K`.
    pub positions: Vec<f32>,
    /// What biases bring to the words' places, including the head's, `K`.
    pub biases: Vec<f32>,
    /// What PAD's own rows, and the biases at its places, bring, `K`.
    pub padding: Vec<f32>,
    /// The head's bias, `K`.
    pub head: Vec<f32>,
    /// What is known of a block below the last, if that is the one that is shown.
    pub below: Option<Below>,
}

/// A block below the last, whose neurons have a vote of their own at each place.
#[derive(Clone, Debug, PartialEq)]
pub struct Below {
    /// Which block, counted from 0.
    pub layer: usize,
    /// By how much one unit of each of its neurons raises each class at each word's place, through all blocks above,
    /// centred over the classes, one `n × F` matrix per class.
    pub votes: Vec<Matrix>,
}

impl TraceNumbers {
    /// What is known of the block that is shown, if that is not the last.
    pub fn below(&self) -> Option<&Below> {
        self.contributions.as_ref()?.below.as_ref()
    }

    /// Which block is shown, counted from 0.
    pub fn shown(&self) -> usize {
        self.below()
            .map_or(self.layers.len() - 1, |below| below.layer)
    }

    /// The block that is shown.
    pub fn shown_layer(&self) -> &LayerNumbers {
        &self.layers[self.shown()]
    }

    /// The last block, whose neurons are measured.
    ///
    /// # Panics
    /// If there is none.
    pub fn last_layer(&self) -> &LayerNumbers {
        self.layers.last().expect("a model has a block")
    }

    /// Whether the answer, and what the words bring to it, are finite numbers.
    pub fn is_finite(&self) -> bool {
        let brought = self.contributions.as_ref();
        let brought = brought.map_or_else(Vec::new, ContributionNumbers::numbers);
        let mut all = self.logits.iter().chain(&self.keep).chain(&brought);
        all.all(|number| number.is_finite())
    }
}

impl ContributionNumbers {
    /// All of them.
    pub fn numbers(&self) -> Vec<f32> {
        let of_words = self
            .to_padding
            .iter()
            .chain(&self.places)
            .chain(&self.through);
        let of_text = [
            &self.padding_places,
            &self.past,
            &self.positions,
            &self.biases,
            &self.padding,
            &self.head,
        ];
        let votes = self.below.iter().flat_map(|below| &below.votes);
        let matrices = self.brought.iter().chain(votes);
        let rows = matrices
            .map(|matrix| &matrix.values)
            .chain(of_words)
            .chain(of_text);
        rows.flatten().copied().collect()
    }

    /// c_k, what word `k` brings to all places, including PAD's, or through all blocks, `K`.
    pub fn of_word(&self, k: usize) -> Vec<f32> {
        if let Some(through) = self.through.get(k) {
            return through.clone();
        }
        let to_places = |brought: &Matrix| -> f64 {
            (0..brought.rows).map(|i| f64::from(brought.at(i, k))).sum()
        };
        let classes = self.brought.iter().zip(&self.to_padding[k]);
        classes
            .map(|(brought, &to_padding)| (to_places(brought) + f64::from(to_padding)) as f32)
            .collect()
    }
}
