//! The explanation of one prediction: the only thing the charts, the command
//! line and the page see of a model.

use serde::{Deserialize, Serialize};

use super::Matrix;

/// Version of the [`Explanation`] format; raised when a field changes its meaning.
pub const EXPLANATION_VERSION: u32 = 1;

/// Why the model says what it says of one text (method §4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// [`EXPLANATION_VERSION`] of the writer.
    pub version: u32,
    /// Id of the model that explains itself.
    pub model: String,
    /// The text as it was given.
    pub text: String,
    /// Where the model stopped reading, if the text is longer than it reads.
    pub cut: Option<Cut>,
    /// Class probabilities; `None` for a text without words.
    pub prediction: Option<Prediction>,
    /// The `n` words that the model read, in order.
    pub words: Vec<Word>,
    /// Index of the encoder block whose neurons are shown: the last.
    pub layer: usize,
    /// Which neurons each word takes.
    pub allocation: Allocation,
    /// Which pairs of words share neurons and attend to each other.
    pub interaction: Interaction,
}

/// The place where a text was cut to the model's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// UTF-16 offset at which the unread rest begins.
    pub at: usize,
    /// Words read.
    pub read: usize,
    /// Words in the text.
    pub total: usize,
}

/// The model's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Names of the `K` classes.
    pub classes: Vec<String>,
    /// Softmax of the logits, `K`, summing to 1.
    pub probabilities: Vec<f32>,
    /// Index of the most probable class.
    pub predicted: usize,
}

/// One word and its measures (method §4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The slice of the text that the word stands for.
    pub text: String,
    /// UTF-16 offset of the word's first unit.
    pub start: usize,
    /// UTF-16 offset behind the word's last unit.
    pub end: usize,
    /// Vocabulary id.
    pub id: u32,
    /// Whether the vocabulary holds the word; all others share one id.
    pub known: bool,
    /// Keep probability of the gate, in (0, 1).
    pub keep: f32,
    /// N_i, the fractional number of neurons that the word owns.
    pub neurons: f64,
    /// Number of neurons whose largest owner the word is.
    pub owned: usize,
    /// Capacity C_i on the neurons, in [0, 1].
    pub capacity: f64,
    /// Capacity C_i on the gated embeddings, in [0, 1].
    pub embedding_capacity: f64,
    /// Attention received: mean over heads and queries of the weight on this word.
    pub attention_received: f64,
}

/// How the active neurons are divided among the words (method §4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    /// Neurons of the layer, active or not: F.
    pub width: usize,
    /// The `a` active neurons' indices, grouped by owner in word order; within a group the
    /// owner's share falls.
    pub neurons: Vec<u32>,
    /// Index of each active neuron's largest owner in `words`, `a`; on a tie the first.
    pub owner: Vec<u32>,
    /// Neuron polysemanticity m_n ≥ 1, the effective number of words a neuron, `a`.
    pub polysemanticity: Vec<f64>,
    /// Shares α, `n × a`, columns in the order of `neurons`; every column sums to 1.
    pub shares: Matrix,
}

impl Allocation {
    /// The neurons whose largest owner is the word `word`, its largest share first.
    pub fn owned_by(&self, word: usize) -> &[u32] {
        let begin = self.owner.partition_point(|&owner| (owner as usize) < word);
        let end = self.owner.partition_point(|&owner| owner as usize <= word);
        &self.neurons[begin..end]
    }
}

/// How the words of a text relate, pair by pair; all matrices are `n × n`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    /// S_ik, the part of the smaller word's neurons that the pair shares, in [0, 1].
    pub sharing: Matrix,
    /// Cosine of the two words' neurons, in [0, 1].
    pub cosine: Matrix,
    /// Attention weights, mean over heads; rows are queries.
    pub attention: Matrix,
}
