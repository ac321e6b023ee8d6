//! The words a model knows, each with its number.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Id of the padding that brings texts to one length.
pub const PAD: u32 = 0;
/// Id of every word outside the vocabulary.
pub const UNKNOWN: u32 = 1;

const RESERVED: [&str; 2] = ["<PAD>", "<UNK>"];

/// What comes first in a vocabulary of word pieces, whose other reserved names are anywhere.
const PIECES_BEGIN: &str = "[PAD]";

/// Words in the order of their ids. As JSON, a plain array of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Vocabulary {
    words: Vec<String>,
    ids: HashMap<String, u32>,
}

/// A list of words that cannot be a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VocabularyError {
    /// The two reserved words are not where they belong.
    #[error(
        "a vocabulary must begin with \"<PAD>\" and \"<UNK>\", or with \"[PAD]\" if it holds word pieces; use the file that was stored with the model"
    )]
    Reserved,
    /// A word would have two ids.
    #[error(
        "the vocabulary holds \"{word}\" twice, as {first} and {second}; use the file that was stored with the model"
    )]
    Duplicate {
        /// The word.
        word: String,
        /// Its first id.
        first: u32,
        /// Its second id.
        second: u32,
    },
}

impl Vocabulary {
    /// Numbers every word that occurs at least `min_frequency` times, in the
    /// order of first occurrence.
    pub fn build<'a>(texts: impl IntoIterator<Item = &'a [String]>, min_frequency: usize) -> Self {
        let mut seen = Vec::new();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for word in texts.into_iter().flatten() {
            let count = counts.entry(word).or_default();
            if *count == 0 {
                seen.push(word.as_str());
            }
            *count += 1;
        }
        let kept = seen
            .into_iter()
            .filter(|word| counts[word] >= min_frequency && !RESERVED.contains(word));
        let words: Vec<String> = RESERVED
            .into_iter()
            .chain(kept)
            .map(str::to_owned)
            .collect();
        let ids = words.iter().cloned().zip(0..).collect();
        Self { words, ids }
    }

    /// Takes a stored list, in which the position is the id.
    ///
    /// # Errors
    /// If it does not begin with the two reserved words, or has a word twice.
    pub fn from_words(words: Vec<String>) -> Result<Self, VocabularyError> {
        let holds_pieces = words.first().is_some_and(|word| word == PIECES_BEGIN);
        if !holds_pieces && !words.iter().take(2).eq(RESERVED) {
            return Err(VocabularyError::Reserved);
        }
        let mut ids = HashMap::with_capacity(words.len());
        for (word, second) in words.iter().zip(0..) {
            if let Some(first) = ids.insert(word.clone(), second) {
                return Err(VocabularyError::Duplicate {
                    word: word.clone(),
                    first,
                    second,
                });
            }
        }
        Ok(Self { words, ids })
    }

    /// Adds those of `words` that it lacks, in their order, until it knows
    /// `size` words, not counting the two reserved ones.
    pub fn extend<'a>(&mut self, words: impl IntoIterator<Item = &'a str>, size: usize) {
        for word in words {
            if self.words.len() >= size.saturating_add(RESERVED.len()) {
                break;
            }
            if !self.ids.contains_key(word) {
                let id = self.words.len() as u32;
                self.ids.insert(word.to_owned(), id);
                self.words.push(word.to_owned());
            }
        }
    }

    /// Number of ids, the two reserved ones included.
    #[expect(
        clippy::len_without_is_empty,
        reason = "the reserved words are always there"
    )]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The id of a word of a text. The reserved words have none: a text that
    /// says `<PAD>` must not be taken for padding.
    pub fn id(&self, word: &str) -> Option<u32> {
        self.ids.get(word).copied().filter(|&id| id > UNKNOWN)
    }

    /// The id of a piece of a word, by its name.
    pub(super) fn piece(&self, name: &str) -> Option<u32> {
        self.ids.get(name).copied()
    }

    /// The word of an id.
    pub fn word(&self, id: u32) -> Option<&str> {
        self.words.get(id as usize).map(String::as_str)
    }

    /// All words, in the order of their ids.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The ids of normalised words, [`UNKNOWN`] for those outside.
    pub fn encode_words(&self, words: &[String]) -> Vec<u32> {
        words
            .iter()
            .map(|word| self.id(word).unwrap_or(UNKNOWN))
            .collect()
    }
}

impl TryFrom<Vec<String>> for Vocabulary {
    type Error = VocabularyError;

    fn try_from(words: Vec<String>) -> Result<Self, VocabularyError> {
        Self::from_words(words)
    }
}

impl From<Vocabulary> for Vec<String> {
    fn from(vocabulary: Vocabulary) -> Self {
        vocabulary.words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn ids_follow_first_sight_and_rare_words_are_left_out() {
        let texts = [words("b a rare b"), words("a c <PAD> <PAD> c")];
        let vocabulary = Vocabulary::build(texts.iter().map(Vec::as_slice), 2);
        assert_eq!(vocabulary.words(), words("<PAD> <UNK> b a c"));
        assert_eq!(vocabulary.len(), 5);
        assert_eq!(
            vocabulary.encode_words(&words("a b rare <PAD>")),
            [3, 2, UNKNOWN, UNKNOWN]
        );
        assert_eq!(vocabulary.word(4), Some("c"));
        assert_eq!(vocabulary.word(5), None);
    }

    #[test]
    fn more_words_come_after_those_of_the_texts_until_it_is_full() {
        let mut vocabulary = Vocabulary::build([words("b a").as_slice()], 1);
        let more = ["a", "c", "<UNK>", "d", "c", "e", "f"];
        vocabulary.extend(more, 5);
        assert_eq!(vocabulary.words(), words("<PAD> <UNK> b a c d e"));
        assert_eq!(vocabulary.id("e"), Some(6));
        vocabulary.extend(more, 3);
        assert_eq!(vocabulary.len(), 7);
    }

    #[test]
    fn json_is_a_plain_array_and_comes_back_equal() {
        let vocabulary = Vocabulary::from_words(words("<PAD> <UNK> good")).unwrap();
        let json = serde_json::to_string(&vocabulary).unwrap();
        assert_eq!(json, r#"["<PAD>","<UNK>","good"]"#);
        assert_eq!(
            serde_json::from_str::<Vocabulary>(&json).unwrap(),
            vocabulary
        );
    }

    #[test]
    fn bad_lists_are_refused_with_the_reason() {
        let reserved = |text| Vocabulary::from_words(words(text)).unwrap_err();
        assert_eq!(reserved("<PAD>"), VocabularyError::Reserved);
        assert_eq!(reserved("<UNK> <PAD> a"), VocabularyError::Reserved);
        let twice = VocabularyError::Duplicate {
            word: "a".into(),
            first: 2,
            second: 4,
        };
        assert_eq!(reserved("<PAD> <UNK> a b a"), twice);
        let json = serde_json::from_str::<Vocabulary>(r#"["a"]"#).unwrap_err();
        assert!(
            json.to_string().contains("must begin with \"<PAD>\""),
            "{json}"
        );
    }
}
