//! The layouts of public sets, on small ones: all of a file is read, each part has its texts, and words
//! are cut alike. `tests/data_sets` says the same of the public sets themselves.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use safr::text::table::LabelledText;
use safr::text::{Example, Split, Tokenizer, Vocabulary, coverage, frequencies, glue, imdb, sst};

use crate::common::set;
use crate::common::treebank::{assert_phrases_are_whole, count_in, sorted};

fn trees(split: Split) -> Vec<sst::Tree> {
    sst::read_trees(
        &set("sst-trees").join(sst::file_name(split)),
        Tokenizer::Typed,
    )
    .unwrap()
}

fn glue_phrases() -> Vec<Example> {
    glue::read(&set("sst2-glue").join("train.tsv"), Tokenizer::Typed).unwrap()
}

/// A folder of reviews as `--task imdb` reads them.
pub(super) fn reviews(parts: [(&str, &[u8]); 2]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, table) in parts {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        let mut file = GzEncoder::new(file, Compression::default());
        file.write_all(table).unwrap();
        file.finish().unwrap();
    }
    folder
}

/// The small set of reviews, compressed.
pub(super) fn small_reviews() -> tempfile::TempDir {
    let read = |part: &str| std::fs::read(set("imdb").join(part)).unwrap();
    let (train, test) = (read("train.tsv"), read("test.tsv"));
    reviews([("train.tsv.gz", &train), ("test.tsv.gz", &test)])
}

#[test]
fn a_treebank_is_read_with_every_node() {
    for (split, all, binary) in [
        (Split::Train, 24, 21),
        (Split::Dev, 13, 11),
        (Split::Test, 9, 8),
    ] {
        let text = std::fs::read_to_string(set("sst-trees").join(sst::file_name(split))).unwrap();
        let trees = trees(split);
        assert_eq!(
            (trees.len(), sst::sentences(&trees).len()),
            (all, binary),
            "{split:?}"
        );
        // Every node opens a bracket, and every leaf is followed by one that closes.
        let nodes = trees.iter().map(|tree| tree.nodes().len()).sum::<usize>();
        assert_eq!(nodes, text.matches('(').count());
        let leaves = trees.iter().map(|tree| tree.leaves().len()).sum::<usize>();
        let words = text.split_whitespace().filter(|word| word.ends_with(')'));
        assert_eq!(leaves, words.count());
    }
    assert_phrases_are_whole(&trees(Split::Train));
}

#[test]
fn glue_adds_what_the_trees_spell_otherwise() {
    let phrases = glue_phrases();
    let known = sst::phrases(&trees(Split::Train));
    let held_out = [trees(Split::Dev), trees(Split::Test)].concat();
    let added = glue::additions(phrases.clone(), &known, &held_out);
    let told: Vec<_> = added
        .iter()
        .map(|phrase| (phrase.words.join(" "), phrase.label))
        .collect();
    // Of a phrase that comes twice, the first label.
    let expected = [
        "a wonderful film",
        "harbor lights \" is a small gem",
        "warm and wise",
        "in a cafe by the sea",
    ];
    assert_eq!(told, expected.map(|words| (words.to_owned(), 1)));
    // Two are held-out sentences, one of them cut otherwise.
    assert_eq!(glue::additions(phrases.clone(), &known, &[]).len(), 6);
    // By themselves: each once, without these two.
    assert_eq!(glue::additions(phrases, &[], &held_out).len(), 16);
}

#[test]
fn glue_cuts_words_as_the_treebank_does() {
    let dev = glue::read(&set("sst2-glue").join("dev.tsv"), Tokenizer::Typed).unwrap();
    assert_eq!(dev.len(), 11);
    assert_eq!(sorted(dev), sorted(sst::sentences(&trees(Split::Dev))));

    let same = count_in(&trees(Split::Train), &glue_phrases());
    assert_eq!(same, 13, "of 20");
}

#[test]
fn broken_glue_files_are_refused_with_the_line() {
    let refused = |text: &str| {
        let error = glue::parse(text.as_bytes(), Tokenizer::Typed).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        refused("sentence\tlabel\ngood\t1\nbad\t2\n"),
        "line 3: the label \"2\" is not one of the classes: 0, 1"
    );
    assert_eq!(
        refused("index\tsentence\n0\tgood\n"),
        "there is no column \"label\" for the labels; choose one of: index, sentence"
    );
}

#[test]
fn of_imdb_s_training_texts_the_last_of_each_class_are_the_dev_part() {
    let row = |label: usize, at: usize| format!("{label}\t{at}_5\tText {at}.\n");
    let negative = (0..10_003).map(|at| row(0, at));
    let positive = (0..10_005).map(|at| row(1, at));
    let train: String = negative.chain(positive).collect();
    let test = std::fs::read(set("imdb").join("test.tsv")).unwrap();
    let folder = reviews([("train.tsv.gz", train.as_bytes()), ("test.tsv.gz", &test)]);

    let mut lines = HashSet::new();
    for (split, [negative, positive]) in [
        (Split::Train, [10_000, 10_000]),
        (Split::Dev, [3, 5]),
        (Split::Test, [3, 3]),
    ] {
        let texts = imdb::read(folder.path(), split).unwrap();
        let count = |label| texts.iter().filter(|text| text.label == label).count();
        assert_eq!(
            [count("negative"), count("positive")],
            [negative, positive],
            "{split:?}"
        );
        assert_eq!(texts.len(), negative + positive);
        if split != Split::Test {
            lines.extend(texts.iter().map(|text| text.line));
        }
    }
    assert_eq!(lines.len(), 20_008, "train and dev parts share a text");
}

/// How much of the words of the other reviews the most frequent words of the training ones cover.
fn covered(folder: &Path, size: usize) -> f64 {
    let classes = ["negative", "positive"].map(str::to_owned);
    let words = |split| -> Vec<Vec<String>> {
        let texts: Vec<LabelledText> = imdb::read(folder, split).unwrap();
        texts
            .iter()
            .map(|text| text.example(&classes, Tokenizer::Typed).unwrap().words)
            .collect()
    };
    let train = words(Split::Train);
    let mut vocabulary = Vocabulary::build([], 1);
    let by_frequency = frequencies(train.iter().map(Vec::as_slice));
    vocabulary.extend(
        by_frequency.iter().map(|frequency| frequency.word.as_str()),
        size,
    );
    assert_eq!(vocabulary.len(), 2 + size);
    let other = words(Split::Test);
    coverage(
        other.iter().map(Vec::as_slice),
        (&vocabulary, Tokenizer::Typed),
        5,
    )
    .share
}

#[test]
fn the_most_frequent_words_of_reviews_cover_most_of_others() {
    let folder = small_reviews();
    let shares = [10, 40, 160].map(|size| covered(folder.path(), size));
    println!("{shares:?}");
    assert!(shares.is_sorted() && shares[2] > 0.6, "{shares:?}");
}

#[test]
fn broken_imdb_files_are_refused_with_the_line() {
    let refused = |text: &str| imdb::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        refused("0\t0_1\tBad.\n3\t1_9\tGood.\n"),
        "line 2: the label \"3\" is not one of the classes: 0, 1"
    );
    assert_eq!(
        refused("0\t0_1\tBad.\n1\tGood.\n\n1\tNice.\n"),
        "line 2: 2 fields where the first line has 3; a text that holds the delimiter must be in quotes (2 lines in all cannot be used)"
    );
    let cut = tempfile::tempdir().unwrap();
    std::fs::write(cut.path().join("test.tsv.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    let error = imdb::read(cut.path(), Split::Test).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read ") && error.contains("test.tsv.gz"),
        "{error}"
    );
}
