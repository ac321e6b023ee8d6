//! What is switched off or turned up: the same as passes without it, and explained as exactly as the whole model.

use std::process::Command;

use burn::tensor::Device;
use pollster::block_on;
use safr::attribute::{Part, ablated_logits};
use safr::engine::{EngineError, LoadedModel};
use safr::explain::{Changes, Explanation, TraceNumbers};
use safr::model::{Batch, Classifier, ModelConfig, Readout};
use safr::package::{Precision, write_directory};

use crate::common::complete::{assert_whole, configs, lively};
use crate::common::{all_close, assert_complete, small_package_of, winners};

const TEXT: [u32; 5] = [2, 3, 4, 5, 3];

fn changes(parts: &str) -> Changes {
    parts.parse().unwrap()
}

fn model(config: &ModelConfig) -> Classifier {
    Classifier::new(config, &lively(config, 5), &Device::flex()).unwrap()
}

fn traced(model: &Classifier, changes: &Changes) -> TraceNumbers {
    let changed = model.changed(changes);
    let batch = Batch::new(&[TEXT.as_slice()], &model.config, &model.device());
    let trace = changed.forward_without_words(&batch, changes);
    let contributions = changed.contributions(&trace);
    let mut traces = block_on(trace.read_with(Some(contributions))).unwrap();
    traces.remove(0)
}

fn doubles(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

#[test]
fn a_part_that_is_off_is_as_if_a_pass_had_been_made_without_it() {
    for config in configs() {
        let model = model(&config);
        let layer = config.layers - 1;
        let cases = [
            (
                "neuron:0 neuron:3 neuron:7",
                Part::Neurons {
                    layer,
                    neurons: vec![0, 3, 7],
                },
            ),
            ("head:1", Part::Head { layer, head: 1 }),
            ("word:2", Part::Word(2)),
        ];
        for (parts, part) in cases {
            let without = block_on(ablated_logits(&model, &TEXT, &[part])).unwrap();
            let found = traced(&model, &changes(parts)).logits;
            all_close(
                &format!("{config:?} {parts}"),
                &found,
                &doubles(&without[1]),
                1e-5,
            );
            assert_ne!(without[0], without[1], "{parts} changes nothing");
        }
    }
}

#[test]
fn the_logits_of_a_changed_model_are_still_the_sum_of_their_parts() {
    for config in configs() {
        let model = model(&config);
        for parts in [
            "",
            "neuron:1=2.5 neuron:4",
            "head:0=0.5",
            "word:0 word:4",
            "neuron:2=3 head:1 word:1",
        ] {
            assert_whole(
                &format!("{config:?} {parts}"),
                &traced(&model, &changes(parts)),
            );
        }
    }
}

/// The head reads the neurons: a logit is linear in the strength of each.
#[test]
fn a_neuron_turned_up_says_so_much_more() {
    for config in configs().filter(|config| config.readout == Readout::Neurons) {
        let model = model(&config);
        let logits = |parts: &str| doubles(&traced(&model, &changes(parts)).logits);
        let (off, whole) = (logits("neuron:1 neuron:6"), logits(""));
        for strength in [0.5, 2.0, 3.0] {
            let turned = format!("neuron:1={strength} neuron:6={strength}");
            let found = traced(&model, &changes(&turned)).logits;
            let expected = off
                .iter()
                .zip(&whole)
                .map(|(off, whole)| off + strength * (whole - off));
            all_close(&turned, &found, &expected.collect::<Vec<_>>(), 1e-5);
        }
    }
}

#[test]
fn an_explanation_says_what_was_changed_and_is_whole() {
    for readout in [Readout::Residual, Readout::Neurons] {
        let package = block_on(small_package_of(readout, winners_of(readout)));
        let model = LoadedModel::of(package, &Device::flex()).unwrap();
        let explain = |parts: &str| -> Result<Explanation, EngineError> {
            block_on(model.explain_changed("a good film", &changes(parts)))
        };
        let whole = block_on(model.explain("a good film")).unwrap();
        assert_eq!(explain("").unwrap(), whole);
        let json = serde_json::to_value(&whole).unwrap();
        assert!(json.get("changes").is_none(), "nothing was changed");

        let changed = explain("neuron:0 neuron:1=2 word:1").unwrap();
        assert_complete(&changed);
        assert_eq!(changed.words[1].keep, 0.0);
        assert_ne!(changed.prediction, whole.prediction);
        let json = serde_json::to_string(&changed).unwrap();
        let read: Explanation = serde_json::from_str(&json).unwrap();
        assert_eq!(read.changes, changes("neuron:0 neuron:1=2 word:1"));

        for (parts, says) in [
            ("neuron:5000", "none has the number 5000"),
            ("head:8", "none has the number 8"),
            ("word:3", "reads 3 words"),
        ] {
            let error = explain(parts).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}

fn winners_of(readout: Readout) -> Option<safr::model::Winners> {
    (readout == Readout::Neurons).then(|| winners(2, 0.6))
}

#[test]
fn the_command_explains_a_changed_model() {
    let folder = tempfile::tempdir().unwrap();
    let package = block_on(small_package_of(Readout::Neurons, None));
    let files = package.to_files(Precision::F32).unwrap();
    write_directory(&folder.path().join("small"), &files).unwrap();
    let safr = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_safr"))
            .current_dir(folder.path())
            .args(["explain", "--model", "small", "a good film"])
            .args(more)
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let parts = "neuron:0,neuron:1=2,word:1";
    let (code, json, _) = safr(&["--without", parts, "--json", "-"]);
    let printed: Explanation = serde_json::from_str(&json).unwrap();
    let model = LoadedModel::of(package, &Device::flex()).unwrap();
    let expected = block_on(model.explain_changed("a good film", &changes(parts))).unwrap();
    assert_eq!((code, &printed.changes), (Some(0), &expected.changes));
    let probabilities = |explanation: Explanation| explanation.prediction.unwrap().probabilities;
    let whole = block_on(model.explain("a good film"))
        .unwrap()
        .prediction
        .unwrap();
    all_close(
        "changed",
        &probabilities(printed),
        &doubles(&probabilities(expected)),
        1e-5,
    );

    let (_, table, _) = safr(&["--without", parts]);
    let class = &whole.classes[whole.predicted];
    let said = format!(
        "the whole model: {class} {:.4}",
        whole.probabilities[whole.predicted]
    );
    assert!(table.starts_with(&said), "{table}");
    assert!(
        table.contains("changed (neuron:0 neuron:1=2 word:1)"),
        "{table}"
    );
    let (code, _, error) = safr(&["--without", "neurone:1"]);
    assert!(code == Some(2) && error.contains("neuron:N"), "{error}");
    let (code, _, error) = safr(&["--without", "word:7"]);
    assert!(
        code == Some(1) && error.contains("reads 3 words"),
        "{error}"
    );
}
