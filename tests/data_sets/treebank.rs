//! The Stanford Sentiment Treebank.

use std::path::PathBuf;

use safr::text::sst::{self, Tree};
use safr::text::{Split, Tokenizer};

use crate::common::public_set;
use crate::common::treebank::assert_phrases_are_whole;
use crate::common::typing;

fn path(split: Split) -> PathBuf {
    public_set("sst-trees").join(sst::file_name(split))
}

/// The trees of a part.
pub(crate) fn trees(split: Split) -> Vec<Tree> {
    sst::read_trees(&path(split), Tokenizer::Typed).unwrap()
}

#[test]
fn the_treebank_has_its_known_size() {
    for (split, all, binary) in [
        (Split::Train, 8544, 6920),
        (Split::Dev, 1101, 872),
        (Split::Test, 2210, 1821),
    ] {
        let trees = trees(split);
        assert_eq!(
            (trees.len(), sst::sentences(&trees).len()),
            (all, binary),
            "{split:?}"
        );
    }
    let trees = trees(Split::Train);
    assert_eq!(
        trees.iter().map(|tree| tree.nodes().len()).sum::<usize>(),
        318_582
    );
    assert_eq!(
        trees.iter().map(|tree| tree.leaves().len()).sum::<usize>(),
        163_563
    );
    assert_phrases_are_whole(&trees);
}

#[test]
fn models_of_the_treebank_know_the_same_words_by_either_reading() {
    for split in Split::ALL {
        let default = sst::read_trees(&path(split), Tokenizer::Default).unwrap();
        assert!(default == trees(split), "{split:?}");
    }
}

#[test]
fn typed_sentences_are_cut_as_the_treebank_cuts_them() {
    for (name, agree, all) in typing::agreement(&path(Split::Dev)) {
        let rate = agree as f64 / all as f64;
        println!("{name}: {agree} of {all}, {rate:.5}");
        assert!(rate > 0.999, "{name}: only {rate:.4} of the words agree");
    }
}
