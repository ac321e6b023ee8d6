//! Controls: changes of a trained model by which one sees what a measure responds to (method §5).

use super::Package;
use crate::model::Stream;
use crate::text::UNKNOWN;

impl Package {
    /// Deals the gate's values out anew among the words by `seed`, those of PAD and UNKNOWN left where
    /// they are: the gate keeps as much as before, but chooses no word.
    pub fn shuffle_gate_values(&mut self, seed: u64) {
        let words = UNKNOWN as usize + 1;
        Stream::new(seed).shuffle(&mut self.gate_values[words..]);
    }

    /// Adds `shift` to the log-odds of keeping each word: the gate keeps more or less, in the same
    /// order of the words.
    pub fn shift_gate_values(&mut self, shift: f32) {
        for keep in &mut self.gate_values {
            // keep and 1 − keep weighed anew; a gate that is wholly open or closed stays so.
            let open = *keep * shift.exp();
            *keep = open / (open + 1.0 - *keep);
        }
    }

    /// Multiplies the embeddings of all words by `factor`, their gates left as they are.
    pub fn scale_embeddings(&mut self, factor: f32) {
        self.scale("embedding.weight", factor);
    }

    /// Multiplies what enters the softmax of the attention by `factor`: with 0 each word looks at all
    /// alike, with a large factor at one.
    pub fn sharpen_attention(&mut self, factor: f32) {
        for layer in 0..self.config.layers {
            for part in ["weight", "bias"] {
                self.scale(&format!("layers.{layer}.attention.query.{part}"), factor);
            }
        }
    }

    /// Multiplies what the neurons write, W_2 u, or say, by `factor`, the neurons left as they are: with
    /// 0 the model does without them.
    pub fn scale_neurons(&mut self, factor: f32) {
        for layer in 0..self.config.layers {
            match self.config.writes_back(layer) {
                true => self.scale(&format!("layers.{layer}.ff.linear2.weight"), factor),
                false => self.scale("fc.weight", factor),
            }
        }
    }

    fn scale(&mut self, name: &str, factor: f32) {
        let values = self.weights.get_mut(name).map(|array| &mut array.values);
        for value in values.into_iter().flatten() {
            *value *= factor;
        }
    }
}
