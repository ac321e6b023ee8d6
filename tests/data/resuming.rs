//! Runs that were stopped, however that came, and what they are taken up with.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::command::{SMALL_RECIPE, folder, moods, prints, refuses};
use super::presets::rate;

const RUN: [&str; 9] = [
    "train",
    "--task",
    "csv",
    "--data",
    "moods.csv",
    "--out",
    "model",
    "--recipe",
    "small.toml",
];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [&RUN, more].concat()
}

/// A folder in which a run is an epoch old.
fn begun() -> tempfile::TempDir {
    let folder = folder();
    prints(folder.path(), &with(&["--epochs", "1"]));
    folder
}

#[test]
fn another_run_is_not_taken_up_and_what_differs_is_named() {
    let folder = begun();
    let folder = folder.path();
    std::fs::write(folder.join("rate.toml"), rate()).unwrap();
    let resume = |more: &[&'static str]| {
        refuses(
            folder,
            &with(&[&["--resume", "--epochs", "2"], more].concat()),
        )
    };
    for (more, named) in [
        (
            &["--learning-rate", "0.5"][..],
            "(learning-rate: 0.0001 in the checkpoint, 0.5 here)",
        ),
        (
            &["--lambda-importance", "2"],
            "(objective, lambda-importance: 1.0 in the checkpoint, 2.0 here)",
        ),
        (
            &["--learning-rate", "0.5", "--batch-size", "7"],
            "(batch-size: 32 in the checkpoint, 7 here; learning-rate: ",
        ),
        (
            &["--losses", "rate.toml"],
            "family, scale-free, guard: {\"entropy\":{\"beta\":1.0}} in the checkpoint, {\"rate\"",
        ),
        (
            &["--losses", "published"],
            "in the checkpoint, published here",
        ),
        (&["--hold-out", "0.1,1"], "(words: "),
        (&["--hold-out", "0.4"], "(words: "),
    ] {
        let error = resume(more);
        assert!(error.contains(named), "{more:?}: {error}");
    }
    let recipe = folder.join("small.toml");
    for (from, to, named) in [
        (
            "\ndropout = 0.1",
            "\ndropout = 0.5",
            "(model, dropout: 0.1 in",
        ),
        (
            "word_dropout = 0.0",
            "word_dropout = 0.5",
            "(model, word-dropout: 0.0 in",
        ),
        (
            "embedding_scale = 1.0",
            "embedding_scale = 0.5",
            "(start weights: ",
        ),
        ("ramp = 0.0", "ramp = 0.5", "(schedule, ramp: 0.0 in"),
    ] {
        assert!(SMALL_RECIPE.contains(from), "{from}");
        std::fs::write(&recipe, SMALL_RECIPE.replace(from, to)).unwrap();
        let error = resume(&[]);
        assert!(error.contains(named), "{to}: {error}");
    }
    std::fs::write(&recipe, SMALL_RECIPE).unwrap();
    let own = folder.join("moods.csv");
    std::fs::write(&own, moods().replace("glad", "good")).unwrap();
    let error = resume(&[]);
    assert!(
        error.contains("(classes: calm, glad, sad in the checkpoint, calm, good, sad here)"),
        "{error}"
    );

    std::fs::write(&own, moods()).unwrap();
    let said = prints(folder, &with(&["--resume", "--epochs", "2"]));
    assert!(
        said.contains("resumed after 2 steps, with 1 epochs done"),
        "{said}"
    );
}

#[test]
fn a_checkpoint_of_an_earlier_version_is_refused() {
    let folder = begun();
    let state = folder.path().join("model/checkpoint/state.json");
    std::fs::write(state, r#"{"format": 1, "options": {}}"#).unwrap();
    let error = refuses(folder.path(), &with(&["--resume", "--epochs", "2"]));
    assert!(error.contains("another version of the program"), "{error}");
}

#[test]
fn a_damaged_checkpoint_names_its_own_file() {
    let folder = begun();
    for name in ["weights", "best", "optimizer"] {
        let file = folder
            .path()
            .join(format!("model/checkpoint/{name}.safetensors"));
        let whole = std::fs::read(&file).unwrap();
        for damaged in [&whole[..whole.len() / 2], b"none"] {
            std::fs::write(&file, damaged).unwrap();
            let error = refuses(folder.path(), &with(&["--resume", "--epochs", "2"]));
            let named = format!(
                "model/checkpoint: the checkpoint cannot be used: {name}.safetensors is damaged"
            );
            assert!(
                error.contains(&named) && !error.contains("model.safetensors"),
                "{error}"
            );
        }
        std::fs::write(&file, whole).unwrap();
    }
}

/// Killed while it put a checkpoint in its place, a run goes on from the one before.
#[test]
fn a_run_that_was_killed_between_two_checkpoints_goes_on() {
    let folder = begun();
    let at = |name: &str| folder.path().join("model").join(name);
    std::fs::rename(at("checkpoint"), at("checkpoint.old")).unwrap();
    std::fs::create_dir(at("checkpoint.part")).unwrap();
    std::fs::write(at("checkpoint.part/weights.safetensors"), "half").unwrap();

    std::fs::remove_file(at("card.json")).unwrap();
    let error = refuses(folder.path(), &with(&["--epochs", "2"]));
    assert!(error.contains("already holds a model"), "{error}");
    let said = prints(folder.path(), &with(&["--resume", "--epochs", "2"]));
    assert!(said.contains("with 1 epochs done"), "{said}");
    assert!(at("checkpoint/state.json").exists());
    assert!(!at("checkpoint.old").exists() && !at("checkpoint.part").exists());
}

#[cfg(unix)]
#[test]
fn a_run_that_is_told_to_end_leaves_a_checkpoint() {
    let folder = folder();
    let folder = folder.path();
    let run = Command::new(env!("CARGO_BIN_EXE_safr"))
        .current_dir(folder)
        .args(with(&["--epochs", "1000000", "--patience", "1000000"]))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(&folder.join("model/checkpoint/state.json"));
    let kill = Command::new("kill").arg(run.id().to_string()).status();
    assert!(kill.unwrap().success());
    let ended = run.wait_with_output().unwrap();
    let message = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{message}");
    assert!(
        message.contains("--resume continues from here"),
        "{message}"
    );
    let said = prints(folder, &with(&["--resume", "--epochs", "1"]));
    assert!(said.contains("resumed after"), "{said}");
}

fn wait_for(file: &Path) {
    while !file.exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
}
