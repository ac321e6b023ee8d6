//! Changes of a trained model that show what a measure responds to (method §5.12).

use std::fmt;

use super::Package;
use crate::model::Stream;
use crate::text::UNKNOWN;

/// A change of a trained model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Perturbation {
    /// Shuffles the gate's values among the words with this seed, leaving those of PAD and UNKNOWN
    /// where they are: the gate keeps as much as before, but does not choose words.
    ShuffleGates(u64),
    /// Adds this to the log-odds of keeping each word: the gate keeps more or less, in the same order of
    /// the words.
    ShiftGates(f32),
    /// Multiplies the embeddings of all words by this factor, leaving their gates as they are.
    ScaleEmbeddings(f32),
    /// Multiplies what enters the attention's softmax by this factor: with 0 each word attends to all
    /// equally, with a large factor to one.
    SharpenAttention(f32),
    /// Multiplies what the neurons write, W_2 u, or say, by this factor, leaving the neurons as they are:
    /// with 0 the model does without them.
    ScaleNeurons(f32),
}

impl Package {
    /// Changes the model, and says so in its id.
    pub fn perturb(&mut self, perturbation: Perturbation) {
        match perturbation {
            Perturbation::ShuffleGates(seed) => {
                let words = UNKNOWN as usize + 1;
                Stream::new(seed).shuffle(&mut self.gate_values[words..]);
            }
            Perturbation::ShiftGates(shift) => {
                for keep in &mut self.gate_values {
                    *keep = shifted(*keep, shift);
                }
            }
            Perturbation::ScaleEmbeddings(factor) => self.scale("embedding.weight", factor),
            Perturbation::SharpenAttention(factor) => {
                for layer in 0..self.config.layers {
                    for part in ["weight", "bias"] {
                        self.scale(&format!("layers.{layer}.attention.query.{part}"), factor);
                    }
                }
            }
            Perturbation::ScaleNeurons(factor) => {
                for layer in 0..self.config.layers {
                    match self.config.writes_back(layer) {
                        true => self.scale(&format!("layers.{layer}.ff.linear2.weight"), factor),
                        false => self.scale("fc.weight", factor),
                    }
                }
            }
        }
        self.card.id += &format!(", {perturbation}");
    }

    fn scale(&mut self, name: &str, factor: f32) {
        let values = self.weights.get_mut(name).map(|array| &mut array.values);
        for value in values.into_iter().flatten() {
            *value *= factor;
        }
    }
}

/// A probability after `shift` is added to its log-odds; 0 and 1 stay as they are.
fn shifted(keep: f32, shift: f32) -> f32 {
    let open = keep * shift.exp();
    open / (open + 1.0 - keep)
}

/// As it appears in a model's id.
impl fmt::Display for Perturbation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShuffleGates(seed) => write!(f, "gate shuffled by seed {seed}"),
            Self::ShiftGates(shift) => write!(f, "log-odds of the gate {shift:+}"),
            Self::ScaleEmbeddings(factor) => write!(f, "embeddings × {factor}"),
            Self::SharpenAttention(factor) => write!(f, "attention scores × {factor}"),
            Self::ScaleNeurons(factor) => write!(f, "what neurons write × {factor}"),
        }
    }
}
