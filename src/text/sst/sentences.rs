//! Whole sentences.

use super::Tree;
use crate::text::example::Example;

/// A sentence of the binary task with what the treebank says about each word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledWords {
    /// The words.
    pub words: Vec<String>,
    /// 0 is negative, 1 positive.
    pub label: usize,
    /// Sentiment of each word by itself, from 0 (very negative) through 2
    /// (neutral) to 4 (very positive); one per word.
    pub word_labels: Vec<u8>,
}

/// The sentences of the binary task with the sentiment of each word; neutral
/// sentences are left out.
pub fn labelled_sentences(trees: &[Tree]) -> Vec<LabelledWords> {
    trees
        .iter()
        .filter_map(|tree| {
            Some(LabelledWords {
                words: tree.leaves().to_vec(),
                label: polarity(tree.label())?,
                word_labels: tree.word_labels(),
            })
        })
        .collect()
}

/// The sentences of the binary task: 0 is negative, 1 positive, and neutral
/// sentences are left out.
pub fn sentences(trees: &[Tree]) -> Vec<Example> {
    labelled_sentences(trees)
        .into_iter()
        .map(|sentence| Example {
            words: sentence.words,
            label: sentence.label,
        })
        .collect()
}

/// The class of a label, if it is not neutral.
pub(super) fn polarity(label: u8) -> Option<usize> {
    match label {
        0 | 1 => Some(0),
        3 | 4 => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sst::parse_trees;
    use crate::text::tokenize::Tokenizer;

    fn trees(text: &str) -> Vec<Tree> {
        parse_trees(text, Tokenizer::Typed).unwrap()
    }

    #[test]
    fn neutral_sentences_are_left_out() {
        let trees = trees("(0 (2 a))\n(2 (4 b))\n(4 (2 c))");
        let labels: Vec<_> = sentences(&trees)
            .into_iter()
            .map(|e| (e.words.concat(), e.label))
            .collect();
        assert_eq!(labels, [("a".to_owned(), 0), ("c".to_owned(), 1)]);
    }

    #[test]
    fn words_have_the_labels_of_their_leaves() {
        let trees = trees("(4 (1 (3 a)) (2 (0 b) (2 (1 c) (4 d))))\n(2 (4 b))");
        let expected = LabelledWords {
            words: ["a", "b", "c", "d"].map(str::to_owned).into(),
            label: 1,
            word_labels: vec![3, 0, 1, 4],
        };
        assert_eq!(labelled_sentences(&trees), [expected]);
    }
}
