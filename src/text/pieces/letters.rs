//! A text made plain as BERT's uncased and cased models read it, and where in the source each letter of it
//! comes from.
//!
//! Which characters are marks, punctuation and controls is looked up in the tables that Hugging Face's
//! tokenizers use, so that the same text has the same pieces here and there.

use std::ops::Range;

use unicode_categories::UnicodeCategories;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

use super::Pieces;

/// One character of the plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) is: char,
    /// Where it comes from, in bytes.
    pub(super) from: Range<usize>,
}

/// The words of `text`: between blanks, with punctuation on its own.
pub(super) fn words(text: &str, rules: Pieces) -> Vec<Vec<Letter>> {
    let mut words: Vec<Vec<Letter>> = Vec::new();
    let mut is_open = false;
    for letter in plain(text, rules) {
        let is_mark = is_punctuation(letter.is);
        if letter.is.is_whitespace() {
            is_open = false;
        } else if let Some(word) = words.last_mut().filter(|_| is_open && !is_mark) {
            word.push(letter);
        } else {
            words.push(vec![letter]);
            is_open = !is_mark;
        }
    }
    words
}

/// The letters of `text` as they are read.
pub(super) fn plain(text: &str, rules: Pieces) -> Vec<Letter> {
    let mut letters = clean(text);
    if rules.split_chinese {
        letters = letters.into_iter().flat_map(apart).collect();
    }
    if rules.strip_accents {
        letters = decomposed(letters);
        letters.retain(|letter| !letter.is.is_mark_nonspacing());
    }
    if rules.lower_case {
        letters = letters.into_iter().flat_map(lower_case).collect();
    }
    letters
}

/// Blanks are spaces; controls are left out, unless they end lines or are tabs.
fn clean(text: &str) -> Vec<Letter> {
    let kept = |&(_, c): &(usize, char)| {
        matches!(c, '\t' | '\n' | '\r')
            || !(c == '\0' || c == char::REPLACEMENT_CHARACTER || c.is_other())
    };
    text.char_indices()
        .filter(kept)
        .map(|(at, c)| Letter {
            is: if c.is_whitespace() { ' ' } else { c },
            from: at..at + c.len_utf8(),
        })
        .collect()
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || c.is_punctuation()
}

/// A Chinese character is a word.
fn apart(letter: Letter) -> impl Iterator<Item = Letter> {
    let blank = is_chinese(letter.is).then(|| Letter {
        is: ' ',
        from: letter.from.clone(),
    });
    [blank.clone(), Some(letter), blank].into_iter().flatten()
}

/// Whether it is in one of the blocks of ideographs.
fn is_chinese(c: char) -> bool {
    matches!(
        u32::from(c),
        0x4E00..=0x9FFF
            | 0x3400..=0x4DBF
            | 0x20000..=0x2A6DF
            | 0x2A700..=0x2B73F
            | 0x2B740..=0x2B81F
            | 0x2B920..=0x2CEAF
            | 0xF900..=0xFAFF
            | 0x2F800..=0x2FA1F
    )
}

/// Accents apart from their letters (NFD). Marks are put into Unicode's order, but each place of the source
/// stays where it is: places ascend.
fn decomposed(letters: Vec<Letter>) -> Vec<Letter> {
    /// A character's class, itself, and whether it is the first that its source becomes.
    type Part = (u8, char, bool);
    let mut parts: Vec<Part> = Vec::with_capacity(letters.len());
    let mut run = 0;
    for letter in &letters {
        let mut is_first = true;
        decompose_canonical(letter.is, |c| {
            let class = canonical_combining_class(c);
            if class == 0 {
                parts[run..].sort_by_key(|&(class, ..)| class);
                run = parts.len();
            }
            parts.push((class, c, is_first));
            is_first = false;
        });
    }
    parts[run..].sort_by_key(|&(class, ..)| class);
    let mut sources = letters.into_iter().map(|letter| letter.from);
    let mut last = 0..0;
    let placed = parts.into_iter().map(|(_, is, is_first)| {
        if is_first {
            last = sources.next().unwrap_or_else(|| last.clone());
        }
        Letter {
            is,
            from: last.clone(),
        }
    });
    placed.collect()
}

fn lower_case(letter: Letter) -> impl Iterator<Item = Letter> {
    let Letter { is, from } = letter;
    is.to_lowercase().map(move |is| Letter {
        is,
        from: from.clone(),
    })
}
