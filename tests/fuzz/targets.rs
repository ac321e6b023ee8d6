//! What is read, each kind of file in the way in which it reaches the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use burn::tensor::Device;
use pollster::block_on;
use safr::chart::{Chart, Excerpt, csv, read, svg};
use safr::cli;
use safr::engine::{DataChoices, LoadedModel, examine};
use safr::evaluate::{Comparison, Report, Variant, compare};
use safr::package::{
    Card, Files, checksum, model_of_zip, names, read_directory, tensors_of, zip_of,
};
use serde_json::to_vec;

use crate::mutate::{Random, mutate};
use crate::seeds::{CORPUS, JSON_LINES, PREFIXED, Seeds, TABLES};

/// What the command may be told about a table.
const LAYOUTS: [&str; 14] = [
    "header=no",
    "header=yes",
    "delimiter=;",
    "delimiter=\\t",
    "quotes=no",
    "encoding=utf-16le",
    "encoding=windows-1252",
    "encoding=shift_jis",
    "labels=merge",
    "broken=skip",
    "text=text",
    "text=2",
    "label=label",
    "label=1",
];

/// A kind of file.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Mutates a file of that kind, and reads it, or is told that it cannot be read.
    pub(crate) run: fn(&Seeds, &mut Random) -> bool,
}

/// All of them.
pub(crate) const TARGETS: [Target; 14] = [
    Target {
        name: "safetensors",
        run: |seeds, random| model_file(seeds, names::WEIGHTS, random),
    },
    Target {
        name: "card",
        run: |seeds, random| model_file(seeds, names::CARD, random),
    },
    Target {
        name: "config",
        run: |seeds, random| model_file(seeds, names::CONFIG, random),
    },
    Target {
        name: "vocabulary",
        run: |seeds, random| model_file(seeds, names::VOCABULARY, random),
    },
    Target {
        name: "zip",
        run: zip,
    },
    Target {
        name: "checkpoint",
        run: checkpoint,
    },
    Target {
        name: "table",
        run: |seeds, random| labelled(seeds, random.pick(&TABLES).as_bytes(), random),
    },
    Target {
        name: "json-lines",
        run: |seeds, random| labelled(seeds, JSON_LINES.as_bytes(), random),
    },
    Target {
        name: "prefixed",
        run: |seeds, random| labelled(seeds, PREFIXED.as_bytes(), random),
    },
    Target {
        name: "layout",
        run: layout,
    },
    Target {
        name: "word-list",
        run: word_list,
    },
    Target {
        name: "report",
        run: report,
    },
    Target {
        name: "explanation",
        run: explanation,
    },
    Target {
        name: "corpus",
        run: corpus,
    },
];

/// A file of a model directory, and the checksum of the mutant in its card.
fn model_file(seeds: &Seeds, name: &str, random: &mut Random) -> bool {
    let mut files = random.pick(&seeds.models).clone();
    let mutant = mutate(&files[name], random);
    if name == names::WEIGHTS {
        let _ = tensors_of(&mutant);
    }
    if name != names::CARD {
        let mut card: Card = serde_json::from_slice(&files[names::CARD]).expect("a card");
        card.sha256.insert(name.to_owned(), checksum(&mutant));
        files.insert(names::CARD.to_owned(), to_vec(&card).expect("JSON"));
    }
    files.insert(name.to_owned(), mutant);
    explain(&files)
}

fn zip(seeds: &Seeds, random: &mut Random) -> bool {
    model_of_zip(&mutate(&seeds.zip, random)).is_ok_and(|files| explain(&files))
}

/// A checkpoint: its zip, or one of the files in it.
fn checkpoint(seeds: &Seeds, random: &mut Random) -> bool {
    let mutant = match random.below(4) {
        0 => mutate(&seeds.checkpoint, random),
        part => {
            let mut parts = seeds.parts.clone();
            let all: Vec<String> = parts.keys().cloned().collect();
            let name = match part {
                1 => random.pick(&all),
                _ => "archive/data.pkl",
            };
            let mutant = mutate(&parts[name], random);
            parts.insert(name.to_owned(), mutant);
            zip_of(&parts).expect("a zip")
        }
    };
    let (file, out) = (seeds.path("checkpoint.pth"), seeds.path("imported"));
    fs::write(&file, mutant).expect("a file");
    let _ = fs::remove_dir_all(&out);
    let imported = run("import --heads 4", &[("--pytorch", &file), ("--out", &out)]);
    match imported {
        Ok(()) => explain(&read_directory(&out).expect("a model")),
        Err(_) => {
            assert!(!out.exists(), "a failed import leaves nothing");
            false
        }
    }
}

/// A file of labelled texts, as for fine-tuning.
fn labelled(seeds: &Seeds, whole: &[u8], random: &mut Random) -> bool {
    let choices = DataChoices {
        skip_broken: random.below(2) == 0,
        merge_labels: random.below(2) == 0,
        ..DataChoices::default()
    };
    let (report, _) = examine(&mutate(whole, random), &choices, &seeds.package);
    report.problem.is_none()
}

