//! Losses and recipes by name and from files.

use std::path::Path;

use safr::model::{ModelConfig, Readout};
use safr::objective::Objective;
use safr::presets::{Preset, Recipe, Start};
use serde_json::Value;

use super::command::{SMALL, SMALL_RECIPE, folder, prints, refuses, safr};

pub(super) const OWN: [&str; 5] = ["train", "--task", "csv", "--data", "moods.csv"];

/// `safr-dense` with a guard that does not depend on the number of epochs.
pub(super) fn rate() -> String {
    let dense = Objective::ALL
        .iter()
        .find(|(name, _)| *name == "safr-dense");
    let (_, text) = dense.expect("a preset of that name");
    let rate = text.replace(
        "entropy = { beta = 1.0 }",
        "rate = { rho = 0.5, weight = 10.0 }",
    );
    assert_ne!(rate, *text);
    rate
}

/// A recipe that goes on from the model of [`SMALL`].
pub(super) const TWO: &str = r#"
texts = "sentences"
learning_rate = 1e-2
decay = false
ramp = 0.0
batch_size = 16
epochs = 2
patience = 9
[start.after]
recipe = "small.toml"
losses = "plain"
"#;

pub(super) fn train(folder: &Path, more: &[&str]) -> String {
    prints(folder, &[&OWN, more].concat())
}

pub(super) fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(super) fn card(model: &Path) -> Value {
    serde_json::from_slice(&read(&model.join("card.json"))).unwrap()
}

#[test]
fn a_name_that_is_no_preset_is_refused_and_told_what_there_is() {
    let folder = folder();
    let folder = folder.path();
    for (option, expected) in [
        (
            "--losses",
            "it is neither a preset (safr, safr-dense, plain, vmask, published, ",
        ),
        (
            "--recipe",
            "it is neither a preset (sst2, sst2-phrases, sst2-pretrained, imdb, ",
        ),
    ] {
        let output = safr(
            folder,
            &[&OWN[..], &[option, "best", "--out", "model"]].concat(),
        );
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(
            error.contains(expected) && error.contains("No such file"),
            "{error}"
        );
    }
    for (name, wrong, says) in [
        (
            "losses",
            "lambda_importance = 1\nfamliy = \"published\"",
            "famliy",
        ),
        ("recipe", "patience = 0", "a whole number of 1 or more"),
    ] {
        std::fs::write(folder.join("wrong.toml"), wrong).unwrap();
        let option = format!("--{name}");
        let error = refuses(
            folder,
            &[&OWN[..], &[&option, "wrong.toml", "--out", "model"]].concat(),
        );
        for says in ["wrong.toml", "line ", says] {
            assert!(error.contains(says), "{error}");
        }
    }
    assert!(!folder.join("model").exists());
}

#[test]
fn options_of_earlier_versions_say_what_took_their_place() {
    let folder = folder();
    for (option, says) in [
        (
            "--objective=published",
            "the key `family` in a file of --losses: name a preset (safr, safr-dense, plain",
        ),
        ("--gate-given", "the key `gate_given` in a file of --losses"),
        ("--rho=0.5", "the key `guard`"),
        ("--neuron-l1=1", "the key `penalties`"),
        (
            "--phrases",
            "the key `texts` in a file of --recipe: name a preset (sst2, sst2-phrases",
        ),
        ("--decay", "the key `decay`"),
        ("--word-dropout=0.3", "`safr presets --recipe NAME` prints"),
        ("--skip-broken", "--skip-broken is now --layout broken=skip"),
        ("--no-header", "--no-header is now --layout header=no"),
    ] {
        let output = safr(
            folder.path(),
            &[&OWN[..], &[option, "--out", "model"]].concat(),
        );
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(says), "{option}: {error}");
    }
    let output = safr(
        folder.path(),
        &[&OWN[..], &["--recipe", "sst2-pretrained", "--out", "model"]].concat(),
    );
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(error.contains("give it with --start"), "{error}");
    let measure = [
        "evaluate",
        "--task",
        "csv",
        "--data",
        "moods.csv",
        "--model",
        "model",
    ];
    let error = refuses(
        folder.path(),
        &[&measure[..], &["--text-column=a"]].concat(),
    );
    assert!(error.contains("now --layout text=NAME"), "{error}");
    let shift = ["--shift-gates", "-3"];
    let error = refuses(folder.path(), &[&measure[..], &shift].concat());
    assert!(error.contains("now --perturb shift-gates=VALUE"), "{error}");
    for (wrong, says) in [
        (
            "open-gates=1",
            "it must be shuffle-gates=SEED, shift-gates=X",
        ),
        ("shuffle-gates", "a seed is a whole number"),
        (
            "scale-neurons=-1",
            "scale-neurons: it must be a number of 0 or more",
        ),
    ] {
        let error = refuses(
            folder.path(),
            &[&measure[..], &["--perturb", wrong]].concat(),
        );
        assert!(error.contains(says), "{error}");
    }
    let error = refuses(folder.path(), &[&measure[..], &["--rho=1"]].concat());
    assert!(
        !error.contains("--losses"),
        "it never had that option: {error}"
    );
}

