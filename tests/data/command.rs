//! Texts of people's own through the command: trained on, measured, counted.

use std::path::Path;
use std::process::{Command, Output};

use safr::engine::LoadedModel;
use safr::evaluate::Report;
use safr::explain::History;
use safr::package::{Precision, write_directory};
use safr::text::Tokenizer;

use crate::common::{close, small_package};

pub(super) fn safr(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_safr"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the command starts")
}

/// What the command prints.
#[track_caller]
pub(super) fn prints(folder: &Path, arguments: &[&str]) -> String {
    let output = safr(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// How the command says that it will not.
#[track_caller]
pub(super) fn refuses(folder: &Path, arguments: &[&str]) -> String {
    let output = safr(folder, arguments);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

/// A recipe of one epoch for a model that is soon trained; see [`folder`].
pub(super) const SMALL: [&str; 2] = ["--recipe", "small.toml"];

/// What stands in it.
pub(super) const SMALL_RECIPE: &str = r#"
texts = "sentences"
learning_rate = 1e-4
decay = false
ramp = 0.0
batch_size = 32
epochs = 1
patience = 3
[start.fresh]
min_frequency = 1
vocabulary_size = 100
max_len = 16
layers = 1
heads = 2
d_model = 8
d_ff = 8
embedding_scale = 1.0
dropout = 0.1
word_dropout = 0.0
"#;

/// A folder with [`moods`] and the recipe [`SMALL`].
pub(super) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("moods.csv"), moods()).unwrap();
    std::fs::write(folder.path().join("small.toml"), SMALL_RECIPE).unwrap();
    folder
}

/// 60 texts of three classes in a file whose delimiter and columns must be recognised.
pub(super) fn moods() -> String {
    let rows = (0..60).map(|at| match at % 3 {
        0 => format!("{at};\"good; film {at}\";glad\n"),
        1 => format!("{at};bad film {at};sad\n"),
        _ => format!("{at};a film {at};calm\n"),
    });
    "id;Review;Sentiment\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn a_file_of_ones_own_trains_a_model_that_reads_other_files() {
    let folder = folder();
    let folder = folder.path();
    let own = ["--task", "csv", "--data", "moods.csv"];
    let train = prints(
        folder,
        &[&["train", "--out", "model"], &own[..], &SMALL[..]].concat(),
    );
    assert!(train.contains("54 training texts, 6 dev texts"), "{train}");

    let card = std::fs::read_to_string(folder.join("model/card.json")).unwrap();
    let card: serde_json::Value = serde_json::from_str(&card).unwrap();
    assert_eq!(card["classes"], serde_json::json!(["calm", "glad", "sad"]));
    assert_eq!(card["data"], "own texts, moods.csv");

    let config = std::fs::read_to_string(folder.join("model/config.json")).unwrap();
    let config: serde_json::Value = serde_json::from_str(&config).unwrap();
    assert_eq!(config["reading"]["words"], "typed");

    let measure = ["evaluate", "--model", "model"];
    for (split, texts) in [("train", "54"), ("dev", "6"), ("test", "60")] {
        let measured = prints(folder, &[&measure, &own[..], &["--split", split]].concat());
        assert!(
            measured.starts_with(&format!("csv {split}, {texts} texts\n")),
            "{measured}"
        );
        let headings = measured.lines().filter(|line| *line == "prediction");
        assert_eq!(headings.count(), 1, "{measured}");
        // Beside the accuracy, what it is to be compared with, and how much of each class is recognised.
        let value = |name: &str| {
            let rows = measured.lines().map(str::split_whitespace);
            let mut rows = rows.filter(|row| row.clone().next() == Some(name));
            let mut value = rows.next().unwrap_or_else(|| panic!("{name}: {measured}"));
            value.nth(1).unwrap().parse::<f64>().unwrap()
        };
        assert_eq!(value("majority_accuracy"), 0.3333, "{measured}");
        let recalls = ["recall/calm", "recall/glad", "recall/sad"].map(value);
        let mean = recalls.iter().sum::<f64>() / 3.0;
        assert!((mean - value("accuracy")).abs() < 1e-3, "{measured}");
    }
    std::fs::write(
        folder.join("test.tsv"),
        "mood\ttext\nsad\tbad, bad\nangry\tbad\n",
    )
    .unwrap();
    let other = ["--task", "csv", "--data", ".", "--layout", "label=mood"];
    let error = refuses(folder, &[&measure, &other[..]].concat());
    assert!(
        error.contains("line 3: the label \"angry\" is not one of the classes: calm, glad, sad"),
        "{error}"
    );
    let error = refuses(folder, &[&["train", "--out", "other"], &other[..]].concat());
    assert!(
        error.contains(". holds neither train.csv nor train.tsv nor train.jsonl"),
        "{error}"
    );
}

#[test]
fn data_are_read_as_the_model_reads() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let table = "text,label\nGOOD film.,1\nnot go\u{ad}od,0\n";
    std::fs::write(folder.join("few.csv"), table).unwrap();
    let mut package = pollster::block_on(small_package());
    // Of four words: "not" alone as they are written, all but "go\u{ad}od" by default.
    for (words, known) in [
        (Tokenizer::Whitespace, 1),
        (Tokenizer::Default, 3),
        (Tokenizer::Typed, 4),
    ] {
        package.config.reading.words = words;
        let files = package.to_files(Precision::F32).unwrap();
        write_directory(&folder.join("model"), &files).unwrap();
        let covered = prints(
            folder,
            &[
                "coverage", "--model", "model", "--task", "csv", "--data", "few.csv",
            ],
        );
        let expected = format!("words              4\nknown              {known}\n");
        assert!(covered.contains(&expected), "{words:?}: {covered}");
    }
}