/// A file of labelled texts, as the command reads it where it is told how.
fn layout(seeds: &Seeds, random: &mut Random) -> bool {
    let whole = random.pick(&[TABLES[0], TABLES[1], TABLES[2], JSON_LINES, PREFIXED]);
    let [table, words] = ["own.csv", "words.txt"].map(|name| seeds.path(name));
    fs::write(&table, mutate(whole.as_bytes(), random)).expect("a file");
    let mut options = vec![("--data", &*table), ("--out", &words)];
    for _ in 0..random.below(4) {
        options.push(("--layout", Path::new(random.pick(&LAYOUTS))));
    }
    run("words --task csv --split test", &options).is_ok()
}

/// The words of a checkpoint, as `safr import --vocabulary` takes them.
fn word_list(seeds: &Seeds, random: &mut Random) -> bool {
    let words: Vec<String> = seeds.words();
    let numbered = words.iter().zip(0..).collect::<BTreeMap<_, usize>>();
    let whole = match random.below(2) {
        0 => to_vec(&words).expect("JSON"),
        _ => to_vec(&numbered).expect("JSON"),
    };
    let [file, list, out] =
        ["checkpoint.pth", "words.json", "imported"].map(|name| seeds.path(name));
    fs::write(&file, &seeds.checkpoint).expect("a file");
    fs::write(&list, mutate(&whole, random)).expect("a file");
    let _ = fs::remove_dir_all(&out);
    let options = [
        ("--pytorch", &*file),
        ("--vocabulary", &list),
        ("--out", &out),
    ];
    match run("import --heads 4", &options) {
        Ok(()) => explain(&read_directory(&out).expect("a model")),
        Err(_) => {
            assert!(!out.exists(), "a failed import leaves nothing");
            false
        }
    }
}

/// A report that is compared with what it was made of.
fn report(seeds: &Seeds, random: &mut Random) -> bool {
    let whole = to_vec(&seeds.report).expect("JSON");
    let mutant = String::from_utf8_lossy(&mutate(&whole, random)).into_owned();
    let Ok(mutant) = Report::from_json(&mutant) else {
        return false;
    };
    let variants = [seeds.report.clone(), mutant].map(|report| Variant {
        name: report.model.clone(),
        runs: vec![report],
    });
    let Ok(comparison) = compare(&variants, &[], 20, 0) else {
        return false;
    };
    // What is not finite is written as nothing, and read back as what no text defines.
    let json = serde_json::to_string(&comparison).expect("JSON");
    let read: Comparison = serde_json::from_str(&json).expect("a comparison");
    assert!(read == comparison, "a number that is not finite: {json}");
    true
}

/// An explanation that was taken home, and is drawn.
fn explanation(seeds: &Seeds, random: &mut Random) -> bool {
    let mutant = mutate(seeds.explanation.as_bytes(), random);
    let Ok((explanation, curves)) = read(&String::from_utf8_lossy(&mutant)) else {
        return false;
    };
    for chart in Chart::ALL {
        let excerpt = Excerpt {
            explanation: &explanation,
            curves: curves.as_ref(),
            chart,
        };
        svg(&excerpt).expect("a figure");
        csv(&excerpt).expect("rows");
    }
    true
}

/// A corpus, each of whose lines has a record.
fn corpus(seeds: &Seeds, random: &mut Random) -> bool {
    let [model, corpus, out] =
        ["model", "corpus.txt", "records.jsonl"].map(|name| seeds.path(name));
    fs::write(&corpus, mutate(CORPUS.as_bytes(), random)).expect("a file");
    let options = [("--model", &*model), ("--corpus", &corpus), ("--out", &out)];
    if let Err(error) = run("explain", &options) {
        assert!(error.contains(" could not be explained"), "{error}");
    }
    true
}

/// Runs the command.
fn run(command: &str, options: &[(&str, &Path)]) -> Result<(), String> {
    let words = format!("safr {command}");
    let mut arguments: Vec<_> = words.split(' ').map(Into::into).collect();
    for (name, value) in options {
        arguments.extend([(*name).into(), value.as_os_str().to_owned()]);
    }
    cli::run(arguments).map_err(|error| format!("{error:#}"))
}

/// Explains a text, if the files are a model: with probabilities, or not at all.
fn explain(files: &Files) -> bool {
    let Ok(model) = LoadedModel::new(files, &Device::flex()) else {
        return false;
    };
    let Ok(explanation) = block_on(model.explain("it's a very good film, not bad")) else {
        return false;
    };
    let prediction = explanation.prediction.expect("a text with words");
    let sum: f32 = prediction.probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-3, "probabilities of {sum} in all");
    true
}
