//! What the neurons' cards say of ablation is what a forward pass without the neuron says.

use burn::tensor::Device;
use pollster::block_on;
use safr::attribute::logit_changes;
use safr::evaluate::{EncodedExample, neuron_statistics};
use safr::explain::softmax;
use safr::model::{Batch, Classifier, ModelConfig, Reading, Readout, Weights, read};
use safr::text::{Tokenizer, Vocabulary};

use crate::common::{close, small_config, small_weights};

const TEXTS: [&[u32]; 4] = [&[2, 3, 4, 5, 2], &[6], &[7, 8, 1, 9, 10, 11, 3], &[3, 3]];

/// One and two blocks, padding with and without effect, neurons that are written back or read.
fn configs() -> Vec<ModelConfig> {
    let readings = [
        Reading::published(Tokenizer::Whitespace),
        Reading::scale_free(Tokenizer::Default),
    ];
    let both = |layers| readings.map(|reading| small_config(layers, reading));
    let read_by_the_head = |config: ModelConfig| {
        Readout::ALL.map(|readout| ModelConfig {
            readout,
            ..config.clone()
        })
    };
    let all = [1, 2].into_iter().flat_map(both);
    all.flat_map(read_by_the_head).collect()
}

/// Weights whose norms are not the identity, so that γ and β matter.
fn weights(config: &ModelConfig) -> Weights {
    let mut weights = small_weights(config, 3);
    for (name, array) in &mut weights {
        if name.contains("norm") {
            let drawn = (0..array.values.len()).map(|at| 0.3 + (at as f32 * 0.7).sin());
            array.values = drawn.collect();
        }
    }
    weights
}

/// The weights without neuron `neuron` of the last block: its column of W_2, or of the head, is 0.
fn without(config: &ModelConfig, weights: &Weights, neuron: usize) -> Weights {
    let mut weights = weights.clone();
    let name = match config.readout {
        Readout::Residual => format!("layers.{}.ff.linear2.weight", config.layers - 1),
        Readout::Neurons => "fc.weight".to_owned(),
    };
    for row in weights
        .get_mut(&name)
        .unwrap()
        .values
        .chunks_exact_mut(config.d_ff)
    {
        row[neuron] = 0.0;
    }
    weights
}

fn logits(config: &ModelConfig, weights: &Weights, texts: &[&[u32]]) -> Vec<f32> {
    let device = Device::flex();
    let model = Classifier::new(config, weights, &device).unwrap();
    let batch = Batch::new(texts, config, &device);
    block_on(read(model.forward(&batch, None).logits.flatten(0, 1))).unwrap()
}

#[test]
fn changes_of_the_logits_are_those_of_a_forward_pass_without_the_neuron() {
    for config in configs() {
        let weights = weights(&config);
        let device = Device::flex();
        let model = Classifier::new(&config, &weights, &device).unwrap();
        let trace = model.forward(&Batch::new(&TEXTS, &config, &device), None);
        let changes = block_on(read(logit_changes(&model, &trace).flatten(0, 2))).unwrap();
        let whole = logits(&config, &weights, &TEXTS);
        for neuron in 0..config.d_ff {
            let ablated = logits(&config, &without(&config, &weights, neuron), &TEXTS);
            for text in 0..TEXTS.len() {
                for class in 0..2 {
                    let at = text * 2 + class;
                    let found = changes[(text * config.d_ff + neuron) * 2 + class];
                    let what = format!("neuron {neuron} in text {text}");
                    let expected = f64::from(ablated[at] - whole[at]);
                    close(&what, f64::from(found), expected, 1e-5);
                }
            }
        }
    }
}

#[test]
fn cards_are_means_over_forward_passes_without_the_neuron() {
    for readout in Readout::ALL {
        compare_cards(&ModelConfig {
            readout,
            ..small_config(1, Reading::scale_free(Tokenizer::Default))
        });
    }
}

