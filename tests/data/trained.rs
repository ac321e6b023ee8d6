//! Texts in every layout through the command: trained on, measured, counted.

use std::fs;

use safr::explain::History;
use safr::text::{Split, Tokenizer, glue, sst};

use super::command::{SMALL, SMALL_RECIPE, prints, safr};
use super::sets::small_reviews;
use crate::common::set;

/// A class's texts and its name.
const CLASSES: [(&str, &str); 2] = [("0", "negative"), ("1", "positive")];

#[test]
fn a_treebank_is_trained_on_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, file) in [
        ("sst-trees", "train.txt"),
        ("sst-trees", "dev.txt"),
        ("sst-trees", "test.txt"),
        ("sst2-glue", "train.tsv"),
    ] {
        fs::copy(set(name).join(file), folder.join(file)).unwrap();
    }
    let phrases = "texts = { phrases = { neutral = 12, glue = true } }";
    let recipe = SMALL_RECIPE
        .replace("texts = \"sentences\"", phrases)
        .replace("max_len = 16", "max_len = 128");
    fs::write(folder.join("small.toml"), recipe).unwrap();
    let own = ["--task", "sst2", "--data", "."];
    let train = [
        &["train", "--out", "model", "--losses", "plain"],
        &own[..],
        &SMALL,
        &["--epochs", "60", "--patience", "60"],
        &["--learning-rate", "0.01"],
    ];
    let said = prints(folder, &train.concat());
    let [train, dev, test] = [Split::Train, Split::Dev, Split::Test].map(|split| {
        sst::read_trees(
            &set("sst-trees").join(sst::file_name(split)),
            Tokenizer::Typed,
        )
        .unwrap()
    });
    let phrases = sst::phrases(&train);
    let more = glue::read(&set("sst2-glue").join("train.tsv"), Tokenizer::Typed).unwrap();
    let added = glue::additions(more, &phrases, &[dev, test].concat());
    let texts = phrases.len() + added.len() + 12;
    let counts = format!("{texts} training texts, 11 dev texts");
    assert!(said.contains(&counts), "{counts}: {said}");

    let history = fs::read_to_string(folder.join("model/history.json")).unwrap();
    let records = History::from_json(&history).unwrap().records;
    let most = records.iter().map(|record| record.train_accuracy);
    let most = most.fold(0.0, f64::max);
    // The twelve neutral phrases are under both classes by turns.
    assert!(most > 0.9, "accuracy in training is {most} at most");

    let measure = ["evaluate", "--model", "model", "--measures", "prediction"];
    for (split, texts) in [("train", 21), ("dev", 11), ("test", 8)] {
        let measured = prints(folder, &[&measure, &own[..], &["--split", split]].concat());
        let head = format!("sst2 {split}, {texts} texts\n");
        assert!(measured.starts_with(&head), "{measured}");
        let said = safr(folder, &[&measure, &own[..], &["--split", split]].concat()).stderr;
        let said = String::from_utf8(said).unwrap();
        let warned = said.contains("the model model was trained on all of these texts\n");
        assert_eq!(warned, split == "train", "{said}");
    }

    let reviews = small_reviews();
    let reviews = reviews.path().display().to_string();
    let reviews = ["--task", "imdb", "--data", &reviews];
    let measured = prints(folder, &[&measure, &reviews[..]].concat());
    assert!(measured.starts_with("imdb test, 6 texts\n"), "{measured}");
    let counted = ["words", "--size", "3", "--out", "words.txt"];
    let counted = safr(folder, &[&counted, &reviews[..]].concat());
    let counted = String::from_utf8(counted.stderr).unwrap();
    assert!(counted.starts_with("12 texts, "), "{counted}");
    let coverage = ["coverage", "--model", "model"];
    let covered = prints(folder, &[&coverage, &reviews[..]].concat());
    assert!(covered.starts_with("texts              6\n"), "{covered}");
}

/// The test reviews in each layout that `--task csv` recognises, by the file's name.
fn layouts() -> Vec<(&'static str, String)> {
    let table = fs::read_to_string(set("imdb").join("test.tsv")).unwrap();
    let rows: Vec<(&str, &str)> = table
        .lines()
        .map(|line| {
            let [label, _, text] = line.splitn(3, '\t').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            let class = CLASSES.iter().find(|(name, _)| *name == label);
            (class.expect("a class").1, text)
        })
        .collect();
    let table = |head: &str, row: &dyn Fn(&str, &str) -> String| {
        let rows = rows.iter().map(|(label, text)| row(label, text) + "\n");
        head.to_owned() + &rows.collect::<String>()
    };
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let json = |label: &str, text: &str| serde_json::json!({"label": label, "text": text});
    vec![
        (
            "commas.csv",
            table("text,label\n", &|label, text| {
                format!("{},{label}", quoted(text))
            }),
        ),
        (
            "semicolons.csv",
            table("id;class;review\n", &|label, text| {
                format!("7;{label};{}", quoted(text))
            }),
        ),
        (
            "bars.csv",
            table("sentence|sentiment\r\n", &|label, text| {
                format!("{text}|{label}\r")
            }),
        ),
        (
            "tabs.tsv",
            table("label\ttext\n", &|label, text| {
                format!("{label}\t{}", quoted(text))
            }),
        ),
        (
            "bare.tsv",
            table("", &|label, text| format!("{label}\t{text}")),
        ),
        (
            "behind.tsv",
            table("\u{feff}", &|label, text| format!("{text}\t{label}")),
        ),
        (
            "fasttext.csv",
            table("", &|label, text| format!("__label__{label} {text}")),
        ),
        (
            "lines.jsonl",
            table("", &|label, text| json(label, text).to_string()),
        ),
    ]
}

#[test]
fn the_layout_of_a_table_makes_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let layouts = layouts();
    fs::write(folder.join("small.toml"), SMALL_RECIPE).unwrap();
    for (name, table) in &layouts {
        fs::write(folder.join(name), table).unwrap();
    }
    let own = |name: &'static str| ["--task", "csv", "--data", name];
    let train = ["train", "--out", "model", "--hold-out", "0.34"];
    prints(folder, &[&train[..], &own("commas.csv"), &SMALL].concat());
    let measure = ["evaluate", "--model", "model", "--measures", "prediction"];
    let measured = |name| prints(folder, &[&measure[..], &own(name)].concat());
    let first = measured("commas.csv");
    assert!(first.starts_with("csv test, 6 texts\n"), "{first}");
    for (name, _) in &layouts[1..] {
        assert_eq!(measured(name), first, "{name}");
    }
}
