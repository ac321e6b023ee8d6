//! A two-layer, three-class model gives the numbers that NumPy computes straight from the
//! formulas (`tests/reference/generate.py`), in both ways of reading and for all losses.

#![cfg(not(target_arch = "wasm32"))]

mod common;

use burn::tensor::Device;
use common::{all_close, close, fixtures, numbers, reference_model, reference_texts};
use safr::explain::{Matrix, allocate, capacity, mean_over_heads, sharing};
use safr::model::{Batch, Reading, Trace, read};
use safr::objective::{Family, GateGuard, Objective, ScaleFree, Space};
use safr::text::Words;
use serde_json::Value;

const TOLERANCE: f64 = 2e-5;

fn trace(fixtures: &Value, reading: Reading) -> Trace {
    let device = Device::flex();
    let model = reference_model(fixtures, reading, &device);
    let ids = reference_texts(fixtures);
    let texts: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
    model.forward(&Batch::new(&texts, &model.config, &device), None)
}

fn check_forward(trace: &Trace, expected: &Value) {
    let values = |tensor| pollster::block_on(read(tensor)).unwrap();
    let last = trace.layers.last().unwrap();
    all_close(
        "logits",
        &values(trace.logits.clone().flatten(0, 1)),
        &numbers(&expected["logits"]),
        TOLERANCE,
    );
    all_close(
        "keep",
        &values(trace.keep.clone().flatten(0, 1)),
        &numbers(&expected["keep"]),
        TOLERANCE,
    );
    all_close(
        "attention",
        &values(last.attention.clone().flatten(0, 3)),
        &numbers(&expected["attention"]),
        TOLERANCE,
    );
    let neurons = last.neurons.clone().narrow(0, 0, 1).flatten(0, 2);
    all_close(
        "neurons",
        &values(neurons),
        &numbers(&expected["neurons"]),
        TOLERANCE,
    );
}

fn check_losses(trace: &Trace, fixtures: &Value, family: Family, expected: &[(&str, &Value)]) {
    let labels: Vec<usize> = serde_json::from_value(fixtures["labels"].clone()).unwrap();
    let objective = Objective::new(family, 1.0, 1.0);
    let losses = pollster::block_on(objective.losses(trace, &labels).read()).unwrap();
    for (name, value) in expected {
        let ours = match *name {
            "cross_entropy" => losses.cross_entropy,
            "importance" => losses.importance,
            "interaction" => losses.interaction,
            _ => losses.guard,
        };
        close(
            &format!("{name} of {family:?}"),
            ours,
            value.as_f64().unwrap(),
            TOLERANCE,
        );
    }
}

#[test]
fn published_reading_and_losses() {
    let fixtures = fixtures();
    let trace = trace(&fixtures, Reading::published(Words::Whitespace));
    let expected = &fixtures["published"];
    check_forward(&trace, expected);
    let losses = ["cross_entropy", "importance", "interaction"].map(|name| (name, &expected[name]));
    check_losses(&trace, &fixtures, Family::Published, &losses);
}

#[test]
fn scale_free_reading_and_losses() {
    let fixtures = fixtures();
    let trace = trace(&fixtures, Reading::scale_free(Words::Whitespace));
    let expected = &fixtures["scale_free"];
    check_forward(&trace, expected);
    let guard = GateGuard::Rate {
        rho: expected["rho"].as_f64().unwrap(),
        weight: 1.0,
    };
    for (space, name) in [(Space::Mlp, "mlp"), (Space::Embedding, "embedding")] {
        let losses = [
            ("cross_entropy", &expected["cross_entropy"]),
            ("guard", &expected["gate_guard"]),
            ("importance", &expected[name]["importance"]),
            ("interaction", &expected[name]["interaction"]),
        ];
        check_losses(
            &trace,
            &fixtures,
            Family::ScaleFree(ScaleFree {
                space,
                guard,
                ..Default::default()
            }),
            &losses,
        );
    }
}

#[test]
fn explanation_numbers() {
    let fixtures = fixtures();
    let expected = &fixtures["explanation"];
    let trace = trace(&fixtures, Reading::scale_free(Words::Whitespace));
    let text = pollster::block_on(trace.read()).unwrap().swap_remove(0);
    let last = text.layers.last().unwrap();
    let check = |what: &str, ours: &[f64], name: &str| {
        let theirs = numbers(&expected[name]);
        assert_eq!(ours.len(), theirs.len(), "{what}");
        for (a, b) in ours.iter().zip(&theirs) {
            close(what, *a, *b, TOLERANCE);
        }
    };
    all_close(
        "gated",
        &text.embedding.values,
        &numbers(&expected["gated"]),
        TOLERANCE,
    );
    all_close(
        "neurons",
        &last.neurons.values,
        &numbers(&expected["neurons"]),
        TOLERANCE,
    );
    let attention = mean_over_heads(&last.attention);
    all_close(
        "attention",
        &attention.values,
        &numbers(&expected["attention"]),
        TOLERANCE,
    );
    check(
        "capacity on embeddings",
        &capacity(&text.embedding),
        "capacity_embeddings",
    );
    check(
        "capacity on neurons",
        &capacity(&last.neurons),
        "capacity_neurons",
    );

    let allocated = allocate(&last.neurons);
    check("N", &allocated.counts, "owned");
    let active = &allocated.allocation.neurons;
    let theirs: Vec<Option<f64>> =
        serde_json::from_value(expected["polysemanticity"].clone()).unwrap();
    assert_eq!(
        active.len(),
        theirs.iter().flatten().count(),
        "active neurons"
    );
    let shares = numbers(&expected["shares"]);
    for (column, &neuron) in active.iter().enumerate() {
        let m = theirs[neuron as usize].unwrap();
        close(
            "m",
            allocated.allocation.polysemanticity[column],
            m,
            TOLERANCE,
        );
        for word in 0..last.neurons.rows {
            let share = shares[word * last.neurons.cols + neuron as usize];
            close(
                "share",
                allocated.allocation.shares.at(word, column).into(),
                share,
                TOLERANCE,
            );
        }
    }
    let sharing: Matrix = sharing(&allocated.allocation.shares, &allocated.counts);
    all_close(
        "S",
        &sharing.values,
        &numbers(&expected["sharing"]),
        TOLERANCE,
    );
}