fn compare_cards(config: &ModelConfig) {
    let weights = weights(config);
    let device = Device::flex();
    let model = Classifier::new(config, &weights, &device).unwrap();
    let examples: Vec<EncodedExample> = TEXTS
        .iter()
        .enumerate()
        .map(|(at, ids)| EncodedExample::of_words(ids, at % 2))
        .collect();
    let mut done = 0;
    let statistics = block_on(neuron_statistics(&model, &examples, 3, |texts| {
        done += texts
    }))
    .unwrap();
    assert_eq!((done, statistics.texts(), statistics.words()), (4, 4, 15));

    let words = (2..12).map(|id| format!("word{id}"));
    let words = ["<PAD>", "<UNK>"]
        .map(str::to_owned)
        .into_iter()
        .chain(words);
    let cards = statistics.cards(&Vocabulary::from_words(words.collect()).unwrap());
    let mut fired = 0;
    for card in &cards {
        let weights_without = without(config, &weights, card.neuron);
        let mut falls = Vec::new();
        for text in TEXTS {
            let trace = model.forward(&Batch::new(&[text], config, &device), None);
            let trace = block_on(trace.read()).unwrap().remove(0);
            let u = &trace.layers[0].neurons;
            if (0..u.rows).any(|word| u.at(word, card.neuron) > 0.0) {
                let with = softmax(&trace.logits);
                let predicted = usize::from(with[1] > with[0]);
                let without = softmax(&logits(config, &weights_without, &[text]));
                falls.push(f64::from(with[predicted] - without[predicted]));
            }
        }
        fired += falls.len();
        close("rate", card.text_rate, falls.len() as f64 / 4.0, 1e-12);
        if let Some(effect) = &card.ablation {
            let sizes: f64 = falls.iter().map(|fall| fall.abs()).sum();
            close(
                "fall",
                effect.fall,
                falls.iter().sum::<f64>() / falls.len() as f64,
                1e-6,
            );
            close("size", effect.size, sizes / 4.0, 1e-6);
        } else {
            assert!(falls.is_empty());
        }
    }
    assert!(fired > 10, "the test needs neurons that fire");
}

/// The program: a table of the most important neurons, and files with all of them.
#[cfg(feature = "cli")]
#[test]
fn the_command_prints_the_top_and_writes_all() {
    const TREES: &str = "\
        (3 (2 a) (3 (3 good) (2 film)))\n\
        (1 (2 it) (1 (2 is) (1 (2 not) (3 good))))\n\
        (0 (1 bad) (2 .))\n\
        (4 (2 very) (3 good))\n";
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let files = block_on(crate::common::small_package())
        .to_files(safr::package::Precision::F32)
        .unwrap();
    safr::package::write_directory(&at("small"), &files).unwrap();
    std::fs::write(at("dev.txt"), TREES).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_safr"))
        .current_dir(folder.path())
        .args("neurons --model small --task sst2 --data . --top 3".split(' '))
        .args("--limit 3 --json cards.json --csv cards.csv".split(' '))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("on 3 texts of 8 words"), "{table}");

    let json = std::fs::read_to_string(at("cards.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let cards: Vec<safr::explain::NeuronCard> =
        serde_json::from_value(json["neurons"].clone()).unwrap();
    assert_eq!(cards.len(), 10);
    let size = |card: &safr::explain::NeuronCard| card.ablation.as_ref().map_or(0.0, |a| a.size);
    let most = cards
        .iter()
        .max_by(|a, b| size(a).total_cmp(&size(b)))
        .unwrap();
    let rows = table.lines().skip(3);
    let rows: Vec<&str> = rows.take_while(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), 3);
    assert!(
        rows[0]
            .trim_start()
            .starts_with(&format!("{} ", most.neuron))
    );
    for place in cards.iter().flat_map(|card| &card.strongest) {
        let text = json["texts"][place.text.to_string()].as_str().unwrap();
        assert_eq!(
            text.split(' ').nth(place.position),
            Some(place.word.as_str())
        );
    }

    let mut csv = csv::Reader::from_path(at("cards.csv")).unwrap();
    assert_eq!(csv.headers().unwrap().iter().nth(10), Some("push_negative"));
    let rows: Vec<csv::StringRecord> = csv.records().collect::<Result<_, _>>().unwrap();
    for (card, row) in cards.iter().zip(&rows) {
        assert_eq!(row[1].parse::<f64>().unwrap(), card.firing_rate);
        assert_eq!(row[8].is_empty(), card.ablation.is_none());
    }
    assert_eq!(rows.len(), 10);
}