/// Of a model whose words are what is between blanks, as an import's are: `explain`, `evaluate` and `train --start` read
/// the same texts in the same way.
#[test]
fn one_model_reads_a_text_in_one_way() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let texts = [
        ("Good film.", "positive"),
        ("bad film .", "negative"),
        ("it is good", "positive"),
        ("it is bad", "negative"),
        ("A very good film", "positive"),
        ("not very good", "negative"),
    ];
    let rows = texts.map(|(text, label)| format!("{text},{label}\n"));
    std::fs::write(
        folder.join("few.csv"),
        "text,label\n".to_owned() + &rows.concat(),
    )
    .unwrap();
    let mut package = pollster::block_on(small_package());
    package.config.reading.words = Tokenizer::Whitespace;
    let files = package.to_files(Precision::F32).unwrap();
    write_directory(&folder.join("model"), &files).unwrap();
    let model = LoadedModel::new(&files, &burn::tensor::Device::flex()).unwrap();

    let own = ["--task", "csv", "--data", "few.csv"];
    let report = |split: &str| {
        let measure = ["evaluate", "--model", "model", "--measures", "prediction"];
        let more = ["--split", split, "--json", "report.json"];
        prints(folder, &[&measure, &own[..], &more].concat());
        let json = std::fs::read_to_string(folder.join("report.json")).unwrap();
        Report::from_json(&json).unwrap()
    };
    let whole = report("test");
    for (answer, (text, _)) in whole.per_text.answers.iter().zip(texts) {
        let explanation = pollster::block_on(model.explain(text)).unwrap();
        let words: Vec<&str> = explanation.words.iter().map(|word| &*word.text).collect();
        assert_eq!(words, text.split(' ').collect::<Vec<_>>());
        let prediction = explanation.prediction.unwrap();
        assert_eq!(answer.predicted, prediction.predicted, "{text}");
        let probability = prediction.probabilities[prediction.predicted];
        close(text, answer.confidence.into(), probability.into(), 1e-5);
    }
    assert_eq!(whole.per_text.answers.len(), 6);

    let still = ["--learning-rate", "0", "--epochs", "1", "--out", "still"];
    let train = ["train", "--start", "model"];
    prints(folder, &[&train, &own[..], &still].concat());
    let history = std::fs::read_to_string(folder.join("still/history.json")).unwrap();
    let trained = &History::from_json(&history).unwrap().records[0];
    let dev = report("dev").measures;
    let likelihood = dev.iter().find(|m| m.name == "negative_log_likelihood");
    let likelihood = likelihood.unwrap().value.unwrap();
    close("cross-entropy", trained.dev_cross_entropy, likelihood, 1e-5);
    let config = std::fs::read_to_string(folder.join("still/config.json")).unwrap();
    assert!(config.contains("\"words\": \"whitespace\""), "{config}");
}

