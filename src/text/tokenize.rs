//! Cuts a text into words that know where in the source they stand.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::rules;

/// How a text becomes words; stored with a model, which must read texts as it
/// was trained to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Words {
    /// Split on white space, case kept: the published reading.
    Whitespace,
    /// Words and punctuation as the treebank cuts them, in lower case: for
    /// text that people type.
    Default,
}

/// One word of a text. Spans are never empty, rise without overlap, and never
/// split a character that a reader would see as one (a grapheme cluster).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The normalised form, which the vocabulary is asked for.
    pub word: String,
    /// Where it stands in the text, in bytes.
    pub utf8: Range<usize>,
    /// Where it stands for JavaScript, in UTF-16 code units.
    pub utf16: Range<usize>,
}

/// Cuts `text` into words, in time linear in its length. Any text will do;
/// one without words gives none.
pub fn tokenize(text: &str, words: Words) -> Vec<Token> {
    let spans = match words {
        Words::Whitespace => between_blanks(text),
        Words::Default => rules::spans(text),
    };
    let mut at = 0;
    let mut at_utf16 = 0;
    spans
        .into_iter()
        .map(|utf8| {
            let source = &text[utf8.clone()];
            let start = at_utf16 + utf16_len(&text[at..utf8.start]);
            let end = start + utf16_len(source);
            (at, at_utf16) = (utf8.end, end);
            let word = match words {
                Words::Whitespace => source.to_owned(),
                Words::Default => rules::normalise(source),
            };
            Token {
                word,
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
        let tokens = tokenize(" It's\u{a0}\n GOOD. ", Words::Whitespace);
        let words: Vec<_> = tokens.iter().map(|token| token.word.as_str()).collect();
        assert_eq!(words, ["It's", "GOOD."]);
    }

    #[test]
    fn spans_count_bytes_for_rust_and_code_units_for_javascript() {
        let tokens = tokenize("é 👍🏽 ok", Words::Default);
        let spans: Vec<_> = tokens
            .iter()
            .map(|t| (t.utf8.clone(), t.utf16.clone()))
            .collect();
        assert_eq!(spans, [(0..2, 0..1), (3..11, 2..6), (12..14, 7..9)]);
    }

    #[test]
    fn the_reading_is_named_in_kebab_case() {
        let named = serde_json::to_string(&[Words::Whitespace, Words::Default]).unwrap();
        assert_eq!(named, r#"["whitespace","default"]"#);
    }
}
