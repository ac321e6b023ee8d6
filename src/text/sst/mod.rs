//! The Stanford Sentiment Treebank's binary task: sentences and phrases that
//! are negative or positive.

mod tree;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

pub use tree::{Node, Tree, TreeError, TreeProblem, parse_trees};

use super::error::TextError;
use super::example::Example;
use super::split::Split;
use super::tokenize::Words;

/// Name of the file of a part, in the treebank's folder.
pub fn file_name(split: Split) -> String {
    format!("{}.txt", split.name())
}

/// Reads a file of one tree a line, as [`parse_trees`] does.
///
/// # Errors
/// If the file cannot be read, or a line is not a labelled tree.
pub fn read_trees(path: &Path, words: Words) -> Result<Vec<Tree>, TextError> {
    let text = fs::read_to_string(path).map_err(|error| TextError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    parse_trees(&text, words).map_err(|error| TextError::Tree {
        path: path.to_owned(),
        error,
    })
}

/// A sentence of the binary task with what the treebank says of each word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledWords {
    /// The words.
    pub words: Vec<String>,
    /// 0 is negative, 1 positive.
    pub label: usize,
    /// Sentiment of each word by itself, from 0 (very negative) over 2
    /// (neutral) to 4 (very positive); as many as words.
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

/// Every phrase of the binary task, whole sentences included, each once, in
/// the order of first sight. A phrase that is labelled both ways takes the
/// label it has more often, and on a tie the one it had first.
pub fn phrases(trees: &[Tree]) -> Vec<Example> {
    let mut places: HashMap<&[String], usize> = HashMap::new();
    let mut phrases: Vec<Votes> = Vec::new();
    for (words, label) in trees.iter().flat_map(labelled_phrases) {
        let Some(label) = label else {
            continue;
        };
        let place = *places.entry(words).or_insert_with(|| {
            phrases.push(Votes {
                words,
                first: label,
                counts: [0; 2],
            });
            phrases.len() - 1
        });
        phrases[place].counts[label] += 1;
    }
    phrases.into_iter().map(Votes::decide).collect()
}

/// Every phrase that the treebank calls neutral wherever it stands, each once, in the order of first
/// sight.
pub fn neutral_phrases(trees: &[Tree]) -> Vec<Vec<String>> {
    let labelled = || trees.iter().flat_map(labelled_phrases);
    let mut seen: HashSet<&[String]> = labelled()
        .filter_map(|(words, polarity)| polarity.map(|_| words))
        .collect();
    labelled()
        .filter(|&(words, _)| seen.insert(words))
        .map(|(words, _)| words.to_vec())
        .collect()
}

/// The words of each phrase of a tree, and its class if it is not neutral.
fn labelled_phrases(tree: &Tree) -> impl Iterator<Item = (&[String], Option<usize>)> {
    let nodes = tree.nodes().iter();
    nodes.map(|node| (&tree.leaves()[node.words.clone()], polarity(node.label)))
}

/// How often a phrase has each label.
struct Votes<'a> {
    words: &'a [String],
    first: usize,
    counts: [usize; 2],
}

impl Votes<'_> {
    fn decide(self) -> Example {
        let other = 1 - self.first;
        let label = if self.counts[other] > self.counts[self.first] {
            other
        } else {
            self.first
        };
        Example {
            words: self.words.to_vec(),
            label,
        }
    }
}

fn polarity(label: u8) -> Option<usize> {
    match label {
        0 | 1 => Some(0),
        3 | 4 => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trees(text: &str) -> Vec<Tree> {
        parse_trees(text, Words::Typed).unwrap()
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_trees(Path::new("no-such-folder/train.txt"), Words::Typed).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("cannot read no-such-folder/train.txt: "),
            "{error}"
        );
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

    #[test]
    fn phrases_come_once_and_the_more_frequent_label_wins() {
        let trees = trees("(3 (1 odd) (4 Gem))\n(2 (3 gem) (3 Odd))\n(4 odd)\n(0 gem)");
        let labels: Vec<_> = phrases(&trees)
            .into_iter()
            .map(|e| (e.words.join(" "), e.label))
            .collect();
        assert_eq!(
            labels,
            [
                ("odd gem".to_owned(), 1),
                ("odd".to_owned(), 1),
                ("gem".to_owned(), 1)
            ]
        );
    }

    #[test]
    fn neutral_is_what_is_never_called_otherwise() {
        let trees = trees("(2 (2 a) (2 film))\n(1 (2 (2 A) (2 film)) (3 gem))\n(0 film)");
        assert_eq!(neutral_phrases(&trees), [vec!["a", "film"], vec!["a"]]);
    }

    #[test]
    fn on_a_tie_the_first_label_stays() {
        let trees = trees("(1 odd)\n(3 odd)");
        assert_eq!(
            phrases(&trees),
            [Example {
                words: vec!["odd".into()],
                label: 0
            }]
        );
    }
}
