//! What is known about a neuron after a data set.

use serde::{Deserialize, Serialize};

/// Maximum number of words in a card's list.
pub const LISTED: usize = 10;

/// A neuron's card: its words, its classes, and what the predictions lose without it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeuronCard {
    /// Index of the neuron in the last block, from 0.
    pub neuron: usize,
    /// The class whose logit it raises most; `None` if no text was read.
    pub vote: Option<usize>,
    /// Share of the words at which it fires (u > 0), in [0, 1]; 0 for a dead neuron.
    pub firing_rate: f64,
    /// Share of the texts in which it fires, in [0, 1].
    pub text_rate: f64,
    /// Mean activation over all words, silent ones included.
    pub mean_activation: f64,
    /// 1/Σ_w p_w², the effective number of distinct words at which it fires; 0 if it is dead.
    pub effective_words: f64,
    /// The words with the largest shares p_w of its squared activation, largest first.
    pub top_words: Vec<WordShare>,
    /// The distinct words at which it fires most strongly, strongest first.
    pub strongest: Vec<StrongestPlace>,
    /// The class that makes it fire most; `None` if it is dead, or the texts have one class.
    pub selectivity: Option<Selectivity>,
    /// What zeroing it does; `None` if it is dead.
    pub ablation: Option<AblationEffect>,
}

/// A word's share of a neuron: p_w = Σ u² at the word's places / Σ u² at all places, as an
/// allocation in which the data set is one text and each distinct word one token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WordShare {
    /// The word as the vocabulary has it.
    pub word: String,
    /// p_w in (0, 1].
    pub share: f64,
}

/// Where a neuron fires most strongly at a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StrongestPlace {
    /// The word as the vocabulary has it.
    pub word: String,
    /// u > 0.
    pub activation: f32,
    /// Number of the text.
    pub text: usize,
    /// Place of the word in the text, from 0.
    pub position: usize,
}

/// Class selectivity (Morcos et al., arXiv 1803.06959, §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Selectivity {
    /// The class (by label) with the largest mean activation; on a tie the first.
    pub class: usize,
    /// (μ − μ′)/(μ + μ′) in [0, 1], with μ that mean and μ′ the mean of the other classes'
    /// means; a class's mean is over its texts, a text's over its words.
    pub index: f64,
}

/// What the predictions lose when the neuron is 0 at every place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AblationEffect {
    /// By how much the predicted class's probability falls: mean over the texts in which the
    /// neuron fires, in [−1, 1]; positive if it supports the predictions.
    pub fall: f64,
    /// Mean magnitude of that change over all texts, including those in which it is silent, in [0, 1]:
    /// neurons are ranked by this.
    pub size: f64,
    /// Texts whose predicted class changes.
    pub flips: usize,
    /// What the neuron adds to each class' probability: mean over the texts in which it fires,
    /// K, summing to 0.
    pub pushes: Vec<f64>,
}
