//! The published model and losses give the authors' numbers, through `safr import` and
//! `safr forward`, and the authors' gradients.

mod wrapped;

use std::path::Path;
use std::process::Command;

use burn::optim::GradientsParams;
use burn::tensor::Device;
use safr::model::{Batch, Classifier};
use safr::objective::{Family, Objective};
use safr::package::{Package, read_directory};
use serde_json::Value;

use crate::common::{close, numbers, reference};

fn safr(arguments: &[&str]) {
    succeeded(Command::new(env!("CARGO_BIN_EXE_safr")).args(arguments));
}

/// `safr import` of `checkpoint` to `out`.
fn import(checkpoint: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
    command.args(["import", "--heads", "4", "--pytorch"]);
    command.arg(checkpoint).arg("--out").arg(out);
    command
}

fn succeeded(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn imported(folder: &Path) -> String {
    let model = folder.join("tiny");
    succeeded(&mut import(&reference("tiny.pth"), &model));
    model.display().to_string()
}

fn tiny() -> Value {
    serde_json::from_str(&std::fs::read_to_string(reference("tiny.json")).unwrap()).unwrap()
}

#[track_caller]
fn same(what: &str, ours: &Value, theirs: &Value) {
    let (ours, theirs) = (numbers(ours), numbers(theirs));
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (a, b) in ours.iter().zip(&theirs) {
        close(what, *a, *b, 1e-5);
    }
}

#[test]
fn forward_gives_the_authors_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let model = imported(folder.path());
    let ids = reference("tiny.json").display().to_string();
    let out = folder.path().join("out.json").display().to_string();
    safr(&["forward", "--model", &model, "--ids", &ids, "--out", &out]);

    let ours: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    let theirs = tiny();
    same("logits", &ours["logits"], &theirs["logits"]);
    same("keep", &ours["keep"], &theirs["keep"]);
    let rows = theirs["attention"].as_array().unwrap().len();
    let attention = Value::from(ours["attention"].as_array().unwrap()[..rows].to_vec());
    same("attention", &attention, &theirs["attention"]);
    same("cross-entropy", &ours["cross_entropy"], &theirs["ce"]);
    same(
        "importance",
        &ours["published"]["importance"],
        &theirs["importance"],
    );
    same(
        "interaction",
        &ours["published"]["interaction"],
        &theirs["interaction"],
    );
}

#[test]
fn gradients_have_the_authors_norms() {
    let folder = tempfile::tempdir().unwrap();
    let model = imported(folder.path());
    let package = Package::from_files(&read_directory(Path::new(&model)).unwrap()).unwrap();
    let theirs = tiny();
    let ids: Vec<Vec<u32>> = serde_json::from_value(theirs["ids"].clone()).unwrap();
    let labels: Vec<usize> = serde_json::from_value(theirs["labels"].clone()).unwrap();
    let texts: Vec<&[u32]> = ids
        .iter()
        .map(|ids| ids.split(|&id| id == 0).next().unwrap())
        .collect();

    let device = Device::flex().autodiff();
    let classifier = Classifier::new(&package.config, &package.weights, &device).unwrap();
    let trace = classifier.forward(&Batch::new(&texts, &package.config, &device), None);
    let objective = Objective::new(Family::Published, 1.0, 1.0);
    let total = objective.total(&objective.losses(&trace, &labels));
    let gradients = GradientsParams::from_grads(total.backward(), &classifier);
    let gradients = pollster::block_on(classifier.gradients(&gradients)).unwrap();

    let norms = theirs["grad_norms"].as_object().unwrap();
    assert_eq!(norms.len(), gradients.len());
    for (name, norm) in norms {
        let squares = gradients[name].values.iter().map(|&g| f64::from(g).powi(2));
        close(
            name,
            squares.sum::<f64>().sqrt(),
            norm.as_f64().unwrap(),
            1e-4,
        );
    }
}
