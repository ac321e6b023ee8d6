//! What becomes of an answer when a word is deleted.

use super::Prediction;
use super::sentences::percent;

/// What a model makes of a text with and without one of its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Deletion {
    /// The answer to the whole text.
    pub whole: Prediction,
    /// The answer when the word is deleted and the others move up.
    pub without: Prediction,
}

impl Deletion {
    /// What is left for the class that was predicted for the whole text.
    pub fn probability(&self) -> f32 {
        self.without.probabilities[self.whole.predicted]
    }

    /// The same in words: "with the word deleted: 34.2 % positive, so negative".
    pub fn in_words(&self) -> String {
        let Self { whole, without } = self;
        let left = percent(self.probability());
        let deleted = format!("with the word deleted: {left} {}", whole.class());
        if without.predicted == whole.predicted {
            deleted
        } else {
            format!("{deleted}, so {}", without.class())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_says_what_is_left_and_what_is_said_instead() {
        let classes = ["positive", "negative"].map(String::from);
        let prediction = |p: f32| Prediction::of(&classes, vec![p, 1.0 - p]);
        let without = |p: f32| Deletion {
            whole: prediction(0.9),
            without: prediction(p),
        };
        assert_eq!(
            without(0.75).in_words(),
            "with the word deleted: 75.0 % positive"
        );
        assert_eq!(
            without(0.25).in_words(),
            "with the word deleted: 25.0 % positive, so negative"
        );
        assert_eq!(without(0.25).probability(), 0.25);
    }
}
