//! WordPiece: a word is spelled by the longest piece that it begins with, then the longest that continues it,
//! and so on to its end.

use std::ops::Range;

use super::Pieces;
use super::letters::Letter;
use crate::text::Vocabulary;

/// Longer words are unknown, in letters.
const LONGEST: usize = 100;

/// Part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::text) struct Piece {
    pub(in crate::text) id: u32,
    /// Where it is in the source, in bytes.
    pub(in crate::text) utf8: Range<usize>,
}

/// The pieces of a word; it is one `unknown` piece if `vocabulary` cannot spell it.
pub(super) fn spell(word: &[Letter], vocabulary: &Vocabulary, unknown: u32) -> Vec<Piece> {
    let span = |letters: &[Letter]| match letters {
        [first, .., last] => first.from.start..last.from.end,
        [only] => only.from.clone(),
        [] => 0..0,
    };
    let whole = || {
        vec![Piece {
            id: unknown,
            utf8: span(word),
        }]
    };
    if word.len() > LONGEST {
        return whole();
    }
    let mut pieces = Vec::new();
    let mut start = 0;
    while start < word.len() {
        let Some((id, length)) = longest(&word[start..], start > 0, vocabulary) else {
            return whole();
        };
        let end = start + length;
        pieces.push(Piece {
            id,
            utf8: span(&word[start..end]),
        });
        start = end;
    }
    pieces
}

/// The longest piece that `letters` begin with, and how many of them it is.
fn longest(letters: &[Letter], continues: bool, vocabulary: &Vocabulary) -> Option<(u32, usize)> {
    let prefix = if continues { Pieces::CONTINUES } else { "" };
    let mut name: String = prefix.to_owned();
    name.extend(letters.iter().map(|letter| letter.is));
    for length in (1..=letters.len()).rev() {
        if let Some(id) = vocabulary.piece(&name) {
            return Some((id, length));
        }
        name.pop();
    }
    None
}
