//! The explanation of one prediction: the only view of a model that the charts, the
//! command line and the page have.

use serde::{Deserialize, Serialize};

use super::{Changes, Matrix};
use crate::text::is_word;

/// Version of the [`Explanation`] format; raised when a field changes its meaning.
pub const EXPLANATION_VERSION: u32 = 2;

/// Why the model says what it says of one text (method §4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// [`EXPLANATION_VERSION`] of the writer.
    pub version: u32,
    /// Id of the model that explains itself.
    pub model: String,
    /// The text as it was given.
    pub text: String,
    /// What was switched off or turned up.
    #[serde(default, skip_serializing_if = "Changes::is_empty")]
    pub changes: Changes,
    /// Where the model stopped reading, if the text is longer than it reads.
    pub cut: Option<Cut>,
    /// Class probabilities; `None` for a text without words.
    pub prediction: Option<Prediction>,
    /// The share of the words read that the vocabulary knows, in [0, 1]; punctuation is not counted, and
    /// if there is nothing else it is 0.
    pub known: f64,
    /// Whether the model's head has learned nothing yet, so that the prediction is random.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untrained: bool,
    /// The `n` words that the model read, in order.
    pub words: Vec<Word>,
    /// Index of the encoder block whose neurons are shown, counted from 0.
    pub layer: usize,
    /// What becomes of the words' neurons from block to block, first to last; empty if there is one block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerOutline>,
    /// What the prediction is made of; `None` for a text without words.
    pub evidence: Option<Evidence>,
    /// Which neurons each word takes.
    pub allocation: Allocation,
    /// Which pairs of words share neurons and attend to each other.
    pub interaction: Interaction,
    /// Where it was made, if it was taken from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// How the words of a text take the neurons of one encoder block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerOutline {
    /// Active neurons.
    pub active: usize,
    /// m, the effective number of words per neuron, mean over the active ones; 0 if none is.
    pub polysemanticity: f64,
    /// S, the part of their neurons that two words share, mean over all pairs of different words, in [0, 1]; `None` of
    /// fewer than two words.
    pub sharing: Option<f64>,
}

/// Where and when an explanation was made: for the figures that are drawn of it elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Title of the model.
    pub title: String,
    /// The day, such as 2026-11-29.
    pub date: String,
    /// Address of the page, with its state.
    pub address: String,
}

/// Below this share of known words a prediction says little: to the model, most of the text is one and
/// the same unknown word.
pub const LITTLE_KNOWN: f64 = 0.5;

/// A word of so many pieces is spelled rather than known.
const FRAGMENTS: usize = 3;

impl Explanation {
    /// Whether the model knows so few of the words that its prediction says little about the text.
    pub fn is_little_known(&self) -> bool {
        self.prediction.is_some() && self.known < LITTLE_KNOWN
    }

    /// Whether most of the words are spelled in [`FRAGMENTS`] pieces or more.
    pub fn is_in_fragments(&self) -> bool {
        let words = || self.words.iter().filter(|word| is_word(&word.text));
        let spelled = words().filter(|word| word.pieces.len() >= FRAGMENTS);
        2 * spelled.count() > words().count()
    }

    /// How many encoder blocks the model has, as far as that is known.
    pub fn layer_count(&self) -> usize {
        self.layers.len().max(self.layer + 1)
    }

    /// The same without its matrices: little to keep, and enough to compare another one with.
    #[must_use]
    pub fn outline(&self) -> Self {
        let Allocation { neurons, owner, .. } = &self.allocation;
        Self {
            version: self.version,
            model: self.model.clone(),
            text: self.text.clone(),
            changes: self.changes.clone(),
            cut: self.cut,
            prediction: self.prediction.clone(),
            known: self.known,
            untrained: self.untrained,
            words: self.words.clone(),
            layer: self.layer,
            layers: self.layers.clone(),
            evidence: self.evidence.clone(),
            allocation: Allocation {
                width: self.allocation.width,
                neurons: neurons.clone(),
                owner: owner.clone(),
                ..Allocation::default()
            },
            interaction: Interaction::default(),
            origin: None,
        }
    }

    /// Index of the predicted class; `None` for a text without words.
    pub fn predicted(&self) -> Option<usize> {
        self.prediction
            .as_ref()
            .map(|prediction| prediction.predicted)
    }
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

/// What the logits are made of, for each of `K` classes, all centred: minus the mean over the classes.
///
/// `contributions`, `positions`, `padding` and `bias` add up to `logits`. So do `words`,
/// `padding_places`, `past` and `head_bias`, by what the neurons say at each place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Names of the classes, `K`.
    pub classes: Vec<String>,
    /// Centred logits, `K`.
    pub logits: Vec<f32>,
    /// What biases bring, including the head's, `K`.
    pub bias: Vec<f32>,
    /// What the words' positions bring, `K`; with several blocks 0, since the last block's input rows,
    /// which are what a word then brings, hold their positions.
    pub positions: Vec<f32>,
    /// What padding itself brings, `K`; 0 if it is not pooled.
    pub padding: Vec<f32>,
    /// c_k, what each word brings to all places, directly and through attention, `n` rows of `K`.
    pub contributions: Vec<Vec<f32>>,
    /// e_i, what the neurons say at each word's place, `n` rows of `K`.
    pub words: Vec<Vec<f32>>,
    /// What they say at the places of padding, `K`.
    pub padding_places: Vec<f32>,
    /// What is said past the neurons, `K`; 0 if the head reads only the neurons.
    pub past: Vec<f32>,
    /// The head's bias, `K`.
    pub head_bias: Vec<f32>,
    /// The same for the predicted class, as the charts show it.
    pub margin: Margin,
}

