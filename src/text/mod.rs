//! Text in: words with their place in the source, the vocabulary that numbers
//! them, and readers for labelled data. Knows nothing of tensors.

mod encoding;
mod error;
mod example;
mod file;
mod frequency;
pub mod glue;
pub mod imdb;
pub(crate) mod pieces;
mod plain;
mod plural;
mod read;
mod rules;
mod split;
pub mod sst;
pub mod table;
mod tokenize;
mod vectors;
mod vocabulary;

pub use encoding::{Decoded, UnknownEncoding, decode, recognise as recognise_encoding};
pub use error::TextError;
pub use example::Example;
use file::read_bytes;
pub use frequency::{Coverage, Frequency, coverage, frequencies};
pub use pieces::Pieces;
pub(crate) use plural::plural;
pub use read::{ReadPiece, ReadText, ReadWord, read};
pub use rules::is_word;
pub use split::Split;
pub use tokenize::{Encoded, Token, Tokenizer, tokenize};
pub use vectors::WordVectors;
pub use vocabulary::{PAD, UNKNOWN, Vocabulary, VocabularyError};
