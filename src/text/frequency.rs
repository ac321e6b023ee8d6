//! How often words occur, and how many of them a vocabulary knows.

use std::collections::HashMap;

use serde::Serialize;

use super::vocabulary::Vocabulary;
use super::{Tokenizer, rules};

/// A word and how often it occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frequency {
    /// The normalised word.
    pub word: String,
    /// Its tokens.
    pub count: usize,
}

/// Every word of the texts by decreasing frequency, ties in alphabetical order.
pub fn frequencies<'a>(texts: impl IntoIterator<Item = &'a [String]>) -> Vec<Frequency> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in texts.into_iter().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    let mut frequencies: Vec<Frequency> = counts
        .into_iter()
        .map(|(word, count)| Frequency {
            word: word.to_owned(),
            count,
        })
        .collect();
    frequencies.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.word.cmp(&b.word)));
    frequencies
}

/// How many of the word tokens of some texts a vocabulary knows. A token
/// without a letter or digit is punctuation, which is not counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Word tokens.
    pub tokens: usize,
    /// Those of them that the vocabulary knows.
    pub known: usize,
    /// `known` over `tokens`; 0 if there are none.
    pub share: f64,
    /// Distinct words that it does not know.
    pub unknown_words: usize,
    /// The most frequent of these, ties in alphabetical order.
    pub unknown: Vec<Frequency>,
}

/// Measures how much of the texts a model knows that `reads` words so, with this `vocabulary`; lists at most `listed`
/// unknown words. A word that pieces spell is known.
pub fn coverage<'a>(
    texts: impl IntoIterator<Item = &'a [String]>,
    (vocabulary, reads): (&Vocabulary, Tokenizer),
    listed: usize,
) -> Coverage {
    let knows = |word: &String| {
        let ids = reads.encode(std::slice::from_ref(word), vocabulary).ids;
        !ids.is_empty() && !ids.contains(&reads.unknown())
    };
    let (known, mut unknown): (Vec<_>, Vec<_>) = frequencies(texts)
        .into_iter()
        .filter(|frequency| rules::is_word(&frequency.word))
        .partition(|frequency| knows(&frequency.word));
    let count = |words: &[Frequency]| words.iter().map(|word| word.count).sum::<usize>();
    let (known, tokens) = (count(&known), count(&known) + count(&unknown));
    let unknown_words = unknown.len();
    unknown.truncate(listed);
    Coverage {
        tokens,
        known,
        share: known as f64 / tokens.max(1) as f64,
        unknown_words,
        unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<Vec<String>> {
        let words = |text: &&str| text.split(' ').map(str::to_owned).collect();
        texts.iter().map(words).collect()
    }

    fn pairs(frequencies: &[Frequency]) -> Vec<(&str, usize)> {
        frequencies
            .iter()
            .map(|f| (f.word.as_str(), f.count))
            .collect()
    }

    #[test]
    fn words_come_by_falling_frequency_then_by_alphabet() {
        let texts = texts(&["b a . b", "c a d b"]);
        let all = frequencies(texts.iter().map(Vec::as_slice));
        assert_eq!(
            pairs(&all),
            [("b", 3), ("a", 2), (".", 1), ("c", 1), ("d", 1)]
        );
    }

    #[test]
    fn punctuation_is_not_counted() {
        // Words: good good a 1st n't x x = 7, of which good, good and n't are known.
        let texts = texts(&["good , good a ...", "1st n't ! x x"]);
        let words = ["<PAD>", "<UNK>", "good", "n't", "!"].map(str::to_owned);
        let vocabulary = Vocabulary::from_words(words.into()).unwrap();
        let measured = coverage(
            texts.iter().map(Vec::as_slice),
            (&vocabulary, Tokenizer::Default),
            2,
        );
        assert_eq!((measured.tokens, measured.known), (7, 3));
        assert_eq!(measured.share, 3.0 / 7.0);
        assert_eq!(measured.unknown_words, 3);
        assert_eq!(pairs(&measured.unknown), [("x", 2), ("1st", 1)]);
    }

    #[test]
    fn of_no_words_none_is_known() {
        let vocabulary = Vocabulary::build([], 1);
        assert_eq!(
            coverage([], (&vocabulary, Tokenizer::Default), 5).share,
            0.0
        );
    }
}
