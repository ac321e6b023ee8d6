//! Splits a text into words that know where in the source they are.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::pieces::Pieces;
use super::plain::{self, Plain};
use super::{UNKNOWN, Vocabulary, rules};

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
    /// Words and punctuation as BERT splits them, each spelled in the vocabulary's pieces.
    Pieces(Pieces),
}

impl Tokenizer {
    /// The form under which an already separated word is in the vocabulary.
    pub fn normalise(self, word: &str) -> String {
        self.form(self.plain(word).text())
    }

    /// What a model takes of a text of these normalised words: their ids, [`UNKNOWN`] for those outside
    /// `vocabulary`, or the ids of their pieces, between those of what stands before and after a text.
    pub fn encode(self, words: &[String], vocabulary: &Vocabulary) -> Encoded {
        match self {
            Self::Pieces(pieces) => pieces.encode(words, vocabulary),
            _ => Encoded::of_words(&vocabulary.encode_words(words)),
        }
    }

    /// What its vocabulary holds.
    pub fn units(self) -> &'static str {
        match self {
            Self::Pieces(_) => "pieces",
            _ => "words",
        }
    }

    /// The id of what is not in the vocabulary.
    pub fn unknown(self) -> u32 {
        match self {
            Self::Pieces(pieces) => pieces.unknown,
            _ => UNKNOWN,
        }
    }

    /// Whether an id stands for something that is in no text, such as what begins one.
    pub fn is_special(self, id: u32) -> bool {
        matches!(self, Self::Pieces(pieces) if pieces.is_special(id))
    }

    /// The text that is split.
    fn plain(self, text: &str) -> Plain<'_> {
        match self {
            Self::Whitespace | Self::Default | Self::Pieces(_) => Plain::unchanged(text),
            Self::Typed => Plain::of(text),
        }
    }

    /// The form of a word of that text.
    fn form(self, word: &str) -> String {
        match self {
            Self::Whitespace => word.to_owned(),
            Self::Default => rules::normalise(word),
            Self::Typed => plain::composed(rules::normalise(word)),
            Self::Pieces(pieces) => pieces.normalise(word),
        }
    }
}

/// A text as a model takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// Ids of words or pieces; none if there are no words.
    pub ids: Vec<u32>,
    /// Where each word is among them; empty for one that has nothing to read.
    pub places: Vec<Range<usize>>,
}

impl Encoded {
    /// A text whose ids are its words.
    pub fn of_words(ids: &[u32]) -> Self {
        Self {
            ids: ids.to_vec(),
            places: (0..ids.len()).map(|at| at..at + 1).collect(),
        }
    }

    /// As much of it as a model reads that takes `most` ids: whole words, and what stands before and after a text.
    #[must_use]
    pub fn cut(&self, most: usize) -> Self {
        if self.ids.len() <= most {
            return self.clone();
        }
        let end = self.places.last().map_or(0, |place| place.end);
        let behind = &self.ids[end..];
        let room = most.saturating_sub(behind.len());
        let read = self.places.partition_point(|place| place.end <= room);
        let end = read.checked_sub(1).map_or(0, |last| self.places[last].end);
        Self {
            ids: [&self.ids[..end], behind].concat(),
            places: self.places[..read].to_vec(),
        }
    }

    /// Sums over the ids of each word.
    ///
    /// # Panics
    /// If there is not one value for each id.
    pub fn sums(&self, of_ids: &[f64]) -> Vec<f64> {
        let sum = |place: &Range<usize>| of_ids[place.clone()].iter().sum();
        self.places.iter().map(sum).collect()
    }

    /// Whether something holds for each id, given whether it holds for each word: it never does for what is in no
    /// text.
    pub fn spread(&self, of_words: &[bool]) -> Vec<bool> {
        let mut of_ids = vec![false; self.ids.len()];
        for (place, &holds) in self.places.iter().zip(of_words) {
            of_ids[place.clone()].fill(holds);
        }
        of_ids
    }
}

/// One word of a text. Spans are never empty, ascend without overlap, and, unless words are spelled in pieces,
/// never split a character that a reader would see as one (a grapheme cluster).
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
    if let Tokenizer::Pieces(pieces) = words {
        return placed(text, pieces.words(text));
    }
    let plain = words.plain(text);
    let spans = match words {
        Tokenizer::Whitespace => between_blanks(plain.text()),
        _ => rules::spans(plain.text(), &plain.cuts()),
    };
    let word = |span: Range<usize>| {
        let utf8 = plain.in_source(&span);
        (words.form(&plain.text()[span]), utf8)
    };
    placed(text, spans.into_iter().map(word))
}

/// Words of `text` with their places, given in bytes.
fn placed(text: &str, words: impl IntoIterator<Item = (String, Range<usize>)>) -> Vec<Token> {
    let mut counted = Utf16::of(text);
    words
        .into_iter()
        .map(|(word, utf8)| Token {
            word,
            utf16: counted.span(&utf8),
            utf8,
        })
        .collect()
}

/// Counts UTF-16 code units up to places that ascend.
pub(super) struct Utf16<'a> {
    text: &'a str,
    /// How far it has counted, in bytes and in code units.
    at: (usize, usize),
}

impl<'a> Utf16<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, at: (0, 0) }
    }

    /// A span in code units; it begins no earlier than the last one did.
    pub(super) fn span(&mut self, utf8: &Range<usize>) -> Range<usize> {
        let (from, counted) = self.at;
        let start = counted + utf16_len(&self.text[from..utf8.start]);
        self.at = (utf8.start, start);
        start..start + utf16_len(&self.text[utf8.clone()])
    }
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