#[test]
fn printed_presets_are_files_that_train() {
    let folder = folder();
    let folder = folder.path();
    let list = prints(folder, &["presets"]);
    let names =
        |all: &[(&'static str, &str)]| all.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    for name in [names(Objective::ALL), names(Recipe::ALL)].concat() {
        assert!(list.contains(&format!("\n  {name}\n")), "{name}: {list}");
    }
    let losses = prints(folder, &["presets", "--losses", "safr"]);
    std::fs::write(
        folder.join("mine.toml"),
        losses.replace("\"all\"", "\"important\""),
    )
    .unwrap();
    train(
        folder,
        &[&["--losses", "mine.toml", "--out", "model"], &SMALL[..]].concat(),
    );
    let card = card(&folder.join("model"));
    assert_eq!(card["losses"]["family"]["scale-free"]["apart"], "important");
    let command = card["command"].as_str().unwrap();
    assert!(command.contains(" --losses mine.toml "), "{command}");
}

/// The recipe's values hold but for those that are given; so do the λ of the losses.
#[test]
fn options_override_presets() {
    let folder = folder();
    let folder = folder.path();
    let given = [
        "--epochs",
        "2",
        "--batch-size",
        "7",
        "--lambda-interaction",
        "0.5",
    ];
    train(folder, &[&given[..], &["--out", "model"], &SMALL].concat());
    let card = card(&folder.join("model"));
    let expected = Recipe {
        epochs: 2,
        batch_size: 7,
        ..Recipe::parse(SMALL_RECIPE).unwrap()
    };
    assert_eq!(
        serde_json::from_value::<Recipe>(card["recipe"].clone()).unwrap(),
        expected
    );
    let safr = Objective {
        lambda_interaction: 0.5,
        ..Objective::named("safr").unwrap()
    };
    assert_eq!(
        serde_json::from_value::<Objective>(card["losses"].clone()).unwrap(),
        safr
    );
    assert_eq!(card["lambda_interaction"], 0.5);
}

/// The head of a fresh model reads what suits its losses, or what is asked for; a model that is gone on
/// from keeps its own, unless something else is asked for.
#[test]
fn a_fresh_model_has_the_readout_of_its_losses_or_the_one_asked_for() {
    let folder = folder();
    let folder = folder.path();
    let drawn = |more: &[&str]| train(folder, &[more, &["--epochs", "0"]].concat());
    let config = |model: &str| -> ModelConfig {
        serde_json::from_slice(&read(&folder.join(model).join("config.json"))).unwrap()
    };
    let readout = |model: &str| config(model).readout;
    for (out, more, expected) in [
        ("safr", &[][..], Readout::Neurons),
        ("plain", &["--losses", "plain"], Readout::Neurons),
        ("published", &["--losses", "published"], Readout::Residual),
        ("asked", &["--readout", "residual"], Readout::Residual),
    ] {
        drawn(&[more, &SMALL, &["--out", out]].concat());
        assert_eq!(readout(out), expected, "{out}");
    }
    drawn(&["--start", "asked", "--out", "next"]);
    assert_eq!(readout("next"), Readout::Residual);
    for (start, asked, expected) in [
        ("asked", "neurons", Readout::Neurons),
        ("safr", "residual", Readout::Residual),
    ] {
        drawn(&["--start", start, "--readout", asked, "--out", asked]);
        let [was, is] = [start, asked].map(config);
        assert_eq!(
            (is.readout, is.d_ff, is.vocabulary),
            (expected, was.d_ff, was.vocabulary)
        );
        assert_eq!(is.winners.is_some(), expected == Readout::Neurons);
    }

    // Of two models, the first is the fresh one; the second is trained in a way of its own.
    let other = TWO.replace(
        "epochs = 2",
        "epochs = 2\ndropout = 0.25\nword_dropout = 0.125",
    );
    std::fs::write(folder.join("two.toml"), other).unwrap();
    let two = ["--recipe", "two.toml", "--readout", "residual"];
    train(folder, &[&two[..], &["--out", "two"]].concat());
    for model in ["two/first", "two"] {
        assert_eq!(readout(model), Readout::Residual, "{model}");
        let card = card(&folder.join(model));
        let command = card["command"].as_str().unwrap();
        assert!(command.contains(" --readout residual "), "{command}");
    }
    let dropout = ["two/first", "two"]
        .map(config)
        .map(|of| (of.dropout, of.word_dropout));
    let Start::Fresh(fresh) = Recipe::parse(SMALL_RECIPE).unwrap().start else {
        panic!("the small recipe begins at a fresh model");
    };
    assert_eq!(
        dropout,
        [(fresh.dropout, fresh.word_dropout), (0.25, 0.125)]
    );
}

/// `-h` fits a screen, and each option has its place under a heading.
#[test]
fn the_help_of_train_is_short_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let short = prints(folder.path(), &["train", "-h"]);
    let long = prints(folder.path(), &["train", "--help"]);
    assert!(short.lines().count() <= 40, "{short}");
    let wide: Vec<&str> = short
        .lines()
        .filter(|line| line.chars().count() > 100)
        .collect();
    assert_eq!(wide, Vec::<&str>::new());
    let options = |help: &str| -> Vec<String> {
        let options = help
            .lines()
            .filter_map(|line| line.strip_prefix("      --"));
        options
            .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(options(&short), options(&long));
    assert!(options(&long).len() <= 24, "{:?}", options(&long));
    for heading in ["Data:", "Training:", "Run:"] {
        assert!(short.lines().any(|line| line == heading), "{short}");
    }
}
