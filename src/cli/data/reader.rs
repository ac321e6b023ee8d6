//! What a model reads of a text, by which it tells texts apart.

use crate::model::ModelConfig;
use crate::text::{Tokenizer, Vocabulary, read};

/// How a model reads texts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    words: Tokenizer,
    vocabulary: &'a Vocabulary,
    max_len: usize,
}

impl<'a> Reader<'a> {
    /// That of a model with these sizes and words.
    pub(crate) fn of(config: &ModelConfig, vocabulary: &'a Vocabulary) -> Self {
        Self {
            words: config.reading.words,
            vocabulary,
            max_len: config.max_len,
        }
    }

    /// The ids of the words that it reads.
    pub(super) fn ids(self, text: &str) -> Vec<u32> {
        read(text, self.words, self.vocabulary, self.max_len).ids
    }
}
