//! Text in: words with their place in the source, the vocabulary that numbers
//! them, and readers for labelled data. Knows nothing of tensors.

mod error;
mod example;
mod read;
mod rules;
pub mod sst;
mod tokenize;
mod vectors;
mod vocabulary;

pub use error::TextError;
pub use example::Example;
pub use read::{ReadText, ReadWord, read};
pub use tokenize::{Token, Words, tokenize};
pub use vectors::WordVectors;
pub use vocabulary::{PAD, UNKNOWN, Vocabulary, VocabularyError};
