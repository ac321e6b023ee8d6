//! The command in a shell: outputs that are closed or full, names that are not UTF-8, and what training says
//! of its end.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::command::{SMALL, folder, prints, refuses, safr};

/// Training of one's own texts into `out`.
fn train<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let own = ["train", "--task", "csv", "--data", "moods.csv"];
    [&own[..], &SMALL, &["--out", out], more].concat()
}

#[test]
fn a_reader_that_hangs_up_ends_nothing_but_its_reading() {
    let folder = folder();
    let folder = folder.path();
    let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
    let command = command
        .current_dir(folder)
        .args(train("model", &["--epochs", "3"]));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.starts_with("recipe small.toml"), "{first}");
    assert!(
        child.wait().unwrap().success(),
        "the model is trained to its end"
    );
    assert!(folder.join("model/card.json").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_an_error_and_training_goes_on() {
    let folder = folder();
    let folder = folder.path();
    let full = |arguments: &[&str]| {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
        let output = command
            .current_dir(folder)
            .args(arguments)
            .stdout(full)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    assert_eq!(full(&train("model", &[])).0, Some(0));
    let (code, error) = full(&["explain", "--model", "model", "a good film"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("safr: standard output: "), "{error}");
    let json = ["explain", "--model", "model", "a good film", "--json", "-"];
    let (_, error) = full(&json);
    assert!(
        error.ends_with("standard output: No space left on device (os error 28)\n"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn names_need_not_be_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = folder();
    let name = OsStr::from_bytes(b"mod\xe8le");
    let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
    let command = command
        .current_dir(folder.path())
        .args(train("model", &[]))
        .arg("--out");
    let output = command.arg(name).output().unwrap();
    // Given twice: the program says so, and does not panic.
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let arguments = train("model", &[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
    let command = command
        .current_dir(folder.path())
        .args(&arguments[..arguments.len() - 1]);
    let output = command.arg(name).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(folder.path().join(name).join("card.json").exists());
    let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
    let own = [
        "--task",
        "csv",
        "--data",
        "moods.csv",
        "--measures",
        "prediction",
    ];
    let command = command
        .current_dir(folder.path())
        .arg("compare")
        .args([name, name]);
    let output = command.args(own).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A pipe gives what it holds once, and the command needs it several times.
#[cfg(unix)]
#[test]
fn data_may_come_from_a_pipe() {
    let folder = folder();
    let folder = folder.path();
    let piped = |command: &str| {
        let command = format!("{command} --task csv --data /dev/stdin");
        let words: Vec<&str> = command.split(' ').collect();
        let mut child = Command::new(env!("CARGO_BIN_EXE_safr"))
            .current_dir(folder)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(super::command::moods().as_bytes()).unwrap();
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
    };
    piped("train --out piped --recipe small.toml");
    prints(folder, &train("read", &[]));
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    assert!(read("piped/model.safetensors") == read("read/model.safetensors"));
    piped("words --out words.txt");
    piped("coverage --model piped");
    piped("evaluate --model piped --measures prediction");
}

#[test]
fn training_says_what_it_found_why_it_ended_and_that_it_failed() {
    let folder = folder();
    let folder = folder.path();
    let said = prints(folder, &train("model", &["--epochs", "2"]));
    assert!(
        said.contains(
            "3 classes: calm (18), glad (18), sad (18); always predicting calm would be right for 0.3333 "
        ),
        "{said}"
    );
    assert!(
        said.contains("ended after epoch 2, the last one (--epochs)\n"),
        "{said}"
    );
    let recalls = said.lines().last().unwrap();
    let recalls = recalls.strip_prefix("recall of each class of the dev part: ");
    let recalls: Vec<(&str, f64)> = recalls
        .unwrap()
        .split(", ")
        .map(|recall| {
            let (class, share) = recall.split_once(' ').unwrap();
            (class, share.parse().unwrap())
        })
        .collect();
    let names: Vec<&str> = recalls.iter().map(|recall| recall.0).collect();
    assert_eq!(names, ["calm", "glad", "sad"]);
    // Two texts of each class are held out, so that the mean of the recalls is the accuracy.
    let mean = recalls.iter().map(|recall| recall.1).sum::<f64>() / 3.0;
    let best = said.lines().find(|line| line.starts_with("best: epoch "));
    let accuracy = best.unwrap().split("dev accuracy ").nth(1).unwrap();
    let accuracy: f64 = accuracy.split(',').next().unwrap().parse().unwrap();
    assert!((mean - accuracy).abs() < 1e-3, "{said}");
    let said = prints(
        folder,
        &train(
            "patient",
            &["--epochs", "9", "--patience", "1", "--learning-rate", "0"],
        ),
    );
    assert!(
        said.contains("ended after epoch 2, 1 after the best one (--patience)\n"),
        "{said}"
    );
    let error = refuses(
        folder,
        &train("far", &["--learning-rate", "1e3", "--epochs", "2"]),
    );
    assert!(
        error.contains("the run has diverged: the training cross-entropy of epoch ")
            && error
                .contains("more than 10 times that of guessing, 1.10; try a lower --learning-rate"),
        "{error}"
    );
    let error = refuses(folder, &train("farther", &["--learning-rate", "1e38"]));
    assert!(error.contains("try a lower learning rate"), "{error}");
}

/// The same rule as in the page, after each epoch: what was good before is kept, and nothing is left otherwise.
#[test]
fn a_run_that_diverges_ends_after_that_epoch_with_what_to_try() {
    let folder = folder();
    let folder = folder.path();
    let wide = super::command::SMALL_RECIPE
        .replace("d_model = 8", "d_model = 64")
        .replace("d_ff = 8", "d_ff = 256")
        .replace("batch_size = 32", "batch_size = 8");
    std::fs::write(folder.join("small.toml"), wide).unwrap();
    let ten = [
        "--learning-rate",
        "10",
        "--epochs",
        "50",
        "--patience",
        "50",
    ];
    let error = refuses(folder, &train("ten", &ten));
    assert!(
        error.contains("the run has diverged: ") && error.contains("try a lower --learning-rate"),
        "{error}"
    );
    if error.contains(" of epoch 1 is ") {
        assert!(!error.contains("--out"), "{error}");
        assert!(!folder.join("ten").exists(), "nothing is in the way");
    } else {
        assert!(error.contains("with another --out, since ten keeps the best epoch before, "));
    }

    // Of a run in two stages, the first of which is fine, the first is kept.
    std::fs::write(folder.join("two.toml"), super::presets::TWO).unwrap();
    let two = ["train", "--task", "csv", "--data", "moods.csv"];
    let two = [&two[..], &["--recipe", "two.toml", "--out", "two"]].concat();
    let error = refuses(folder, &[&two[..], &["--learning-rate", "100"]].concat());
    let start = "with another --out and --start two/first";
    assert!(
        error.contains(start) && error.contains(" of epoch 1 is "),
        "{error}"
    );
    assert!(folder.join("two/first/card.json").exists());
    assert!(!folder.join("two/card.json").exists());
}

/// A fresh model may be rather wrong, and a run of a step or two leaves it there.
#[test]
fn a_short_run_has_not_diverged() {
    let folder = folder();
    let folder = folder.path();
    let parts = ["plot", "cast", "score", "end", "pace"];
    let rows = (0..20).map(|at| {
        let (first, second) = (at / 2 % 5, at / 2 + at / 10 + 1);
        let (first, second) = (parts[first], parts[second % 5]);
        match at % 2 {
            0 => format!("A good {first} and {second}.\tpos\n"),
            _ => format!("A bad {first} and {second}.\tneg\n"),
        }
    });
    std::fs::write(folder.join("few.tsv"), rows.collect::<String>()).unwrap();
    let few = ["train", "--task", "csv", "--data", "few.tsv"];
    let short = [&few[..], &["--epochs", "1", "--batch-size", "100000000"]].concat();
    for (seed, out) in [("0", "a"), ("1", "b"), ("2", "c"), ("3", "d")] {
        let said = prints(
            folder,
            &[&short[..], &["--seed", seed, "--out", out]].concat(),
        );
        assert!(said.contains(&format!("kept in {out}\n")), "{said}");
    }
}

#[test]
fn a_measure_on_the_very_texts_of_training_says_so() {
    let folder = folder();
    let folder = folder.path();
    prints(folder, &train("model", &[]));
    let said = |data: &str, split: &str| {
        let measures = ["--measures", "prediction", "--split", split];
        let evaluate = [
            "evaluate", "--model", "model", "--task", "csv", "--data", data,
        ];
        let output = safr(folder, &[&evaluate[..], &measures].concat());
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said("moods.csv", "test").contains("trained on most of these texts; --split dev"));
    assert!(said("moods.csv", "train").contains("trained on all of these texts"));
    assert!(!said("moods.csv", "dev").contains("trained on"));
    std::fs::write(
        folder.join("other.csv"),
        super::command::moods() + "61;a film;calm\n",
    )
    .unwrap();
    assert!(!said("other.csv", "test").contains("trained on"));

    // In a folder whose training file is that one, no text is held out.
    std::fs::create_dir(folder.join("parts")).unwrap();
    std::fs::copy(folder.join("moods.csv"), folder.join("parts/train.csv")).unwrap();
    for part in ["dev.csv", "test.csv"] {
        std::fs::copy(folder.join("other.csv"), folder.join("parts").join(part)).unwrap();
    }
    let most = said("parts", "train");
    assert!(most.contains("the model model was trained on most of these texts\n"));
    assert!(!said("parts", "dev").contains("trained on"));

    // Of a model of the folder, that file is what it was trained on, however it is named.
    let own = ["train", "--task", "csv", "--data", "parts"];
    prints(folder, &[&own[..], &SMALL, &["--out", "of-parts"]].concat());
    let compared = |data: &str, split: &str| {
        let measures = ["--measures", "prediction", "--split", split];
        let compare = [
            "compare", "of-parts", "model", "--task", "csv", "--data", data,
        ];
        let output = safr(folder, &[&compare[..], &measures].concat());
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let all = "the model of-parts was trained on all of these texts\n";
    let both = compared("parts", "train");
    assert!(both.contains(all) && both.contains("the model model was trained on most"));
    for split in ["train", "dev", "test"] {
        assert!(compared("parts/train.csv", split).contains(all), "{split}");
    }
    for split in ["dev", "test"] {
        assert!(!compared("parts", split).contains("trained on"), "{split}");
    }
}
