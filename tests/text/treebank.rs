//! The Stanford Sentiment Treebank: its size, and how far its sentences, typed out, are cut as it cuts them.

use std::fs;
use std::path::PathBuf;

use safr::text::{Split, Words, sst, tokenize};

use crate::common;

/// The treebank's file of a part.
fn treebank(split: Split) -> PathBuf {
    common::data("sst-trees").join(sst::file_name(split))
}

#[test]
fn the_treebank_has_its_known_size() {
    for (split, all, binary) in [
        (Split::Train, 8544, 6920),
        (Split::Dev, 1101, 872),
        (Split::Test, 2210, 1821),
    ] {
        let trees = sst::read_trees(&treebank(split), Words::Typed).unwrap();
        assert_eq!(
            (trees.len(), sst::sentences(&trees).len()),
            (all, binary),
            "{split:?}"
        );
    }
    let trees = sst::read_trees(&treebank(Split::Train), Words::Typed).unwrap();
    assert_eq!(
        trees.iter().map(|tree| tree.nodes().len()).sum::<usize>(),
        318_582
    );
    assert_eq!(
        trees.iter().map(|tree| tree.leaves().len()).sum::<usize>(),
        163_563
    );
    let phrases = sst::phrases(&trees);
    let unique: std::collections::HashSet<_> = phrases.iter().map(|phrase| &phrase.words).collect();
    assert_eq!(unique.len(), phrases.len());
    assert!(
        sst::sentences(&trees)
            .iter()
            .all(|sentence| unique.contains(&sentence.words))
    );
}

#[test]
fn models_of_the_treebank_know_the_same_words_by_either_reading() {
    for split in Split::ALL {
        let [default, typed] = [Words::Default, Words::Typed]
            .map(|words| sst::read_trees(&treebank(split), words).unwrap());
        assert!(default == typed, "{split:?}");
    }
}

/// Two ways in which people type what the treebank writes as ``, '', -- and so on.
struct Hand {
    quotes: [&'static str; 2],
    single_quotes: [&'static str; 2],
    apostrophe: &'static str,
    dots: &'static str,
    dash: &'static str,
}

const KEYBOARD: Hand = Hand {
    quotes: ["\"", "\""],
    single_quotes: ["'", "'"],
    apostrophe: "'",
    dots: "...",
    dash: " -- ",
};
const TYPESET: Hand = Hand {
    quotes: ["“", "”"],
    single_quotes: ["‘", "’"],
    apostrophe: "’",
    dots: "…",
    dash: "—",
};

/// Writes the treebank's tokens as a person would type the sentence: marks and
/// contractions attached to their words.
fn type_out(leaves: &[&str], hand: &Hand) -> String {
    let mut text = String::new();
    let mut open_quote = false;
    let mut glue = true;
    for leaf in leaves {
        let (before, source, after) = match *leaf {
            "-LRB-" | "``" | "`" | "$" | "#" => (" ", *leaf, ""),
            "--" => ("", *leaf, ""),
            "n't" | "-RRB-" | "''" | "'" | "..." | "," | "." | ":" | ";" | "?" | "!" | "%" => {
                ("", *leaf, " ")
            }
            clitic @ ("'s" | "'re" | "'ve" | "'ll" | "'d" | "'m") => ("", clitic, " "),
            word => (" ", word, " "),
        };
        let typed = match source {
            "-LRB-" => "(".to_owned(),
            "-RRB-" => ")".to_owned(),
            "``" => hand.quotes[0].to_owned(),
            "''" => hand.quotes[1].to_owned(),
            "`" => hand.single_quotes[0].to_owned(),
            "'" if open_quote => hand.single_quotes[1].to_owned(),
            "..." => hand.dots.to_owned(),
            "--" => hand.dash.to_owned(),
            word => word.replace('\\', "").replace('\'', hand.apostrophe),
        };
        open_quote = source == "`" || open_quote && source != "'";
        if !glue {
            text.push_str(before);
        }
        text.push_str(&typed);
        glue = after.is_empty();
    }
    text
}

/// The treebank's tokens as they stand in a line of its file.
fn raw_leaves(line: &str) -> Vec<&str> {
    line.split(' ')
        .filter(|part| part.ends_with(')'))
        .map(|part| part.trim_end_matches(')'))
        .collect()
}

/// Length of the longest common subsequence: the words that agree.
fn agreeing(a: &[String], b: &[String]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y {
                diagonal + 1
            } else {
                above.max(row[j])
            };
            diagonal = above;
        }
    }
    row[b.len()]
}

#[test]
fn typed_sentences_are_cut_as_the_treebank_cuts_them() {
    let path = treebank(Split::Dev);
    let lines = fs::read_to_string(&path).unwrap();
    let trees = sst::read_trees(&path, Words::Typed).unwrap();
    for (name, hand) in [("keyboard", KEYBOARD), ("typeset", TYPESET)] {
        let (mut agree, mut all) = (0, 0);
        for (line, tree) in lines.lines().zip(&trees) {
            let typed = type_out(&raw_leaves(line), &hand);
            let words: Vec<String> = tokenize(&typed, Words::Typed)
                .into_iter()
                .map(|token| token.word)
                .collect();
            let same = agreeing(&words, tree.leaves());
            agree += 2 * same;
            all += words.len() + tree.leaves().len();
            if same < words.len().max(tree.leaves().len()) {
                println!(
                    "{name}: {typed}\n  {}\n  {}",
                    words.join(" "),
                    tree.leaves().join(" ")
                );
            }
        }
        let rate = agree as f64 / all as f64;
        println!("{name}: {agree} of {all}, {rate:.5}");
        assert!(rate > 0.999, "{name}: only {rate:.4} of the words agree");
    }
}
