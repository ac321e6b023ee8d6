//! Runs in two stages, and how cards tell of them.

use std::path::Path;

use safr::model::{ModelConfig, Readout};
use safr::objective::Objective;
use safr::package::{Package, read_directory};
use safr::presets::{Preset, Recipe, name_of};

use super::command::{SMALL_RECIPE, folder, prints, refuses};
use super::presets::{OWN, TWO, card, rate, read, train};
use crate::common::set;

/// A run in two stages that was killed within the first, between both, or within the second, is in the
/// end the one that was not.
#[test]
fn a_run_in_two_stages_goes_on_exactly() {
    let folder = folder();
    let folder = folder.path();
    let recipe = |epochs: usize| {
        let recipe = SMALL_RECIPE.replace("epochs = 1", &format!("epochs = {epochs}"));
        std::fs::write(folder.join("small.toml"), recipe).unwrap();
    };
    recipe(2);
    std::fs::write(folder.join("two.toml"), TWO).unwrap();
    std::fs::write(folder.join("rate.toml"), rate()).unwrap();
    let two = |out: &str, more: &[&str]| {
        let words = [
            "--recipe",
            "two.toml",
            "--losses",
            "rate.toml",
            "--out",
            out,
        ];
        train(folder, &[&words, more].concat())
    };
    let said = two("whole/model", &[]);
    let stages = [
        "recipe small.toml, losses plain with λ 0 and 0\n54 training texts",
        "recipe two.toml, losses rate.toml with λ 1 and 1\n54 training texts",
    ];
    for stage in stages {
        assert!(said.contains(stage), "{said}");
    }

    // Within the first stage: an epoch of it is done.
    recipe(1);
    let first = ["--recipe", "small.toml", "--losses", "plain"];
    train(
        folder,
        &[&first[..], &["--out", "first/model/first"]].concat(),
    );
    recipe(2);
    let said = two("first/model", &["--resume"]);
    assert!(
        said.contains("resumed after 2 steps, with 1 epochs done"),
        "{said}"
    );

    // Between both: the first stage is done.
    copy(
        &folder.join("whole/model/first"),
        &folder.join("between/model/first"),
    );
    let error = refuses(
        folder,
        &[
            &OWN[..],
            &["--recipe", "two.toml", "--out", "between/model"],
        ]
        .concat(),
    );
    assert!(error.contains("already holds a model"), "{error}");
    two("between/model", &["--resume"]);

    // Within the second: an epoch of it is done.
    two("second/model", &["--epochs", "1"]);
    let said = two("second/model", &["--resume"]);
    assert!(
        said.contains("resumed after 4 steps, with 1 epochs done"),
        "{said}"
    );

    let whole = folder.join("whole/model");
    for other in ["first", "between", "second"] {
        let other = folder.join(other).join("model");
        for file in ["model.safetensors", "first/model.safetensors", "card.json"] {
            assert!(
                read(&other.join(file)) == read(&whole.join(file)),
                "{}: {file}",
                other.display()
            );
        }
    }
    let error = refuses(
        folder,
        &[
            &OWN[..],
            &["--recipe", "two.toml", "--resume", "--out", "none"],
        ]
        .concat(),
    );
    assert!(error.contains("nothing to resume in none"), "{error}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(std::fs::copy(&path, &to).unwrap()),
        }
    }
}

#[test]
fn what_cannot_go_before_a_recipe_is_refused_first() {
    let folder = folder();
    let folder = folder.path();
    let refused = |two: &str, more: &[&str], says: &str| {
        std::fs::write(folder.join("two.toml"), two).unwrap();
        let words = [&OWN[..], &["--recipe", "two.toml", "--out", "model"], more].concat();
        let error = refuses(folder, &words);
        assert!(error.contains(says), "{error}");
        assert!(!folder.join("model").exists());
    };
    refused(
        TWO,
        &["--losses", "published"],
        "read texts differently from those of published",
    );
    refused(
        &TWO.replace("small", "two"),
        &[],
        "only one may come before",
    );
    refused(
        &TWO.replace("small", "none"),
        &[],
        "begins after the recipe none.toml: ",
    );
    let phrases = TWO.replace("small.toml", "sst2-phrases");
    std::fs::write(folder.join("two.toml"), phrases).unwrap();
    let words = [&OWN[..], &["--recipe", "two.toml", "--out", "model"]].concat();
    let error = refuses(folder, &words);
    assert!(
        error.contains("only the trees of --task sst2 have labelled phrases"),
        "{error}"
    );
}