/// A fresh model knows only words that its training texts hold twice, and reads 16 of them: of two classes, every text
/// that is held out reads like one that is trained on, and so is trained on, too.
#[test]
fn no_text_is_measured_that_reads_like_one_of_training() {
    let folder = folder();
    let folder = folder.path();
    let rows = |label: &str, text: &dyn Fn(usize) -> String| -> String {
        let rows = (1..=10).map(|at| format!("{label}\t{}\n", text(at)));
        rows.collect()
    };
    let table = [
        rows("known", &|at| "bad ".repeat(at)),
        rows("long", &|at| {
            format!("{}film {}", "so ".repeat(15), "bad ".repeat(at))
        }),
        rows("rare", &|at| format!("a good film, zest{at}")),
    ];
    let twice = SMALL_RECIPE.replace("min_frequency = 1", "min_frequency = 2");
    std::fs::write(folder.join("small.toml"), twice).unwrap();
    std::fs::write(folder.join("alike.tsv"), table.concat()).unwrap();
    let own = ["--task", "csv", "--data", "alike.tsv"];
    let train = [&["train", "--out", "model"], &own[..], &SMALL].concat();
    let said = prints(folder, &train);
    assert!(said.contains("29 training texts, 1 dev texts"), "{said}");
    assert!(
        said.contains("3 classes: known (9), long (10), rare (10)"),
        "{said}"
    );
    let measure = ["evaluate", "--model", "model", "--measures", "prediction"];
    for (split, texts) in [("train", "29 texts"), ("dev", "1 text")] {
        let measured = prints(folder, &[&measure, &own[..], &["--split", split]].concat());
        let begins = format!("csv {split}, {texts}\n");
        assert!(measured.starts_with(&begins), "{measured}");
    }
    let neurons = ["neurons", "--model", "model", "--split", "train"];
    prints(folder, &[&neurons, &own[..]].concat());

    std::fs::write(folder.join("alike.tsv"), table[1..].concat()).unwrap();
    let train = [&["train", "--out", "none"], &own[..], &SMALL].concat();
    let error = refuses(folder, &train);
    assert!(
        error.contains("alike.tsv: the model reads each text that is held out like one "),
        "{error}"
    );
    assert!(!folder.join("none").exists());
}

