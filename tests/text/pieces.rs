//! Word pieces are those of Hugging Face's `tokenizers`, whatever the text.

use std::io::Write;
use std::sync::LazyLock;

use proptest::prelude::*;
use safr::text::{Pieces, Tokenizer, Vocabulary, read};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use unicode_normalization::char::decompose_canonical;

const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// How an uncased BERT reads.
const UNCASED: Pieces = Pieces {
    lower_case: true,
    strip_accents: true,
    split_chinese: true,
    unknown: 1,
    first: 2,
    last: 3,
};

/// Letters of several scripts, each also as what continues a word, and some longer pieces.
fn names() -> Vec<String> {
    let letters: Vec<char> =
        "abcdefghijklmnopqrstuvwxyzABCDEFÉéïßøжитя电影한글กำ0123456789.,:!?'\"-()😀"
            .chars()
            .collect();
    let mut names: Vec<String> = SPECIAL.map(str::to_owned).to_vec();
    names.extend(letters.iter().map(char::to_string));
    names.extend(letters.iter().map(|letter| format!("##{letter}")));
    names.extend(["the", "film", "un", "##able", "##ing", "caf", "##fe", "жит"].map(str::to_owned));
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// Ids of pieces, and their places in bytes, by `tokenizers`.
fn theirs(text: &str, rules: Pieces) -> Vec<(u32, (usize, usize))> {
    static MODEL: LazyLock<WordPiece> = LazyLock::new(|| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(names().join("\n").as_bytes()).unwrap();
        let model = WordPiece::from_file(file.path().to_str().unwrap());
        model.unk_token("[UNK]".to_owned()).build().unwrap()
    });
    let mut tokenizer = tokenizers::Tokenizer::new(MODEL.clone());
    let (accents, lower) = (Some(rules.strip_accents), rules.lower_case);
    let _ = tokenizer.with_normalizer(Some(BertNormalizer::new(
        true,
        rules.split_chinese,
        accents,
        lower,
    )));
    let _ = tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    let encoded = tokenizer.encode(text, false).unwrap();
    let ids = encoded.get_ids().iter().copied();
    ids.zip(encoded.get_offsets().iter().copied()).collect()
}

fn ours(text: &str, rules: Pieces) -> Vec<(u32, (usize, usize))> {
    let vocabulary = Vocabulary::from_words(names()).unwrap();
    let read = read(text, Tokenizer::Pieces(rules), &vocabulary, usize::MAX);
    let units: Vec<u16> = text.encode_utf16().collect();
    let bytes = |at: usize| String::from_utf16(&units[..at]).unwrap().len();
    let pieces = read.words.iter().flat_map(|word| &word.pieces);
    let pieces: Vec<_> = pieces
        .map(|piece| (piece.id, (bytes(piece.start), bytes(piece.end))))
        .collect();
    let ids: Vec<u32> = pieces.iter().map(|&(id, _)| id).collect();
    match ids.is_empty() {
        true => assert!(read.ids.is_empty()),
        false => assert_eq!(read.ids, [&[2][..], &ids, &[3]].concat()),
    }
    pieces
}

/// Both know the same of it: their tables are of different years.
fn is_known_to_both(c: char) -> bool {
    use unicode_normalization_alignments::char as theirs;
    let mut ours = Vec::new();
    decompose_canonical(c, |part| ours.push(part));
    let mut old = Vec::new();
    theirs::decompose_canonical(c, |part| old.push(part));
    let classes = |part: &char| {
        let new = unicode_normalization::char::canonical_combining_class(*part);
        new == theirs::canonical_combining_class(*part)
    };
    ours == old && ours.iter().all(classes)
}

fn rules() -> impl Strategy<Value = Pieces> {
    any::<[bool; 3]>().prop_map(|[lower_case, strip_accents, split_chinese]| Pieces {
        lower_case,
        strip_accents,
        split_chinese,
        ..UNCASED
    })
}

/// Text as people write it, with what is hard mixed in.
fn texts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-z]{1,12}",
        2 => "[ \t\n.,!?'()-]{1,3}",
        1 => Just("café naïve Éa".to_owned()),
        1 => "[e\u{301}\u{323}\u{200d}\u{ad}İßǅ电影한글กำ😀👩‍👩‍👧]{1,6}",
        1 => "\\PC{1,4}",
        1 => proptest::collection::vec(any::<char>(), 1..4).prop_map(|all| all.into_iter().collect()),
        1 => Just("a".repeat(101)),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| {
        parts
            .concat()
            .chars()
            .filter(|&c| is_known_to_both(c))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn pieces_and_places_are_theirs(text in texts(), rules in rules()) {
        prop_assert_eq!(ours(&text, rules), theirs(&text, rules));
    }
}

#[test]
fn a_word_reaches_to_the_end_of_its_last_letter() {
    let vocabulary = Vocabulary::from_words(names()).unwrap();
    let read = read(
        "cafe\u{301} 电影 x\u{301}",
        Tokenizer::Pieces(UNCASED),
        &vocabulary,
        99,
    );
    let words: Vec<&str> = read.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["cafe\u{301}", "电", "影", "x\u{301}"]);
    assert_eq!(read.places(), [1..3, 3..4, 4..5, 5..6]);
    assert_eq!(read.cut, None);
}

#[test]
fn a_text_is_cut_where_there_is_no_room_for_another_piece() {
    let vocabulary = Vocabulary::from_words(names()).unwrap();
    let cut = |most| {
        let read = read(
            "the cafe the film",
            Tokenizer::Pieces(UNCASED),
            &vocabulary,
            most,
        );
        (read.words.len(), read.ids.len(), read.cut)
    };
    assert_eq!(cut(7), (4, 7, None));
    assert_eq!(cut(6), (3, 6, Some((13, 4))));
    assert_eq!(cut(4), (2, 4, Some((7, 4))));
    assert_eq!(cut(2), (0, 0, Some((0, 4))));
}

/// Treebank words, which may be several of BERT's, are read as their text is.
#[test]
fn words_are_encoded_as_their_text_is_read() {
    let vocabulary = Vocabulary::from_words(names()).unwrap();
    let words = Tokenizer::Pieces(UNCASED);
    let treebank = ["The", "film", "is", "n't", "unable", "\u{200b}", "--"];
    let normalised: Vec<String> = treebank.iter().map(|word| words.normalise(word)).collect();
    let encoded = words.encode(&normalised, &vocabulary);
    assert_eq!(
        encoded.ids,
        read(&treebank.join(" "), words, &vocabulary, 99).ids
    );
    assert_eq!(encoded.places[3].len(), 3);
    assert!(encoded.places[5].is_empty());
    let marks = encoded.spread(&[false, true, false, true, false, true, false]);
    let marked = marks.iter().filter(|&&marked| marked).count();
    assert_eq!(marked, encoded.places[1].len() + 3);
    assert!(!marks[0] && !marks[marks.len() - 1]);
}