/// What a card says trains the very model, in each of its stages.
#[test]
fn the_command_of_a_card_repeats_the_model() {
    let folder = folder();
    let folder = folder.path();
    std::fs::write(folder.join("two.toml"), TWO).unwrap();
    let title = ["--seed", "5", "--title", "Two stages", "--out", "model"];
    train(
        folder,
        &[&["--recipe", "two.toml", "--freeze-embeddings"], &title[..]].concat(),
    );
    train(
        folder,
        &[
            "--start",
            "model/first",
            "--epochs",
            "1",
            "--losses=vmask",
            "--out",
            "next",
        ],
    );
    for (model, says) in [
        (
            "model",
            "--losses safr --recipe two.toml --freeze-embeddings --seed 5 --title \"Two stages\" ",
        ),
        (
            "model/first",
            "--losses plain --recipe small.toml --freeze-embeddings --seed 5 ",
        ),
        (
            "next",
            "--losses vmask --recipe csv --epochs 1 --start first ",
        ),
    ] {
        let command = card(&folder.join(model))["command"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(command.contains(says), "{command}");
        let again = format!("again-{}", model.replace('/', "-"));
        let words = command
            .replace("--data DIR", "--data moods.csv")
            .replace("--out DIR", &format!("--out {again}"))
            .replace("--start first", "--start model/first")
            .replace("\"Two stages\"", "Two-stages");
        let words: Vec<&str> = words.split(' ').skip(1).collect();
        prints(folder, &words);
        let weights = |model: &str| read(&folder.join(model).join("model.safetensors"));
        assert!(weights(&again) == weights(model), "{command}");
    }
}

/// However options are written, a card tells nothing of the machine's folders.
#[test]
fn a_card_holds_no_path_of_the_machine() {
    let folder = folder();
    let folder = folder.path();
    let at = |option: &str, name: &str| format!("--{option}={}", folder.join(name).display());
    std::fs::write(folder.join("extra.txt"), "zest\n").unwrap();
    std::fs::write(folder.join("v.vocab.txt"), "zest\nfilm\n").unwrap();
    let rows: Vec<u8> = [1.0_f32; 16]
        .into_iter()
        .flat_map(f32::to_le_bytes)
        .collect();
    std::fs::write(folder.join("v.f32le.bin"), rows).unwrap();
    let data = [at("data", "moods.csv"), at("out", "model")];
    let more = [
        at("recipe", "small.toml"),
        at("vectors", "v.f32le.bin"),
        at("extra-words", "extra.txt"),
    ];
    let given = data.iter().chain(&more).map(String::as_str);
    let train = ["train", "--task=csv", "--losses=plain"];
    prints(folder, &train.into_iter().chain(given).collect::<Vec<_>>());
    let next = [
        at("data", "moods.csv"),
        at("out", "next"),
        at("start", "model"),
    ];
    let given = next.iter().map(String::as_str).chain(["--epochs=1"]);
    prints(folder, &train.into_iter().chain(given).collect::<Vec<_>>());
    for (model, says) in [
        (
            "model",
            "safr train --task csv --data DIR --vectors v.f32le.bin --extra-words extra.txt --losses plain --recipe small.toml --out DIR",
        ),
        (
            "next",
            "safr train --task csv --data DIR --losses plain --recipe csv --start model --epochs 1 --out DIR",
        ),
    ] {
        let json = String::from_utf8(read(&folder.join(model).join("card.json"))).unwrap();
        assert!(!json.contains(&folder.display().to_string()), "{json}");
        let card = card(&folder.join(model));
        let words = |command: &str| {
            let mut words: Vec<String> = command.split(" --").map(str::to_owned).collect();
            words.sort();
            words
        };
        assert_eq!(words(card["command"].as_str().unwrap()), words(says));
    }
}

/// The one command of the README, on a few of the treebank's sentences.
#[test]
fn the_default_is_safr_in_two_stages() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for part in ["train.txt", "dev.txt"] {
        let trees = String::from_utf8(read(&set("sst-trees").join(part))).unwrap();
        let few: Vec<&str> = trees.lines().take(12).collect();
        std::fs::write(folder.join(part), few.join("\n")).unwrap();
    }
    prints(
        folder,
        &["train", "--task", "sst2", "--data", ".", "--out", "m"],
    );
    let model = Package::from_files(&read_directory(&folder.join("m")).unwrap()).unwrap();
    let losses = model.card.losses.unwrap();
    assert_eq!(Some(losses), Objective::named("safr"));
    let recipe = Recipe::named("sst2");
    assert_eq!(model.card.recipe, recipe);
    let first = Package::from_files(&read_directory(&folder.join("m/first")).unwrap()).unwrap();
    assert_eq!(
        first.card.losses.as_ref().and_then(name_of),
        Some("open-gate")
    );
    assert_eq!(first.card.recipe, Recipe::named("sst2-phrases"));
    let goes_on = recipe.unwrap().trains(first.config);
    let expected = ModelConfig {
        winners: losses.winners(Readout::Neurons),
        ..goes_on
    };
    assert_eq!(model.config, expected);
}
