//! GLUE's phrases of the treebank.

use std::collections::HashSet;

use safr::text::{Example, Split, Tokenizer, glue, sst};

use crate::common::public_set;
use crate::common::treebank::{count_in, sorted};
use crate::treebank::trees;

fn phrases() -> Vec<Example> {
    glue::read(&public_set("sst2-glue").join("train.tsv"), Tokenizer::Typed).unwrap()
}

#[test]
fn glue_adds_what_the_trees_spell_otherwise() {
    let phrases = phrases();
    let positive = phrases.iter().filter(|phrase| phrase.label == 1).count();
    assert_eq!((phrases.len(), positive), (67_349, 37_569));

    let known = sst::phrases(&trees(Split::Train));
    let held_out = [trees(Split::Dev), trees(Split::Test)].concat();
    // 253 phrases are new; one of them, "no . .", is the test sentence "no. .".
    let added = glue::additions(phrases.clone(), &known, &held_out);
    assert_eq!(added.len(), 252);
    assert_eq!(glue::additions(phrases.clone(), &known, &[]).len(), 253);
    let words = |examples: &[Example]| -> HashSet<Vec<String>> {
        examples
            .iter()
            .map(|example| example.words.clone())
            .collect()
    };
    assert!(words(&added).is_disjoint(&words(&known)));
    // By themselves: each once, without "what 's next ?" and "no . .", which are test sentences.
    let alone = glue::additions(phrases.clone(), &[], &held_out);
    assert_eq!(alone.len(), words(&phrases).len() - 2);
}

#[test]
fn glue_cuts_words_as_the_treebank_does() {
    let dev = glue::read(&public_set("sst2-glue").join("dev.tsv"), Tokenizer::Typed).unwrap();
    assert_eq!(dev.len(), 872);
    assert!(sorted(dev) == sorted(sst::sentences(&trees(Split::Dev))));

    let same = count_in(&trees(Split::Train), &phrases());
    assert_eq!(same, 67_097, "of 67,349");
}