/// What makes up the margin of the predicted class: with two classes its log-odds ln p/(1 − p), with more
/// its centred logit. Each word's part is in its [`Word`].
///
/// `words`, `bias`, `positions` and `padding` add up to it, and so do `neurons`, `head_bias` and `past`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Margin {
    /// Index of the predicted class.
    pub class: usize,
    /// The margin.
    pub total: f64,
    /// Part of the words: what they bring in total.
    pub words: f64,
    /// Part of the biases.
    pub bias: f64,
    /// Part of the words' positions.
    pub positions: f64,
    /// Part of padding.
    pub padding: f64,
    /// How much of the margin the neurons say, at all places.
    pub neurons: f64,
    /// How much of that they say at padding's places.
    #[serde(default)]
    pub padding_places: f64,
    /// How much of it is the head's bias.
    pub head_bias: f64,
    /// How much of it is said past the neurons.
    pub past: f64,
}

/// One word and its measures (method §4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The slice of the text that the word stands for.
    pub text: String,
    /// UTF-16 offset of the word's first unit.
    pub start: usize,
    /// UTF-16 offset after the word's last unit.
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
    /// The fraction of all that the neurons say which the word's shares hold, Σ_n α_in·Σ_j|e_jn| / Σ|e|,
    /// in [0, 1]; those of all words add up to 1.
    pub decides: f64,
    /// e_i, what the neurons say at the word's place towards the predicted class, as [`Margin`].
    pub evidence: f64,
    /// c_i, what the word brings to all places, directly and through attention, as [`Margin`].
    pub contribution: f64,
    /// Capacity C_i on the neurons, in [0, 1].
    pub capacity: f64,
    /// Capacity C_i on the neurons by what they vote for, z, in [0, 1].
    pub evidence_capacity: f64,
    /// Capacity C_i on the gated embeddings, in [0, 1].
    pub embedding_capacity: f64,
    /// Attention received: mean over heads and queries of the weight on this word.
    pub attention_received: f64,
    /// The pieces that spell it; empty if it is read as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pieces: Vec<Piece>,
}

/// A piece of a word, with its part in the word's measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// The slice of the text that it stands for; accents may be missing.
    pub text: String,
    /// UTF-16 offset of its first unit.
    pub start: usize,
    /// UTF-16 offset after its last unit.
    pub end: usize,
    /// Vocabulary id.
    pub id: u32,
    /// Keep probability of the gate.
    pub keep: f32,
    /// Its part of the word's neurons.
    pub neurons: f64,
    /// Its part of the word's evidence.
    pub evidence: f64,
    /// Its part of the word's contribution.
    pub contribution: f64,
}

/// How the active neurons are allocated to the words (method §4.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    /// Neurons of the layer, active or not: F.
    pub width: usize,
    /// The `a` active neurons' indices, grouped by owner in word order; within a group by the
    /// owner's share, largest first.
    pub neurons: Vec<u32>,
    /// Index of each active neuron's largest owner in `words`, `a`; on a tie the first.
    pub owner: Vec<u32>,
    /// Neuron polysemanticity m_n ≥ 1, the effective number of words per neuron, `a`.
    pub polysemanticity: Vec<f64>,
    /// Shares α, `n × a`, columns in the order of `neurons`; every column sums to 1.
    pub shares: Matrix,
    /// e_in, what each active neuron says at each word's place towards the predicted class, as
    /// [`Margin`], `n × a`.
    pub evidence: Matrix,
    /// Index of the class that each active neuron votes for, `a`.
    pub votes: Vec<u32>,
    /// What each active neuron says at all words towards the predicted class, as [`Margin`], `a`.
    #[serde(default)]
    pub said: Vec<f64>,
}

impl Allocation {
    /// The neurons whose largest owner is word `word`, its largest share first.
    pub fn owned_by(&self, word: usize) -> &[u32] {
        let begin = self.owner.partition_point(|&owner| (owner as usize) < word);
        let end = self.owner.partition_point(|&owner| owner as usize <= word);
        &self.neurons[begin..end]
    }
}

/// How many of these words the vocabulary knows, and how many there are; punctuation is not counted.
pub fn known_words(words: &[Word]) -> (usize, usize) {
    let words = words.iter().filter(|word| is_word(&word.text));
    words.fold((0, 0), |(known, all), word| {
        (known + usize::from(word.known), all + 1)
    })
}

/// How the words of a text relate, pair by pair; all matrices are `n × n`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    /// S_ik, the part of the neurons of the word with fewer of them that the pair shares, in [0, 1].
    pub sharing: Matrix,
    /// How many neurons that is, S_ik·min(N_i, N_k).
    pub shared: Matrix,
    /// The same with each neuron weighted by its share of all that is said, in [0, 1].
    pub evidence_sharing: Matrix,
    /// e_{i←k}, what word k brings to the place of word i towards the predicted class, as [`Margin`];
    /// rows are i.
    pub contribution: Matrix,
    /// Cosine of the two words' neurons, in [0, 1].
    pub cosine: Matrix,
    /// Attention weights, mean over heads; rows are queries.
    pub attention: Matrix,
}

impl Interaction {
    /// S_ik as it is drawn (method §4.1): faded by what a word owns if that is less than one neuron, of which
    /// even a large share is little.
    pub fn faded(&self) -> Matrix {
        let Matrix { rows, cols, .. } = self.sharing;
        Matrix::from_fn(rows, cols, |i, k| {
            self.sharing.at(i, k).min(self.shared.at(i, k))
        })
    }
}
