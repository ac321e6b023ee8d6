//! A two-layer, three-class model gives the numbers that NumPy computes straight from the
//! formulas (`tests/reference/generate.py`), in both ways of reading and for all losses.

use burn::tensor::Device;
use safr::evaluate::{EncodedExample, Marked, Text, knockout};
use safr::explain::{
    Explanation, Matrix, TraceNumbers, allocate, argmax, capacity, centred, evidence, explain,
    margin_factor, mean_over_heads, parts, sharing, weighed, weighted_sharing,
};
use safr::model::{Batch, Classifier, Reading, Readout, Trace, read};
use safr::objective::{Family, GateGuard, Objective, ScaleFree, Space, scale_free};
use safr::text::{ReadText, ReadWord, Tokenizer};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::common::{
    all_close, close, fixtures, numbers, reference_model, reference_texts, reference_variant,
};

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
    let trace = trace(&fixtures, Reading::published(Tokenizer::Whitespace));
    let expected = &fixtures["published"];
    check_forward(&trace, expected);
    let losses = ["cross_entropy", "importance", "interaction"].map(|name| (name, &expected[name]));
    check_losses(&trace, &fixtures, Family::Published, &losses);
}

#[test]
fn scale_free_reading_and_losses() {
    let fixtures = fixtures();
    let trace = trace(&fixtures, Reading::scale_free(Tokenizer::Whitespace));
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
                ..ScaleFree::PLAIN
            }),
            &losses,
        );
    }
}

