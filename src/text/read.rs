//! A typed text as the model will read it: its words, their ids, and where it
//! is cut.

use serde::Serialize;

use super::tokenize::{Tokenizer, tokenize};
use super::vocabulary::{UNKNOWN, Vocabulary};

/// The words that the model reads, and where it stops reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadText {
    /// At most as many words as the model takes.
    pub words: Vec<ReadWord>,
    /// For a text that is longer: the UTF-16 offset at which the first unread
    /// word begins, and the number of words in the whole text.
    pub cut: Option<(usize, usize)>,
}

/// One word as the model reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadWord {
    /// The word as it appears in the source.
    pub text: String,
    /// UTF-16 offset of its start.
    pub start: usize,
    /// UTF-16 offset of its end.
    pub end: usize,
    /// Its id, [`UNKNOWN`] if the vocabulary lacks it.
    pub id: u32,
    /// Whether the vocabulary has it.
    pub known: bool,
}

/// Reads the first `max_words` words of `text`.
pub fn read(text: &str, words: Tokenizer, vocabulary: &Vocabulary, max_words: usize) -> ReadText {
    let tokens = tokenize(text, words);
    let cut = tokens
        .get(max_words)
        .map(|unread| (unread.utf16.start, tokens.len()));
    let words = tokens
        .into_iter()
        .take(max_words)
        .map(|token| {
            let id = vocabulary.id(&token.word);
            ReadWord {
                text: text[token.utf8].to_owned(),
                start: token.utf16.start,
                end: token.utf16.end,
                id: id.unwrap_or(UNKNOWN),
                known: id.is_some(),
            }
        })
        .collect();
    ReadText { words, cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary::from_words(
            ["<PAD>", "<UNK>", "is", "n't", "good"]
                .map(str::to_owned)
                .into(),
        )
        .unwrap()
    }

    #[test]
    fn words_keep_their_source_and_are_looked_up_normalised() {
        let read = read("😀 Isn’t", Tokenizer::Default, &vocabulary(), 9);
        let word = |text: &str, start, end, id, known| ReadWord {
            text: text.into(),
            start,
            end,
            id,
            known,
        };
        let expected = [
            word("😀", 0, 2, 1, false),
            word("Is", 3, 5, 2, true),
            word("n’t", 5, 8, 3, true),
        ];
        assert_eq!(
            read,
            ReadText {
                words: expected.into(),
                cut: None
            }
        );
    }

    #[test]
    fn a_long_text_says_where_it_is_cut() {
        let cut = |max_words| read("😀 is good", Tokenizer::Default, &vocabulary(), max_words).cut;
        assert_eq!(cut(3), None);
        assert_eq!(cut(2), Some((6, 3)));
        assert_eq!(cut(0), Some((0, 3)));
    }
}
