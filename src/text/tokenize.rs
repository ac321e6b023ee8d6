//! Splits a text into words that know where in the source they are.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::plain::{self, Plain};
use super::rules;

/// How a text becomes words; stored with a model, which must read texts as it
/// was trained to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tokenizer {
    /// Split on white space, case kept: the published reading.
    Whitespace,
    /// Words and punctuation as the treebank splits them, in lower case: how the
    /// first models that were trained on text as people type it read.
    Default,
    /// The same for the text as its reader sees it, however it was typed: how
    /// new models read. Ligatures, format characters, decomposed accents and
    /// whatever is typed as an apostrophe make no difference.
    Typed,
}

impl Tokenizer {
    /// The form under which an already separated word is in the vocabulary.
    pub fn normalise(self, word: &str) -> String {
        self.form(self.plain(word).text())
    }

    /// The text that is split.
    fn plain(self, text: &str) -> Plain<'_> {
        match self {
            Self::Whitespace | Self::Default => Plain::unchanged(text),
            Self::Typed => Plain::of(text),
        }
    }

    /// The form of a word of that text.
    fn form(self, word: &str) -> String {
        match self {
            Self::Whitespace => word.to_owned(),
            Self::Default => rules::normalise(word),
            Self::Typed => plain::composed(rules::normalise(word)),
        }
    }
}

/// One word of a text. Spans are never empty, ascend without overlap, and never
/// split a character that a reader would see as one (a grapheme cluster).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The normalised form, which is looked up in the vocabulary.
    pub word: String,
    /// Where it is in the text, in bytes.
    pub utf8: Range<usize>,
    /// Where it is for JavaScript, in UTF-16 code units.
    pub utf16: Range<usize>,
}

/// Splits `text` into words, in time linear in its length. Any text will do;
/// one without words gives none.
pub fn tokenize(text: &str, words: Tokenizer) -> Vec<Token> {
    let plain = words.plain(text);
    let spans = match words {
        Tokenizer::Whitespace => between_blanks(plain.text()),
        Tokenizer::Default | Tokenizer::Typed => rules::spans(plain.text(), &plain.cuts()),
    };
    let mut at = 0;
    let mut at_utf16 = 0;
    spans
        .into_iter()
        .map(|span| {
            let utf8 = plain.in_source(&span);
            let start = at_utf16 + utf16_len(&text[at..utf8.start]);
            let end = start + utf16_len(&text[utf8.clone()]);
            (at, at_utf16) = (utf8.end, end);
            Token {
                word: words.form(&plain.text()[span]),
                utf8,
                utf16: start..end,
            }
        })
        .collect()
}

fn between_blanks(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (start, grapheme) in text.grapheme_indices(true) {
        let end = start + grapheme.len();
        match spans.last_mut() {
            _ if grapheme.starts_with(char::is_whitespace) => {}
            Some(word) if word.end == start => word.end = end,
            _ => spans.push(start..end),
        }
    }
    spans
}

fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_splits_and_case_stays() {
        let tokens = tokenize(" It's\u{a0}\n GOOD. ", Tokenizer::Whitespace);
        let words: Vec<_> = tokens.iter().map(|token| token.word.as_str()).collect();
        assert_eq!(words, ["It's", "GOOD."]);
    }

    #[test]
    fn spans_count_bytes_for_rust_and_code_units_for_javascript() {
        let tokens = tokenize("é 👍🏽 ok", Tokenizer::Default);
        let spans: Vec<_> = tokens
            .iter()
            .map(|t| (t.utf8.clone(), t.utf16.clone()))
            .collect();
        assert_eq!(spans, [(0..2, 0..1), (3..11, 2..6), (12..14, 7..9)]);
    }

    #[test]
    fn the_reading_is_named_in_kebab_case() {
        let all = [Tokenizer::Whitespace, Tokenizer::Default, Tokenizer::Typed];
        let named = serde_json::to_string(&all).unwrap();
        assert_eq!(named, r#"["whitespace","default","typed"]"#);
    }
}