#[test]
fn explanation_numbers() {
    let fixtures = fixtures();
    let expected = &fixtures["explanation"];
    let trace = trace(&fixtures, Reading::scale_free(Tokenizer::Whitespace));
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

/// Models of one and two blocks, of either readout and reading, as NumPy splits their logits and knocks
/// out their neurons.
#[test]
fn evidence_contributions_and_knockouts() {
    let fixtures = fixtures();
    let variants = fixtures["variants"].as_array().unwrap();
    assert_eq!(variants.len(), 6);
    for expected in variants {
        let readout: Readout = serde_json::from_value(expected["readout"].clone()).unwrap();
        let reading = match expected["reading"].as_str().unwrap() {
            "published" => Reading::published(Tokenizer::Whitespace),
            _ => Reading::scale_free(Tokenizer::Whitespace),
        };
        let layers = expected["layers"].as_u64().unwrap() as usize;
        let model = reference_variant(&fixtures, reading, readout, layers, &Device::flex());
        let ids = reference_texts(&fixtures);
        let texts: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        let trace = model.forward(&Batch::new(&texts, &model.config, &Device::flex()), None);
        if let Some(losses) = expected.get("losses") {
            check_losses_on_evidence(&trace, losses.as_array().unwrap());
        }
        let contributions = model.contributions(&trace);
        let traces = pollster::block_on(trace.read_with(Some(contributions))).unwrap();
        check_parts(&traces[0], &expected["text"]);
        check_by_evidence(&traces[0], &expected["text"]);
        check_knockouts(&model, &ids, &fixtures["marked"], &expected["knockout"]);
    }
}

/// Both losses in each form.
fn check_losses_on_evidence(trace: &Trace, expected: &[Value]) {
    assert_eq!(expected.len(), 6);
    for expected in expected {
        let form = ScaleFree {
            space: Space::Evidence,
            apart: form(expected, "apart"),
            overlap: form(expected, "overlap"),
            weight: form(expected, "weight"),
            pairs: form(expected, "pairs"),
            ..ScaleFree::PLAIN
        };
        let (importance, interaction) = scale_free::losses(trace, &form);
        for (name, loss) in [("importance", importance), ("interaction", interaction)] {
            let ours = pollster::block_on(read(loss.mean())).unwrap()[0];
            let theirs = expected[name].as_f64().unwrap();
            close(&format!("{name} of {form}"), ours.into(), theirs, TOLERANCE);
        }
    }
}

/// A form by its name in the fixtures.
fn form<T: DeserializeOwned>(expected: &Value, key: &str) -> T {
    serde_json::from_value(expected[key].clone()).unwrap()
}

/// What the neurons and the words say of each class.
fn check_parts(text: &TraceNumbers, expected: &Value) {
    let check = |name: &str, ours: &[f32]| {
        all_close(name, ours, &numbers(&expected[name]), TOLERANCE);
    };
    let factor = margin_factor(text.logits.len()) as f32;
    let said = evidence(text, argmax(&text.logits));
    let said: Vec<f32> = said.values.iter().map(|said| said / factor).collect();
    check("evidence", &said);
    let logits = centred(&text.logits).into_iter();
    check(
        "logits",
        &logits.map(|logit| logit as f32).collect::<Vec<_>>(),
    );
    let parts = text.contributions.as_ref().unwrap();
    let brought: Vec<f32> = parts
        .brought
        .iter()
        .flat_map(|m| m.values.clone())
        .collect();
    check("brought", &brought);
    let words: Vec<Vec<f32>> = (0..text.ids.len()).map(|k| parts.of_word(k)).collect();
    check("words", &words.concat());
    check("to_padding", &parts.to_padding.concat());
    check("places", &parts.places.concat());
    for (name, ours) in [
        ("padding_places", &parts.padding_places),
        ("past", &parts.past),
        ("positions", &parts.positions),
        ("biases", &parts.biases),
        ("padding", &parts.padding),
        ("head", &parts.head),
    ] {
        check(name, ours);
    }
}

/// Capacity, decisions and sharing of words by what their neurons say.
fn check_by_evidence(text: &TraceNumbers, expected: &Value) {
    let check = |name: &str, ours: &[f64]| {
        let theirs = numbers(&expected[name]);
        assert_eq!(ours.len(), theirs.len(), "{name}");
        ours.iter()
            .zip(theirs)
            .for_each(|(a, b)| close(name, *a, b, TOLERANCE));
    };
    check("capacity", &capacity(&weighed(text)));
    let words = explained(text).words;
    let decides: Vec<f64> = words.iter().map(|word| word.decides).collect();
    check("decides", &decides);
    let allocation = allocate(&text.last_layer().neurons).allocation;
    let parts = parts(&evidence(text, argmax(&text.logits)));
    let weights: Vec<f64> = allocation
        .neurons
        .iter()
        .map(|&n| parts[n as usize])
        .collect();
    let sharing = weighted_sharing(&allocation.shares, &weights);
    let sharing: Vec<f64> = sharing.values.iter().map(|&value| value.into()).collect();
    check("sharing", &sharing);
}

/// The explanation of a text of which only the ids are known.
fn explained(text: &TraceNumbers) -> Explanation {
    let words = text.ids.iter().map(|&id| ReadWord {
        text: id.to_string(),
        start: 0,
        end: 0,
        id,
        known: true,
        pieces: Vec::new(),
    });
    let read = ReadText::of_words(words.collect(), None);
    let classes: Vec<String> = (0..text.logits.len()).map(|k| k.to_string()).collect();
    explain("reference", "", &read, &classes, Some(text))
}

/// What `safr evaluate --measures knockout` says of each text.
fn check_knockouts(model: &Classifier, ids: &[Vec<u32>], marked: &Value, expected: &Value) {
    let texts: Vec<Text> = ids
        .iter()
        .enumerate()
        .map(|(at, ids)| {
            let places: Vec<usize> = serde_json::from_value(marked[at].clone()).unwrap();
            Text {
                example: EncodedExample::of_words(
                    ids,
                    expected[at]["without_neurons"].as_u64().unwrap() as usize,
                ),
                reference: None,
                marked: vec![Marked {
                    source: "people",
                    words: (0..ids.len()).map(|word| places.contains(&word)).collect(),
                }],
            }
        })
        .collect();
    let columns = pollster::block_on(knockout(model, &texts, |_| {})).unwrap();
    assert_eq!(columns.len(), 9);
    for column in columns {
        let (measure, choice) = column.name.split_once('/').unwrap();
        let measure = match measure {
            "knockout_error" => "error",
            other => other,
        };
        for (at, value) in column.values.iter().enumerate() {
            let theirs = match measure {
                "without_neurons" => Some(1.0),
                _ => expected[at][measure][choice].as_f64(),
            };
            let what = format!("{} of text {at}", column.name);
            assert_eq!(value.is_some(), theirs.is_some(), "{what}");
            if let (Some(ours), Some(theirs)) = (value, theirs) {
                close(&what, f64::from(*ours), theirs, 1e-4);
            }
        }
    }
}
