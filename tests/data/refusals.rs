//! What the command refuses before it does any work, rather than to do something else than asked.

use safr::package::{Precision, write_directory};

use super::command::{SMALL, folder, moods, prints, refuses, safr};
use crate::common::small_package;

#[test]
fn numbers_out_of_their_range_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let train = ["train", "--task", "csv", "--data", "none", "--out", "model"];
    for (option, why) in [
        ("--learning-rate=-1", "a number of 0 or more"),
        ("--learning-rate=nan", "a number of 0 or more"),
        ("--batch-size=0", "a whole number of 1 or more"),
        ("--patience=0", "a whole number of 1 or more"),
        ("--lambda-importance=-1", "a number of 0 or more"),
        ("--lambda-interaction=inf", "a number of 0 or more"),
        ("--hold-out=0", "more than 0"),
        ("--hold-out=0.1,x", "a whole number"),
        (
            "--layout=columns=2",
            "one of text, label, header, delimiter, quotes, encoding, labels, broken",
        ),
        ("--layout=quotes=none", "yes or no"),
        ("--layout=delimiter=tab", "one ASCII character"),
    ] {
        let output = safr(folder.path(), &[&train[..], &[option]].concat());
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{option}: {error}");
        assert!(error.contains(why), "{option}: {error}");
    }
}

#[test]
fn options_that_would_change_nothing_are_refused() {
    let folder = folder();
    let measure = ["coverage", "--model", "model", "--data", "."];
    let train = ["train", "--out", "model", "--data", "."];
    for task in ["sst2", "imdb"] {
        let column = ["--task", task, "--layout", "text=text"];
        let error = refuses(folder.path(), &[&train[..], &column].concat());
        assert!(error.contains("--layout applies to files"), "{error}");
    }

    // A folder has a dev part of its own.
    let own = ["--task", "csv", "--data", "moods.csv"];
    prints(
        folder.path(),
        &[&["train", "--out", "model"], &own[..], &SMALL].concat(),
    );
    for part in ["train.csv", "test.csv"] {
        std::fs::write(folder.path().join(part), moods()).unwrap();
    }
    let held = ["--task", "csv", "--hold-out", "0.2"];
    let error = refuses(folder.path(), &[&measure[..], &held].concat());
    assert!(error.contains("--hold-out splits a single file"), "{error}");
}

