//! Text in: what holds for any text, and how far typed text is cut as the
//! Stanford Sentiment Treebank's sentences are.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use proptest::prelude::*;
use safr::text::sst;
use safr::text::{PAD, Split, UNKNOWN, Vocabulary, Words, read, tokenize};
use unicode_segmentation::UnicodeSegmentation;

const READINGS: [Words; 2] = [Words::Whitespace, Words::Default];

/// Texts made of what makes tokenizers stumble, and of anything at all.
fn hostile_text() -> impl Strategy<Value = String> {
    let stumbling = prop::sample::select(vec![
        " ",
        "\u{a0}",
        "\r\n",
        "\0",
        "\u{fffd}",
        "\u{feff}",
        "\u{200d}",
        "\u{301}",
        "\u{600}",
        "\u{e33}",
        "\u{fe0f}",
        "👩",
        "🏽",
        "🇫",
        "क",
        "\u{94d}",
        "ᄀ",
        "ᅡ",
        "שלום",
        "مرحبا",
        "漢",
        "İ",
        "ß",
        "n't",
        "'",
        "’",
        "s",
        "I",
        "em",
        "70s",
        "cannot",
        ".",
        "-",
        "--",
        "/",
        "&",
        "`",
        "<br",
        "/>",
        ">",
        "<img",
        "a",
        "Mr",
        "12",
        "_",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(stumbling, 0..24).prop_map(|parts| parts.concat())
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn spans_rise_agree_and_split_no_grapheme(text in hostile_text()) {
        let graphemes: Vec<usize> =
            text.grapheme_indices(true).map(|(start, _)| start).chain([text.len()]).collect();
        for words in READINGS {
            let mut end = 0;
            for token in tokenize(&text, words) {
                prop_assert!(end <= token.utf8.start && token.utf8.start < token.utf8.end);
                end = token.utf8.end;
                for (utf8, utf16) in [(token.utf8.start, token.utf16.start), (token.utf8.end, token.utf16.end)] {
                    prop_assert!(graphemes.binary_search(&utf8).is_ok(), "{utf8} splits a grapheme");
                    prop_assert_eq!(text[..utf8].encode_utf16().count(), utf16);
                }
                prop_assert!(!token.word.is_empty());
            }
        }
    }

    #[test]
    fn nothing_that_can_be_read_is_lost(text in "[a-zA-Z0-9 .,'!?\"é漢👍-]*") {
        for words in READINGS {
            let kept: String = tokenize(&text, words).into_iter().map(|token| text[token.utf8].to_owned()).collect();
            prop_assert_eq!(kept, text.replace(' ', ""));
        }
    }

    #[test]
    fn reading_takes_the_first_words_and_says_where_it_stops(text in hostile_text(), max_words in 0_usize..8) {
        let vocabulary = Vocabulary::from_words(["<PAD>", "<UNK>", "s", "a"].map(str::to_owned).into()).unwrap();
        for words in READINGS {
            let tokens = tokenize(&text, words);
            let read = read(&text, words, &vocabulary, max_words);
            prop_assert_eq!(read.words.len(), tokens.len().min(max_words));
            prop_assert_eq!(read.cut, tokens.get(max_words).map(|token| (token.utf16.start, tokens.len())));
            for (word, token) in read.words.iter().zip(&tokens) {
                prop_assert_eq!(&word.text, &text[token.utf8.clone()]);
                prop_assert_eq!((word.start, word.end), (token.utf16.start, token.utf16.end));
                prop_assert_eq!(word.known, ["s", "a"].contains(&token.word.as_str()));
                prop_assert!(word.id != PAD && word.known == (word.id != UNKNOWN));
            }
        }
    }

    #[test]
    fn a_tree_file_is_read_or_refused(text in "([(]|[)]| |[0-5]|a|\n|-LRB-|\u{a0}){0,40}") {
        if let Ok(trees) = sst::parse_trees(&text) {
            for tree in trees {
                prop_assert!(tree.nodes().iter().all(|node| !node.words.is_empty() && node.label <= 4));
                prop_assert_eq!(&tree.nodes()[0].words, &(0..tree.leaves().len()));
            }
        }
    }
}

/// A cost that grows with the square of the length would take minutes here,
/// not milliseconds.
#[test]
fn a_megabyte_of_anything_takes_no_more_than_a_moment() {
    for part in [
        "a",
        "a-",
        "a.",
        "n't",
        "'",
        ".",
        "\u{301}",
        "👩\u{200d}",
        "🇫",
        "<br ",
        "क\u{94d}",
        "\u{600}",
        "\0",
        "漢",
    ] {
        let text = part.repeat(1_000_000 / part.len());
        let start = Instant::now();
        for words in READINGS {
            tokenize(&text, words);
        }
        assert!(
            start.elapsed().as_secs() < 10,
            "{part:?} took {:?}",
            start.elapsed()
        );
    }
}

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
        let trees = sst::read_trees(&treebank(split)).unwrap();
        assert_eq!(
            (trees.len(), sst::sentences(&trees).len()),
            (all, binary),
            "{split:?}"
        );
    }
    let trees = sst::read_trees(&treebank(Split::Train)).unwrap();
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
    let trees = sst::read_trees(&path).unwrap();
    for (name, hand) in [("keyboard", KEYBOARD), ("typeset", TYPESET)] {
        let (mut agree, mut all) = (0, 0);
        for (line, tree) in lines.lines().zip(&trees) {
            let typed = type_out(&raw_leaves(line), &hand);
            let words: Vec<String> = tokenize(&typed, Words::Default)
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
