//! GLUE's phrases and IMDB's reviews: their sizes, their parts, and how far their words are ours.

use std::collections::HashSet;

use safr::text::table::LabelledText;
use safr::text::{Example, Split, Vocabulary, Words, coverage, frequencies, glue, imdb, sst};

use crate::common::data;

fn trees(split: Split) -> Vec<sst::Tree> {
    sst::read_trees(&data("sst-trees").join(sst::file_name(split)), Words::Typed).unwrap()
}

fn glue_phrases() -> Vec<Example> {
    glue::read(&data("sst2-glue").join("train.tsv"), Words::Typed).unwrap()
}

#[test]
fn glue_adds_what_the_trees_spell_otherwise() {
    let phrases = glue_phrases();
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
    let dev = glue::read(&data("sst2-glue").join("dev.tsv"), Words::Typed).unwrap();
    let sorted = |examples: Vec<Example>| -> Vec<(Vec<String>, usize)> {
        let mut sorted: Vec<_> = examples
            .into_iter()
            .map(|example| (example.words, example.label))
            .collect();
        sorted.sort();
        sorted
    };
    assert_eq!(dev.len(), 872);
    assert!(sorted(dev) == sorted(sst::sentences(&trees(Split::Dev))));

    let trees = trees(Split::Train);
    let all: HashSet<&[String]> = trees
        .iter()
        .flat_map(|tree| {
            tree.nodes()
                .iter()
                .map(|node| &tree.leaves()[node.words.clone()])
        })
        .collect();
    let same = glue_phrases()
        .iter()
        .filter(|phrase| all.contains(phrase.words.as_slice()))
        .count();
    assert_eq!(same, 67_097, "of 67,349");
}

#[test]
fn broken_glue_files_are_refused_with_the_line() {
    let refused = |text: &str| {
        let error = glue::parse(text.as_bytes(), Words::Typed).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        refused("sentence\tlabel\ngood\t1\nbad\t2\n"),
        "line 3: the label \"2\" is none of the classes: 0, 1"
    );
    assert_eq!(
        refused("index\tsentence\n0\tgood\n"),
        "cannot tell which column holds the labels; name one of: index, sentence"
    );
}

#[test]
fn imdb_has_its_known_parts() {
    let folder = data("imdb");
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
    let folder = data("imdb");
    let classes = ["negative", "positive"].map(str::to_owned);
    let words = |split, step| -> Vec<Vec<String>> {
        let texts: Vec<LabelledText> = imdb::read(&folder, split).unwrap();
        let some = texts.iter().step_by(step);
        some.map(|text| text.example(&classes, Words::Typed).unwrap().words)
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
    let measured = coverage(other.iter().map(Vec::as_slice), &vocabulary, 5);
    println!("{measured:?}");
    assert_eq!(vocabulary.len(), 20_002);
    assert!((0.95..0.98).contains(&measured.share), "{}", measured.share);
}

#[test]
fn broken_imdb_files_are_refused_with_the_line() {
    let refused = |text: &str| imdb::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        refused("0\t0_1\tBad.\n3\t1_9\tGood.\n"),
        "line 2: the label \"3\" is none of the classes: 0, 1"
    );
    assert_eq!(
        refused("0\t0_1\tBad.\n1\tGood.\n\n1\tNice.\n"),
        "line 2: 2 fields where the first line has 3; a text that holds the delimiter must stand in quotes (2 lines in all cannot be used)"
    );
    let cut = tempfile::tempdir().unwrap();
    std::fs::write(cut.path().join("test.tsv.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    let error = imdb::read(cut.path(), Split::Test).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read ") && error.contains("test.tsv.gz"),
        "{error}"
    );
}
