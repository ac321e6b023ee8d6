//! Text in: what holds for any text, whatever people type for the same words, and how far typed text is
//! cut as the Stanford Sentiment Treebank's sentences are.

mod pieces;
mod typed;

use std::time::Instant;

use proptest::prelude::*;
use safr::package::checksum;
use safr::text::sst;
use safr::text::{PAD, Tokenizer, UNKNOWN, Vocabulary, read, tokenize};
use unicode_segmentation::UnicodeSegmentation;

const READINGS: [Tokenizer; 3] = [Tokenizer::Whitespace, Tokenizer::Default, Tokenizer::Typed];

/// What makes tokenizers stumble.
const STUMBLING: [&str; 60] = [
    " ",
    "\u{a0}",
    "\r\n",
    "\n",
    "\0",
    "\u{fffd}",
    "\u{feff}",
    "\u{200b}",
    "\u{200c}",
    "\u{200d}",
    "\u{ad}",
    "\u{2060}",
    "\u{301}",
    "\u{600}",
    "\u{e33}",
    "\u{fe0f}",
    "👩",
    "🏽",
    "🇫",
    "🏴",
    "\u{e0067}",
    "क",
    "\u{94d}",
    "ᄀ",
    "ᅡ",
    "שלום",
    "مرحبا",
    "漢",
    "İ",
    "ß",
    "é",
    "ﬁ",
    "ｎ",
    "ﷺ",
    "𝗯",
    "n't",
    "'",
    "’",
    "‘",
    "´",
    "＇",
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
];

/// Texts made of it, and of anything at all.
fn hostile_text() -> impl Strategy<Value = String> {
    let stumbling = prop::sample::select(STUMBLING.to_vec());
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
        if let Ok(trees) = sst::parse_trees(&text, Tokenizer::Typed) {
            for tree in trees {
                prop_assert!(tree.nodes().iter().all(|node| !node.words.is_empty() && node.label <= 4));
                prop_assert_eq!(&tree.nodes()[0].words, &(0..tree.leaves().len()));
            }
        }
    }
}

/// Every three of what makes tokenizers stumble, in so many texts as there are pairs of it.
fn stumbling_texts() -> impl Iterator<Item = String> {
    let count = STUMBLING.len();
    (0..count * count).map(move |at| {
        let (first, second) = (at / count, at % count);
        let third = (5 * first + 7 * second) % count;
        [first, second, third].map(|part| STUMBLING[part]).concat()
    })
}

/// By the code of the models that read so. Where the list of what makes tokenizers stumble changes, run
/// this with the code as it was first.
#[test]
fn models_that_are_there_read_as_they_did() {
    for (words, digest) in [
        (
            Tokenizer::Whitespace,
            "480ea25bf36520c90f1813763222f37d110b910765f630c26773930ed337a5dd",
        ),
        (
            Tokenizer::Default,
            "c5286ff32519f30cafe774d7872a466a0daa044eb6be6e56a9507fc225bfc66a",
        ),
    ] {
        let tokens = stumbling_texts().flat_map(|text| tokenize(&text, words));
        let lines: String = tokens.map(|token| format!("{token:?}\n")).collect();
        assert_eq!(checksum(lines.as_bytes()), digest, "{words:?}");
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
        "\u{200d}",
        "\u{ad}\n",
        "`\u{ad}",
        "e\u{301}",
        "ﷺ",
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

/// Every mark and contraction that the treebank cuts off is in these sentences.
#[test]
fn typed_sentences_are_cut_as_a_treebank_cuts_them() {
    for (name, agree, all) in
        crate::common::typing::agreement(&crate::common::set("sst-trees").join("dev.txt"))
    {
        assert!(all > 0);
        assert_eq!(agree, all, "{name}");
    }
}
