//! A text as its reader sees it. Keyboards, editors and PDFs encode the same words in many ways; here
//! these are unified, and each part of the result knows its place in the source.
//!
//! 1. Accents are composed with their letters (NFC).
//! 2. Compatibility forms become plain letters, digits and marks where nothing but the form is lost:
//!    ligatures (`ﬁ`), full and half width, mathematical alphabets (`𝗯𝗼𝗹𝗱`), Roman numerals, digraphs,
//!    radicals, Arabic presentation forms. Those that mean more than their letters stay: `½`, `x²`, `①`,
//!    `™`.
//! 3. Invisible format characters are dropped: soft hyphens, zero-width spaces and joiners, byte-order
//!    marks, bidirectional controls. Joiners stay in emoji and in scripts whose letters they shape; tags
//!    stay in flags.
//! 4. A word that a soft hyphen breaks at the end of a line is one word. A plain hyphen there is left
//!    alone, since it may belong to the word.
//! 5. Every character that people type as an apostrophe is one.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::char::{decompose_canonical, decompose_compatible, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

const SOFT_HYPHEN: char = '\u{ad}';

/// How many marks may follow a letter in Unicode's Stream-Safe Text Format (UAX #15, section 13).
const MOST_MARKS: usize = 30;

/// A text, made plain or not, and the place of each part of it in its source.
pub(super) struct Plain<'a> {
    text: Cow<'a, str>,
    /// Its smallest parts, in order; `None` if the text is the source itself.
    units: Option<Vec<Unit>>,
}

/// A grapheme cluster of the source, if something of it is left.
struct Unit {
    /// Where that begins in the plain text.
    start: usize,
    source: Range<usize>,
}

impl<'a> Plain<'a> {
    /// A text left as it is.
    pub(super) fn unchanged(source: &'a str) -> Self {
        Self {
            text: source.into(),
            units: None,
        }
    }

