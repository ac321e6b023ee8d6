//! A text in words, and these in pieces.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::Pieces;
use super::letters::{Letter, plain, words};
use super::word_piece::{Piece, spell};
use crate::text::{Encoded, Vocabulary};

/// A word, and the pieces that spell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::text) struct SpelledWord {
    /// As it is read.
    pub(in crate::text) word: String,
    /// Where it is in the source, in bytes.
    pub(in crate::text) utf8: Range<usize>,
    /// At least one; they may leave out accents.
    pub(in crate::text) pieces: Vec<Piece>,
}

impl Pieces {
    /// A word, or several, as they are read.
    pub(in crate::text) fn normalise(self, word: &str) -> String {
        plain(word, self)
            .into_iter()
            .map(|letter| letter.is)
            .collect()
    }

    /// The words of a text and where they are, in bytes.
    pub(in crate::text) fn words(self, text: &str) -> Vec<(String, Range<usize>)> {
        let words = words(text, self);
        let spans = spans(text, &words);
        words.iter().map(|word| as_read(word)).zip(spans).collect()
    }

    /// The words of a text in the pieces of `vocabulary`.
    pub(in crate::text) fn spelled(self, text: &str, vocabulary: &Vocabulary) -> Vec<SpelledWord> {
        let words = words(text, self);
        let spans = spans(text, &words);
        let spelled = words.iter().zip(spans).map(|(letters, utf8)| SpelledWord {
            word: as_read(letters),
            utf8,
            pieces: spell(letters, vocabulary, self.unknown),
        });
        spelled.collect()
    }

    /// What a model takes of a text of these words, each as it is read.
    pub(in crate::text) fn encode(self, words: &[String], vocabulary: &Vocabulary) -> Encoded {
        let mut pieces = Vec::new();
        let place = |word: &String| {
            let start = pieces.len() + 1;
            let spelled = self.spelled(word, vocabulary).into_iter();
            pieces.extend(spelled.flat_map(|word| word.pieces).map(|piece| piece.id));
            start..pieces.len() + 1
        };
        let places = words.iter().map(place).collect();
        Encoded {
            ids: self.framed(pieces),
            places,
        }
    }

    /// The ids of pieces with what stands before and after them; nothing if there are none.
    pub(in crate::text) fn framed(self, pieces: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut ids = vec![self.first];
        ids.extend(pieces);
        ids.push(self.last);
        if ids.len() == 2 { Vec::new() } else { ids }
    }
}

fn as_read(word: &[Letter]) -> String {
    word.iter().map(|letter| letter.is).collect()
}

/// Where words are, with the marks that belong to their last letter, even if the model does not read them.
fn spans(text: &str, words: &[Vec<Letter>]) -> Vec<Range<usize>> {
    let mut ends = text
        .grapheme_indices(true)
        .map(|(at, one)| at + one.len())
        .peekable();
    let starts: Vec<usize> = words.iter().map(|word| word[0].from.start).collect();
    let next = starts.iter().skip(1).copied().chain([text.len()]);
    let span = |((word, &start), next): ((&Vec<Letter>, &usize), usize)| {
        let end = word.last().map_or(start, |letter| letter.from.end);
        while ends.next_if(|&boundary| boundary < end).is_some() {}
        let whole = ends.peek().copied().unwrap_or(end);
        start..whole.min(next).max(end)
    };
    words.iter().zip(&starts).zip(next).map(span).collect()
}
