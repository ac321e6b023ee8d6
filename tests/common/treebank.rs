//! What is asked of the small treebank and of the public one alike.

use std::collections::HashSet;

use safr::text::Example;
use safr::text::sst::{self, Tree};

/// Every phrase of `trees` comes once, and every sentence is among them.
pub(crate) fn assert_phrases_are_whole(trees: &[Tree]) {
    let phrases = sst::phrases(trees);
    let unique: HashSet<_> = phrases.iter().map(|phrase| &phrase.words).collect();
    assert_eq!(unique.len(), phrases.len());
    let sentences = sst::sentences(trees);
    assert!(
        sentences
            .iter()
            .all(|sentence| unique.contains(&sentence.words))
    );
}

/// How many of `phrases` are cut into words as a node of `trees` is.
pub(crate) fn count_in(trees: &[Tree], phrases: &[Example]) -> usize {
    let nodes = trees.iter().flat_map(|tree| {
        let nodes = tree.nodes().iter();
        nodes.map(move |node| &tree.leaves()[node.words.clone()])
    });
    let all: HashSet<&[String]> = nodes.collect();
    let known = phrases
        .iter()
        .filter(|phrase| all.contains(phrase.words.as_slice()));
    known.count()
}

/// Words and labels, in an order that does not depend on that of `examples`.
pub(crate) fn sorted(examples: Vec<Example>) -> Vec<(Vec<String>, usize)> {
    let both = examples
        .into_iter()
        .map(|example| (example.words, example.label));
    let mut sorted: Vec<_> = both.collect();
    sorted.sort();
    sorted
}
