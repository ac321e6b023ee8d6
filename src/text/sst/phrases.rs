//! Phrases, including whole sentences.

use std::collections::{HashMap, HashSet};

use super::Tree;
use super::sentences::polarity;
use crate::text::example::Example;

/// Every phrase of the binary task, whole sentences included, each once, in
/// the order of first occurrence. A phrase that is labelled both ways gets the
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

/// Every phrase that the treebank calls neutral wherever it occurs, each once, in the order of first
/// occurrence.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::sst::parse_trees;
    use crate::text::tokenize::Tokenizer;

    fn trees(text: &str) -> Vec<Tree> {
        parse_trees(text, Tokenizer::Typed).unwrap()
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
