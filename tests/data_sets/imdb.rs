//! IMDB's reviews.

use std::collections::HashSet;

use safr::text::table::LabelledText;
use safr::text::{Split, Tokenizer, Vocabulary, coverage, frequencies, imdb};

use crate::common::public_set;

#[test]
fn imdb_has_its_known_parts() {
    let folder = public_set("imdb");
    let mut names = HashSet::new();
    for (split, each) in [
        (Split::Train, 10_000),
        (Split::Dev, 2_500),
        (Split::Test, 12_500),
    ] {
        let texts = imdb::read(&folder, split).unwrap();
        let count = |label| texts.iter().filter(|text| text.label == label).count();
        assert_eq!(
            [count("negative"), count("positive")],
            [each, each],
            "{split:?}"
        );
        assert_eq!(texts.len(), 2 * each);
        if split != Split::Test {
            names.extend(texts.iter().map(|text| text.line));
        }
    }
    assert_eq!(names.len(), 25_000, "train and dev parts share a text");
}

#[test]
fn the_most_frequent_words_of_imdb_cover_its_other_texts() {
    let folder = public_set("imdb");
    let classes = ["negative", "positive"].map(str::to_owned);
    let words = |split, step| -> Vec<Vec<String>> {
        let texts: Vec<LabelledText> = imdb::read(&folder, split).unwrap();
        let some = texts.iter().step_by(step);
        some.map(|text| text.example(&classes, Tokenizer::Typed).unwrap().words)
            .collect()
    };
    let train = words(Split::Train, 4);
    let mut vocabulary = Vocabulary::build([], 1);
    let by_frequency = frequencies(train.iter().map(Vec::as_slice));
    vocabulary.extend(
        by_frequency.iter().map(|frequency| frequency.word.as_str()),
        20_000,
    );
    let other = words(Split::Dev, 10);
    let measured = coverage(
        other.iter().map(Vec::as_slice),
        (&vocabulary, Tokenizer::Typed),
        5,
    );
    println!("{measured:?}");
    assert_eq!(vocabulary.len(), 20_002);
    assert!((0.95..0.98).contains(&measured.share), "{}", measured.share);
}