#[test]
fn skipped_lines_are_counted_once() {
    let folder = folder();
    let broken = moods().replace("good; film 3\";glad", "good; film 3\";")
        + ";sad\n1;2;3;4\n61;a film; so so;calm\n;;sad\n";
    std::fs::write(folder.path().join("moods.csv"), broken).unwrap();
    let train = ["train", "--task", "csv", "--data", "moods.csv"];
    let skip = ["--layout", "broken=skip", "--out", "model"];
    let output = safr(folder.path(), &[&train[..], &skip, &SMALL].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let lines: Vec<&str> = said.lines().filter(|l| l.contains("skipped")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(
        lines[0].contains("moods.csv: 5 lines skipped, the first of them line 5: "),
        "{said}"
    );
    let of_labels = [
        "moods.csv: the label of 1 line that cannot be used is unknown\n",
        "moods.csv: 1 of the 21 texts with the label \"calm\" cannot be used\n",
        "moods.csv: 2 of the 22 texts with the label \"sad\" cannot be used\n",
    ];
    for line in of_labels {
        assert_eq!(said.matches(line).count(), 1, "{line}: {said}");
    }
}

/// A label that is written in another way is lost to the class that it is merged into.
#[test]
fn what_is_lost_is_said_of_the_class_that_it_is_merged_into() {
    let folder = folder();
    let broken = moods() + "61;;SAD\n62; so; so;Sad\n";
    std::fs::write(folder.path().join("moods.csv"), broken).unwrap();
    let words = ["words", "--task", "csv", "--data", "moods.csv"];
    let skip = ["--layout", "broken=skip", "--out", "words.txt"];
    let said = |more: &[&str]| {
        let output = safr(folder.path(), &[&words[..], &skip, more].concat());
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let kept = said(&[]);
    assert!(
        kept.contains("moods.csv: the only text with the label \"SAD\" cannot be used\n")
            && kept.contains("the label of 1 line that cannot be used is unknown\n"),
        "{kept}"
    );
    let merged = said(&["--layout", "labels=merge"]);
    assert!(
        merged.contains("moods.csv: 1 of the 21 texts with the label \"sad\" cannot be used\n")
            && !merged.contains("SAD"),
        "{merged}"
    );
}

#[test]
fn what_a_folder_cannot_be_is_refused_by_name() {
    let folder = folder();
    let folder = folder.path();
    let own = ["train", "--task", "csv", "--data", "moods.csv"];
    let train = |out: &'static str| [&own[..], &SMALL, &["--out", out]].concat();
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let error = refuses(folder, &train("notes.txt"));
    assert!(
        error.contains("notes.txt is a file; name a folder for the model"),
        "{error}"
    );
    prints(folder, &train("model"));
    for command in [
        train("-"),
        vec!["quantize", "--model", "model", "--out", "-"],
    ] {
        let error = refuses(folder, &command);
        assert!(
            error.contains("which cannot go to standard output"),
            "{error}"
        );
    }
    assert!(!folder.join("-").exists());
}

/// What is wrong is said with what to do, and what is odd is said.
#[test]
fn texts_that_teach_little_are_told_of() {
    let folder = folder();
    let folder = folder.path();
    std::fs::write(
        folder.join("two.csv"),
        "text,label\ngood film,a\nbad film,b\n",
    )
    .unwrap();
    let own = |data: &'static str| ["--task", "csv", "--data", data];
    let train = [&["train", "--out", "model"], &own("two.csv")[..], &SMALL].concat();
    let error = refuses(folder, &train);
    assert!(
        error.contains("holds no texts; add some, or choose a larger --hold-out"),
        "{error}"
    );
    std::fs::write(
        folder.join("one.csv"),
        "text,label\ngood film,a\nbad film,a\n",
    )
    .unwrap();
    let train = [&["train", "--out", "model"], &own("one.csv")[..], &SMALL].concat();
    let error = refuses(folder, &train);
    assert!(
        error.contains("all of these have the label \"a\""),
        "{error}"
    );
    let both = "text,label\ngood film,a\nbad film,b\nGood  film,b\nfilm,a\n";
    std::fs::write(folder.join("both.csv"), both).unwrap();
    let words = [
        &["words", "--split", "test", "--out", "words.txt"],
        &own("both.csv")[..],
    ]
    .concat();
    let said = String::from_utf8(safr(folder, &words).stderr).unwrap();
    assert!(
        said.contains("a text has several labels, again in line 4"),
        "{said}"
    );
}

#[test]
fn ids_without_words_or_beyond_the_model_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let model = pollster::block_on(small_package());
    let files = model.to_files(Precision::F32).unwrap();
    write_directory(&folder.join("model"), &files).unwrap();
    let forward = [
        "forward", "--model", "model", "--ids", "ids.json", "--out", "out.json",
    ];
    let ids = |ids: &str, labels: &str| {
        let json = format!("{{\"ids\": {ids}, \"labels\": {labels}}}");
        std::fs::write(folder.join("ids.json"), json).unwrap();
    };
    for (of_texts, labels, says) in [
        ("[]", "[]", "there are no ids"),
        ("[[]]", "[0]", "text 0 has no words, only padding"),
        (
            "[[2, 3], [0, 0]]",
            "[0, 1]",
            "text 1 has no words, only padding",
        ),
        ("[[2, 0, 3]]", "[0]", "text 0 has padding between its words"),
        (
            "[[12]]",
            "[0]",
            "text 0 has an id beyond the vocabulary of 12",
        ),
        ("[[2]]", "[2]", "text 0 has label 2, the model 2 classes"),
        ("[[2], [3]]", "[0]", "there are 2 texts but 1 labels"),
        ("[[-1]]", "[0]", "with whole numbers of 0 or more"),
    ] {
        ids(of_texts, labels);
        let error = refuses(folder, &forward);
        assert!(error.contains(says), "{of_texts}: {error}");
        assert!(!folder.join("out.json").exists(), "{of_texts}");
    }
    ids("[[2, 3, 0], [4, 0, 0]]", "[0, 1]");
    prints(folder, &forward);
}

/// Neither data nor model are there: that the output cannot be written is found before.
#[test]
fn outputs_that_cannot_be_written_are_refused_first() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("file"), "").unwrap();
    let data = ["--task", "csv", "--data", "none.csv"];
    let with = |words: &[&'static str]| [words, &data].concat();
    let error = refuses(folder, &with(&["train", "--out", "file/model"]));
    assert!(error.contains("file/model: "), "{error}");
    let evaluate = ["evaluate", "--model", "none", "--json"];
    let error = refuses(folder, &with(&[&evaluate[..], &["none/report"]].concat()));
    assert!(error.contains("none/report: "), "{error}");

    let error = refuses(folder, &with(&[&evaluate[..], &["report"]].concat()));
    assert!(error.contains("the model none"), "{error}");
    let left = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(left, 1, "a run that failed leaves nothing");
}

#[test]
fn a_smaller_model_takes_no_folder_that_holds_files() {
    let folder = folder();
    let folder = folder.path();
    let own = ["train", "--task", "csv", "--data", "moods.csv"];
    prints(folder, &[&own[..], &SMALL, &["--out", "model"]].concat());
    let weights = || std::fs::read(folder.join("model/model.safetensors")).unwrap();
    let before = weights();
    let quantize = ["quantize", "--model", "model", "--out"];
    for out in ["model", "."] {
        let error = refuses(folder, &[&quantize[..], &[out]].concat());
        assert!(error.contains("already holds files"), "{out}: {error}");
    }
    assert!(weights() == before);
    std::fs::create_dir(folder.join("empty")).unwrap();
    prints(folder, &[&quantize[..], &["empty"]].concat());
    prints(folder, &[&quantize[..], &["new"]].concat());
}
