//! A typed text as the model will read it: its words, their ids, and where it
//! is cut.

use std::ops::Range;

use serde::Serialize;

use super::pieces::{Piece, Pieces, SpelledWord};
use super::tokenize::{Encoded, Tokenizer, Utf16, tokenize};
use super::vocabulary::{UNKNOWN, Vocabulary};

/// The words that the model reads, and where it stops reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadText {
    /// As many words as the model takes.
    pub words: Vec<ReadWord>,
    /// What the model takes: the ids of the words, or those of their pieces and of what stands before and after a
    /// text; empty without words.
    pub ids: Vec<u32>,
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
    /// Its id, or that of its first piece; [`Tokenizer::unknown`] if the vocabulary lacks it.
    pub id: u32,
    /// Whether the vocabulary has it, or can spell it.
    pub known: bool,
    /// The pieces that spell it; empty if it is read as a whole.
    pub pieces: Vec<ReadPiece>,
}

/// A part of a word as the model reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadPiece {
    /// The part as it appears in the source.
    pub text: String,
    /// UTF-16 offset of its start.
    pub start: usize,
    /// UTF-16 offset of its end.
    pub end: usize,
    /// Its id.
    pub id: u32,
}

impl ReadText {
    /// A text that is read word by word.
    pub fn of_words(words: Vec<ReadWord>, cut: Option<(usize, usize)>) -> Self {
        Self {
            ids: words.iter().map(|word| word.id).collect(),
            words,
            cut,
        }
    }

    /// What the model takes, and where the words are in it.
    pub fn encoded(&self) -> Encoded {
        Encoded {
            ids: self.ids.clone(),
            places: self.places(),
        }
    }

    /// Whether its words are spelled in pieces.
    pub fn is_in_pieces(&self) -> bool {
        self.words.iter().any(|word| !word.pieces.is_empty())
    }

    /// Where each word is among the `ids`.
    pub fn places(&self) -> Vec<Range<usize>> {
        let mut at = usize::from(self.is_in_pieces());
        let place = |word: &ReadWord| {
            let start = at;
            at += word.pieces.len().max(1);
            start..at
        };
        self.words.iter().map(place).collect()
    }
}

/// Reads the beginning of `text`, up to `most` words or, with what stands before and after them, pieces.
pub fn read(text: &str, words: Tokenizer, vocabulary: &Vocabulary, most: usize) -> ReadText {
    if let Tokenizer::Pieces(pieces) = words {
        return read_pieces(text, pieces, vocabulary, most);
    }
    let tokens = tokenize(text, words);
    let cut = tokens
        .get(most)
        .map(|unread| (unread.utf16.start, tokens.len()));
    let words = tokens
        .into_iter()
        .take(most)
        .map(|token| {
            let id = vocabulary.id(&token.word);
            ReadWord {
                text: text[token.utf8].to_owned(),
                start: token.utf16.start,
                end: token.utf16.end,
                id: id.unwrap_or(UNKNOWN),
                known: id.is_some(),
                pieces: Vec::new(),
            }
        })
        .collect();
    ReadText::of_words(words, cut)
}

/// Reads as many pieces as there is room for between what stands before and after them: as its library does, the
/// beginning of a word that does not fit.
fn read_pieces(text: &str, rules: Pieces, vocabulary: &Vocabulary, most: usize) -> ReadText {
    let mut spelled = rules.spelled(text, vocabulary);
    let total = spelled.len();
    let unread = cut_off(&mut spelled, most.saturating_sub(2));
    let cut = unread.map(|at| (Utf16::of(text).span(&(at..at)).start, total));
    let (mut of_words, mut of_pieces) = (Utf16::of(text), Utf16::of(text));
    let words: Vec<ReadWord> = spelled
        .iter()
        .map(|word| {
            let span = of_words.span(&word.utf8);
            let piece = |piece: &Piece| {
                let span = of_pieces.span(&piece.utf8);
                ReadPiece {
                    text: text[piece.utf8.clone()].to_owned(),
                    start: span.start,
                    end: span.end,
                    id: piece.id,
                }
            };
            let pieces: Vec<ReadPiece> = word.pieces.iter().map(piece).collect();
            let id = pieces.first().map_or(rules.unknown, |piece| piece.id);
            ReadWord {
                text: text[word.utf8.clone()].to_owned(),
                start: span.start,
                end: span.end,
                id,
                known: id != rules.unknown,
                pieces,
            }
        })
        .collect();
    let pieces = words.iter().flat_map(|word| &word.pieces);
    ReadText {
        ids: rules.framed(pieces.map(|piece| piece.id)),
        words,
        cut,
    }
}

/// Leaves the first `room` pieces of these words, and says where in the source the others begin, if there are some.
fn cut_off(words: &mut Vec<SpelledWord>, mut room: usize) -> Option<usize> {
    let first = words.iter().position(|word| {
        let fits = word.pieces.len() <= room;
        room -= if fits { word.pieces.len() } else { 0 };
        !fits
    })?;
    words.truncate(first + 1);
    let broken = words.last_mut()?;
    let unread = broken.pieces[room].utf8.start;
    broken.pieces.truncate(room);
    broken.utf8.end = unread;
    if room == 0 {
        words.pop();
    }
    Some(unread)
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
            pieces: Vec::new(),
        };
        let expected = [
            word("😀", 0, 2, 1, false),
            word("Is", 3, 5, 2, true),
            word("n’t", 5, 8, 3, true),
        ];
        assert_eq!(read, ReadText::of_words(expected.into(), None));
    }

    #[test]
    fn a_long_text_says_where_it_is_cut() {
        let cut = |max_words| read("😀 is good", Tokenizer::Default, &vocabulary(), max_words).cut;
        assert_eq!(cut(3), None);
        assert_eq!(cut(2), Some((6, 3)));
        assert_eq!(cut(0), Some((0, 3)));
    }
}
