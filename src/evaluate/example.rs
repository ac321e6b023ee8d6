//! A text as the model reads it, with what is known about it.

use std::ops::Range;

use crate::model::ModelConfig;
use crate::text::Encoded;

/// A labelled text as ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedExample {
    /// Ids of words or pieces; at least one.
    pub ids: Vec<u32>,
    /// Where each word is among them.
    pub places: Vec<Range<usize>>,
    /// Index of the class.
    pub label: usize,
}

impl EncodedExample {
    /// A text with its class.
    pub fn new(text: Encoded, label: usize) -> Self {
        let Encoded { ids, places } = text;
        Self { ids, places, label }
    }

    /// A text whose ids are its words.
    pub fn of_words(ids: &[u32], label: usize) -> Self {
        Self::new(Encoded::of_words(ids), label)
    }

    /// The text.
    pub fn text(&self) -> Encoded {
        Encoded {
            ids: self.ids.clone(),
            places: self.places.clone(),
        }
    }

    /// As much of it as a model reads.
    pub fn read(&self, config: &ModelConfig) -> Encoded {
        self.text().cut(config.max_len)
    }
}