    /// A text made plain.
    pub(super) fn of(source: &'a str) -> Self {
        if is_plain(source) {
            return Self::unchanged(source);
        }
        let mut text = String::with_capacity(source.len());
        let mut units = Vec::new();
        for (at, grapheme) in source.grapheme_indices(true) {
            let start = text.len();
            let (before, after) = (&source[..at], &source[at + grapheme.len()..]);
            if !is_inside_word(before, grapheme, after) {
                push(&mut text, grapheme, after);
            }
            if text.len() > start {
                let source = at..at + grapheme.len();
                units.push(Unit { start, source });
            }
        }
        Self {
            text: text.into(),
            units: Some(units),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// For each byte of the text and for its end, whether a word may begin or end there without a
    /// grapheme cluster of the source being split.
    pub(super) fn cuts(&self) -> Vec<bool> {
        let mut cuts = vec![false; self.text.len() + 1];
        cuts[self.text.len()] = true;
        match &self.units {
            Some(units) => units.iter().for_each(|unit| cuts[unit.start] = true),
            None => {
                let graphemes = self.text.grapheme_indices(true);
                graphemes.for_each(|(start, _)| cuts[start] = true);
            }
        }
        cuts
    }

    /// Place in the source of a part of the text, which is not empty and begins and ends where
    /// [`Self::cuts`] allows it.
    pub(super) fn in_source(&self, part: &Range<usize>) -> Range<usize> {
        let Some(units) = &self.units else {
            return part.clone();
        };
        let first = units.partition_point(|unit| unit.start < part.start);
        let last = units.partition_point(|unit| unit.start < part.end) - 1;
        units[first].source.start..units[last].source.end
    }
}

/// A word in NFC.
pub(super) fn composed(word: String) -> String {
    if word.is_ascii() || is_nfc(&word) {
        word
    } else {
        word.nfc().collect()
    }
}

/// Whether a text is already plain. Most are.
fn is_plain(source: &str) -> bool {
    !source.chars().any(may_change) && is_nfc_quick(source.chars()) == IsNormalized::Yes
}

fn may_change(c: char) -> bool {
    match c {
        '`' | '‘' => true,
        c if c.is_ascii() => false,
        c => is_format(c) || is_form(c) || is_apostrophe(c),
    }
}

/// Whether `grapheme` is the end of a line at which a soft hyphen breaks a word.
fn is_inside_word(before: &str, grapheme: &str, after: &str) -> bool {
    matches!(grapheme, "\n" | "\r\n")
        && before.ends_with(SOFT_HYPHEN)
        && after.starts_with(char::is_alphabetic)
}

/// Appends a grapheme cluster of the source, which continues with `after`.
fn push(text: &mut String, grapheme: &str, after: &str) {
    let last = text.chars().next_back();
    let start = text.len();
    let is_letter = grapheme.starts_with(char::is_alphabetic);
    let mut chars = grapheme.chars();
    while let Some(c) = chars.next() {
        let next = chars.clone().next().or_else(|| after.chars().next());
        if !is_format(c) || is_needed(c, is_letter, unmarked_end(text), next) {
            push_plain(text, c);
        }
    }
    if !is_nfc(&text[start..]) || text[start..].contains(is_apostrophe) {
        let plain = |c| if is_apostrophe(c) { '\'' } else { c };
        let composed: String = text[start..].nfc().map(plain).collect();
        text.replace_range(start.., &composed);
    }
    if matches!(&text[start..], "`" | "‘") && is_in_place_of_apostrophe(last, after) {
        text.replace_range(start.., "'");
    }
}

/// Appends a character in its plain form, unless that would be more than one word.
fn push_plain(text: &mut String, c: char) {
    let start = text.len();
    if is_form(c) {
        decompose_compatible(c, |plain| text.push(plain));
    }
    if text.len() == start || text[start..].contains(' ') {
        text.truncate(start);
        text.push(c);
    }
}

/// Characters that differ from plain ones only in form.
fn is_form(c: char) -> bool {
    matches!(c,
        // Latin digraphs, and ŀ, ŉ and ſ.
        '\u{132}' | '\u{133}' | '\u{13f}' | '\u{140}' | '\u{149}' | '\u{17f}' | '\u{1c4}'..='\u{1cc}' | '\u{1f1}'..='\u{1f3}'
        // Mathematical letters outside their block (ℝ, ℎ), but not ℃, № or ™.
        | '\u{2102}' | '\u{210a}'..='\u{2113}' | '\u{2115}' | '\u{2119}'..='\u{211d}' | '\u{2124}'
        | '\u{2128}' | '\u{212c}'..='\u{212d}' | '\u{212f}'..='\u{2131}' | '\u{2133}'..='\u{2138}'
        | '\u{2145}'..='\u{2149}'
        // Roman numerals, radicals.
        | '\u{2160}'..='\u{217f}' | '\u{2e9f}' | '\u{2ef3}' | '\u{2f00}'..='\u{2fd5}'
        // Latin and Armenian ligatures, Hebrew and Arabic presentation forms.
        | '\u{fb00}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        // Full and half width.
        | '\u{ff01}'..='\u{ffee}'
        // Mathematical alphabets.
        | '\u{1d400}'..='\u{1d7ff}' | '\u{1ee00}'..='\u{1eeff}')
}

/// Format characters, which are invisible by themselves.
fn is_format(c: char) -> bool {
    matches!(c,
        SOFT_HYPHEN | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The last character that is not a mark. An unbounded search would take time that grows with the square of
/// the number of marks.
fn unmarked_end(text: &str) -> Option<char> {
    let mut last = text.chars().rev().take(MOST_MARKS + 1);
    last.find(|&c| !is_combining_mark(c))
}

/// Whether a format character changes how its neighbours look.
///
/// - `is_letter`: whether it belongs to a letter, so that what it separates is one word
/// - `before`: the last character before it that is not a mark; if accents are not composed, there are more
///   marks, in another order
fn is_needed(c: char, is_letter: bool, before: Option<char>, after: Option<char>) -> bool {
    match c {
        // Separates letters that would be joined.
        '\u{200c}' => {
            let are_letters = is_letter && after.is_some_and(char::is_alphabetic);
            are_letters && may_be_joined(before) && may_be_joined(after)
        }
        // Joins emoji, and shapes a letter as if it were joined.
        '\u{200d}' => may_be_joined(before),
        // A flag's region.
        '\u{e0020}'..='\u{e007f}' => matches!(before, Some('🏴' | '\u{e0020}'..='\u{e007f}')),
        _ => false,
    }
}

/// Whether joiners may have an effect on a character: not on letters of scripts that join nothing
/// (those of Europe and of the Far East, Hebrew, Thai), nor on blanks and punctuation.
fn may_be_joined(c: Option<char>) -> bool {
    c.is_some_and(|c| {
        !matches!(uncomposed(c),
            ..'\u{600}' | '\u{e00}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}' | '\u{1e00}'..='\u{206f}'
            | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' | '\u{fb00}'..='\u{fb4f}'
            | '\u{ff00}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}')
    })
}

/// The character without its accents.
fn uncomposed(c: char) -> char {
    let mut first = None;
    decompose_canonical(c, |part| {
        first.get_or_insert(part);
    });
    first.unwrap_or(c)
}

/// What people type for `'`, or type `'` for: an okina (Hawaiʻi), a geresh (ג׳). (Not `’`, which the rules
/// themselves treat as `'`.)
fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '´' | '\u{2b9}' | '\u{2bb}' | '\u{2bc}' | '\u{5f3}' | '\u{201b}' | '\u{2032}'
    )
}

/// Whether an opening quote may be meant as an apostrophe, as in `don‘t` and `` `em ``. One that is meant
/// as a quote may be taken for it: both are the word `'`.
fn is_in_place_of_apostrophe(before: Option<char>, after: &str) -> bool {
    let mut after = after.chars().filter(|&c| !is_format(c));
    !matches!(before, Some('`' | '‘' | '’' | '\''))
        && after.next().is_some_and(char::is_alphanumeric)
}
