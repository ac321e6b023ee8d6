//! Labels that are written in several ways, in one file, in two, and other than a model's classes.

use std::fs;
use std::path::Path;

use super::command::{SMALL, folder, prints, refuses, safr};

/// Twelve texts of two classes.
fn table(labels: [&str; 2]) -> String {
    let rows = (0..12).map(|at| format!("film {at},{}\n", labels[at % 2]));
    "text,label\n".to_owned() + &rows.collect::<String>()
}

const MERGE: [&str; 2] = ["--layout", "labels=merge"];

fn remarks(folder: &Path, arguments: &[&str]) -> String {
    let output = safr(folder, arguments);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn labels_are_merged_between_files_and_with_a_models_classes() {
    let folder = folder();
    let folder = folder.path();
    fs::create_dir(folder.join("parts")).unwrap();
    for (file, labels) in [
        ("parts/train.csv", ["pos", "neg"]),
        ("parts/dev.csv", ["Pos", "neg"]),
        ("parts/test.csv", ["pos", "NEG "]),
        ("other.csv", [" POS", "Neg"]),
    ] {
        fs::write(folder.join(file), table(labels)).unwrap();
    }
    let on = |data: &'static str| ["--task", "csv", "--data", data];
    let alike = "differs from \"pos\" only in case, blanks, invisible characters or the way a number is written; --layout labels=merge";

    let train = [&["train", "--out", "model"], &on("parts")[..], &SMALL].concat();
    let error = refuses(folder, &train);
    assert!(
        error.contains("line 2: the label \"Pos\" is not one of the classes: neg, pos; it ")
            && error.contains(alike),
        "{error}"
    );
    let said = prints(folder, &[&train[..], &MERGE].concat());
    assert!(said.contains("2 classes: neg (6), pos (6)"), "{said}");

    let evaluate = ["evaluate", "--model", "model", "--measures", "prediction"];
    for data in ["parts", "other.csv"] {
        let evaluate = [&evaluate[..], &on(data)].concat();
        refuses(folder, &evaluate);
        let measured = prints(folder, &[&evaluate[..], &MERGE].concat());
        assert!(measured.starts_with("csv test, 12 texts\n"), "{measured}");
    }

    let go_on = ["train", "--start", "model", "--epochs", "1"];
    let go_on = [&go_on[..], &on("other.csv")].concat();
    let said = remarks(folder, &[&go_on[..], &["--out", "new"]].concat());
    assert!(said.contains("the head is new"), "{said}");
    assert!(
        said.contains("the model's class \"neg\" and the label \"Neg\" differ only in how they are written; --layout labels=merge"),
        "{said}"
    );
    let said = remarks(folder, &[&go_on[..], &["--out", "own"], &MERGE].concat());
    assert!(!said.contains("the head is new"), "{said}");
    let card = fs::read_to_string(folder.join("own/card.json")).unwrap();
    let card: serde_json::Value = serde_json::from_str(&card).unwrap();
    assert_eq!(card["classes"], serde_json::json!(["neg", "pos"]));
}