#[test]
fn words_of_one_data_set_extend_the_vocabulary_of_another() {
    let folder = folder();
    let folder = folder.path();
    std::fs::write(
        folder.join("few.csv"),
        "text,label\ngood film,1\nbad film,0\nfilm good,1\nfilm bad,0\n",
    )
    .unwrap();
    let many = "text\tlabel\nzest , zest ! charm\t1\nzest gloom\t0\ncharm\t1\ngood\t0\n";
    std::fs::write(folder.join("many.tsv"), many).unwrap();
    let many = ["--task", "csv", "--data", "many.tsv"];
    prints(
        folder,
        &[&["words", "--split", "test", "--out", "all.txt"], &many[..]].concat(),
    );
    let list = |name| std::fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(list("all.txt"), "zest\ncharm\n!\n,\ngloom\ngood\n");
    let shorter = [
        "words", "--split", "test", "--size", "2", "--out", "two.txt",
    ];
    prints(folder, &[&shorter, &many[..]].concat());
    assert_eq!(list("two.txt"), "zest\ncharm\n");

    // Vectors for all but "charm".
    let rows: Vec<u8> = [1f32, 2.0, 3.0]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    std::fs::write(folder.join("v.f32le.bin"), rows).unwrap();
    std::fs::write(folder.join("v.vocab.txt"), "gloom\nzest\ngood\n").unwrap();
    let few = [
        "train",
        "--task",
        "csv",
        "--data",
        "few.csv",
        "--extra-words",
        "all.txt",
    ];
    let sized = |size: &str| {
        let recipe = SMALL_RECIPE.replace("_size = 100", &format!("_size = {size}"));
        std::fs::write(folder.join("small.toml"), recipe).unwrap();
    };
    let with = |more: &[&'static str]| [&few, &SMALL[..], more].concat();
    let error = refuses(folder, &with(&["--out", "a"]));
    assert!(error.contains("--extra-words needs --vectors"), "{error}");
    let vectors = ["--vectors", "v.f32le.bin"];
    sized("2");
    let error = refuses(folder, &with(&[&["--out", "a"], &vectors[..]].concat()));
    assert!(
        error.contains("vocabulary_size of the recipe is 2, but the training"),
        "{error}"
    );
    for (size, known) in [("4", "known              4"), ("9", "known              5")] {
        sized(size);
        prints(folder, &with(&[&["--out", size], &vectors[..]].concat()));
        let covered = prints(
            folder,
            &[&["coverage", "--model", size], &many[..]].concat(),
        );
        // Of zest zest charm zest gloom charm good: "zest" and "good", then "gloom", too.
        assert!(
            covered.contains("words              7\n") && covered.contains(known),
            "{covered}"
        );
        assert!(covered.contains("2 charm\n"), "{covered}");
    }
}

#[test]
fn no_epochs_keep_the_model_as_it_is_drawn() {
    let folder = folder();
    let folder = folder.path();
    let own = ["train", "--task", "csv", "--data", "moods.csv"];
    let drawn = [&own[..], &SMALL, &["--epochs", "0", "--out", "drawn"]].concat();
    let said = prints(folder, &drawn);
    assert!(said.contains("untrained, kept in drawn"), "{said}");
    prints(
        folder,
        &[
            &own[..],
            &SMALL,
            &["--learning-rate", "0", "--out", "still"],
        ]
        .concat(),
    );
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    for file in ["model.safetensors", "vocabulary.json", "config.json"] {
        assert_eq!(
            read(&format!("drawn/{file}")),
            read(&format!("still/{file}")),
            "{file}"
        );
    }
    let error = refuses(folder, &drawn);
    assert!(error.contains("already holds a model"), "{error}");

    // No run has begun, so that there is none to go on with; the model stays as it is.
    let more = ["--epochs", "1", "--resume", "--out", "drawn"];
    let error = refuses(folder, &[&own[..], &SMALL, &more].concat());
    assert!(
        error.contains("there is nothing to resume in drawn; give the --out of the run"),
        "{error}"
    );
    let weights = "model.safetensors";
    assert_eq!(
        read(&format!("drawn/{weights}")),
        read(&format!("still/{weights}"))
    );
    // It is a model to start from.
    let start = ["--start", "drawn", "--epochs", "1", "--out", "begun"];
    prints(folder, &[&own[..], &start].concat());
}

#[test]
fn a_run_goes_on_from_a_model_with_its_words() {
    let folder = folder();
    let folder = folder.path();
    let own = ["train", "--task", "csv", "--data", "moods.csv"];
    prints(folder, &[&own[..], &SMALL, &["--out", "first"]].concat());
    let next = [&own[..], &["--start", "first", "--epochs", "1"]].concat();

    let still = ["--learning-rate", "0", "--out", "still"];
    prints(folder, &[&next[..], &still].concat());
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    for file in ["model.safetensors", "vocabulary.json", "config.json"] {
        assert_eq!(
            read(&format!("still/{file}")),
            read(&format!("first/{file}")),
            "{file}"
        );
    }
    let card = String::from_utf8(read("still/card.json")).unwrap();
    assert!(card.contains("--start first"), "{card}");

    prints(folder, &[&next[..], &["--out", "moved"]].concat());
    assert_ne!(
        read("moved/model.safetensors"),
        read("first/model.safetensors")
    );

    let published = ["--losses", "published", "--out", "other"];
    let error = refuses(folder, &[&next[..], &published].concat());
    assert!(error.contains("choose other --losses"), "{error}");
    let vectors = ["--vectors", "v.f32le.bin", "--out", "other"];
    let error = refuses(folder, &[&next[..], &vectors].concat());
    assert!(error.contains("--vectors"), "{error}");
}
