//! Imported models read texts and compute as Hugging Face's libraries do (`tests/reference/huggingface.py`).

use std::path::{Path, PathBuf};
use std::process::Command;

use burn::tensor::{Device, Tensor, TensorData};
use safr::attribute::logit_changes;
use safr::engine::{LoadedModel, Question};
use safr::explain::{Piece, Sentences};
use safr::model::{Ablation, Batch, BlockAblation, Classifier, Readout, Trace, read};
use safr::objective::{Family, Layers, NoSuchLayer, Objective, ScaleFree, Space, scale_free};
use safr::package::huggingface::{HuggingFaceError, Import, import};
use safr::package::{Files, Package, Precision, read_files};
use safr::presets::Preset;
use safr::text::{self, Tokenizer};
use serde_json::Value;

use crate::common::forms::forms;

pub(crate) const KINDS: [&str; 4] = [
    "bert-classifier",
    "bert-cased",
    "distilbert-classifier",
    "distilbert",
];
const NAMES: [&str; 6] = [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "expected.json",
];

fn folder(kind: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference/huggingface")
        .join(kind)
}

fn expected(kind: &str) -> Vec<Value> {
    let json = std::fs::read_to_string(folder(kind).join("expected.json")).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// Ids of the expected texts that have words.
fn expected_ids(kind: &str) -> Vec<Vec<u32>> {
    let texts = expected(kind);
    let ids = |text: &Value| serde_json::from_value::<Vec<u32>>(text["ids"].clone()).unwrap();
    texts.iter().map(ids).filter(|ids| ids.len() > 2).collect()
}

/// The model that a command leaves in `out`.
#[track_caller]
fn written(command: &mut Command, out: &Path) -> Package {
    let run = command.output().unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    Package::from_files(&safr::package::read_directory(out).unwrap()).unwrap()
}

/// The model as the command imports it: it may be in PyTorch's format.
pub(crate) fn imported(kind: &str, more: &[&str]) -> Package {
    let out = tempfile::tempdir().unwrap();
    let model = out.path().join("model");
    let from = folder(kind);
    let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
    command
        .arg("import")
        .arg("--huggingface")
        .arg(from)
        .arg("--out")
        .arg(&model);
    written(command.args(more), &model)
}

fn numbers(value: &Value) -> Vec<f32> {
    let values = value.as_array().unwrap().iter();
    values
        .map(|number| number.as_f64().unwrap() as f32)
        .collect()
}

#[track_caller]
fn same(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (at, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!(
            (a - b).abs() <= 1e-4 * b.abs().max(1.0),
            "{what}, {at}: {a} is not {b}"
        );
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(read(tensor.flatten(0, D - 1))).unwrap()
}

/// What leaves the last block.
fn last_states(model: &Classifier, trace: &Trace) -> Tensor<3> {
    let write = model.blocks.last().unwrap().write_back.as_ref().unwrap();
    write.norm.forward(trace.last_layer().sum.clone().unwrap())
}

#[test]
fn ids_places_states_and_logits_are_those_of_the_library() {
    for kind in KINDS {
        let package = imported(kind, &[]);
        let (config, vocabulary) = (&package.config, &package.vocabulary);
        let device = Device::flex();
        let model = Classifier::new(config, &package.weights, &device).unwrap();
        let model = model.with_gate_values(&package.gate_values);
        let mut compared = 0;
        for text in expected(kind) {
            let source = text["text"].as_str().unwrap();
            let read = text::read(source, config.reading.words, vocabulary, config.max_len);
            let ids: Vec<u32> = serde_json::from_value(text["ids"].clone()).unwrap();
            if ids.len() == 2 {
                assert_eq!(read.ids, [0; 0], "without words there is nothing to ask");
                continue;
            }
            assert_eq!(read.ids, ids, "{kind}: {source:?}");
            let units: Vec<u16> = source.encode_utf16().collect();
            let points = |units: &[u16]| String::from_utf16_lossy(units).chars().count();
            let offsets = read.words.iter().flat_map(|word| &word.pieces);
            let offsets =
                offsets.map(|piece| [points(&units[..piece.start]), points(&units[..piece.end])]);
            let frame = || std::iter::once([0, 0]);
            let offsets: Vec<[usize; 2]> = frame().chain(offsets).chain(frame()).collect();
            assert_eq!(
                serde_json::to_value(offsets).unwrap(),
                text["offsets"],
                "{kind}: {source:?}"
            );

            let trace = model.forward(&Batch::new(&[&ids], config, &device), None);
            let states = text["hidden"].as_array().unwrap();
            for (layer, expected) in trace.layers.iter().zip(states) {
                same(&values(layer.input.clone()), &numbers(expected), kind);
            }
            let last = last_states(&model, &trace);
            same(&values(last), &numbers(states.last().unwrap()), kind);
            if !text["logits"].is_null() {
                same(
                    &values(trace.logits.clone()),
                    &numbers(&text["logits"]),
                    kind,
                );
            }
            compared += 1;
        }
        assert_eq!(compared, 4, "{kind}");
    }
}

/// As the page shows it: words, positions, special tokens and biases add up to the log-odds or the centred logit, and
/// pieces to their words.
#[test]
fn explanations_are_whole_by_words_and_by_pieces() {
    for kind in KINDS {
        let model = LoadedModel::of(imported(kind, &[]), &Device::flex()).unwrap();
        let mut opened = 0;
        for text in expected(kind) {
            let text = text["text"].as_str().unwrap();
            let explanation = pollster::block_on(model.explain(text)).unwrap();
            let Some(evidence) = &explanation.evidence else {
                assert_eq!(text, "");
                continue;
            };
            let margin = evidence.margin;
            let close = |what: &str, a: f64, b: f64| {
                let size = 1f64.max(b.abs());
                assert!(
                    (a - b).abs() <= 1e-4 * size,
                    "{kind}, {text:?}, {what}: {a} is not {b}"
                );
            };
            let together = margin.words + margin.positions + margin.padding + margin.bias;
            close("contributions", together, margin.total);
            close(
                "evidence",
                margin.neurons + margin.past + margin.head_bias,
                margin.total,
            );
            assert!(margin.padding != 0.0, "special tokens bring something");
            let words = &explanation.words;
            close(
                "words",
                words.iter().map(|word| word.contribution).sum(),
                margin.words,
            );
            let owned: f64 = words.iter().map(|word| word.neurons).sum();
            close(
                "neurons",
                owned,
                explanation.allocation.neurons.len() as f64,
            );
            let said = &explanation.allocation.evidence;
            for (at, word) in words.iter().enumerate() {
                let sum = |of: fn(&Piece) -> f64| word.pieces.iter().map(of).sum::<f64>();
                close("pieces' neurons", sum(|piece| piece.neurons), word.neurons);
                close(
                    "pieces' evidence",
                    sum(|piece| piece.evidence),
                    word.evidence,
                );
                close(
                    "pieces' contributions",
                    sum(|piece| piece.contribution),
                    word.contribution,
                );
                // Neurons that say next to nothing are not active.
                let shown: f64 = said.row(at).iter().map(|&said| f64::from(said)).sum();
                assert!(
                    (shown - word.evidence).abs() < 0.02,
                    "{shown} of {}",
                    word.evidence
                );
                opened += usize::from(word.pieces.len() > 1);
            }
        }
        assert!(opened >= 3, "{kind}: {opened} words of several pieces");
    }
}

/// A word that is shut out, or deleted, goes with all its pieces.
#[test]
fn a_word_is_changed_with_all_its_pieces() {
    for kind in KINDS {
        let model = LoadedModel::of(imported(kind, &[]), &Device::flex()).unwrap();
        let text = "unreadable film";
        let whole = pollster::block_on(model.explain(text)).unwrap();
        assert!(whole.words[0].pieces.len() > 1);
        let changes = "word:0".parse().unwrap();
        let shut = pollster::block_on(model.explain_changed(text, &changes)).unwrap();
        assert!(shut.words[0].pieces.iter().all(|piece| piece.keep == 0.0));
        assert_eq!((shut.words[0].contribution, shut.words[1].keep), (0.0, 1.0));
        let deleted = pollster::block_on(model.without(text, 0)).unwrap();
        let rest = pollster::block_on(model.explain("film"))
            .unwrap()
            .prediction
            .unwrap();
        same(&deleted.without.probabilities, &rest.probabilities, kind);
        for question in [
            Question::FlipWords,
            Question::FlipNeurons,
            Question::Faithfulness,
        ] {
            let mut inquiry = pollster::block_on(model.inquire(text, question)).unwrap();
            while pollster::block_on(inquiry.advance(&model))
                .unwrap()
                .is_none()
            {}
        }
    }
}

/// What is computed of each neuron without a pass is what a pass without it gives, with a pooler, too.
#[test]
fn what_is_lost_without_a_neuron_is_what_a_pass_loses() {
    for kind in KINDS {
        let package = imported(kind, &[]);
        let (config, device) = (&package.config, Device::flex());
        let model = Classifier::new(config, &package.weights, &device).unwrap();
        let ids: Vec<u32> = serde_json::from_value(expected(kind)[0]["ids"].clone()).unwrap();
        let batch = Batch::new(&[&ids], config, &device);
        let trace = model.forward(&batch, None);
        let changes = values(logit_changes(&model, &trace));
        let whole = values(trace.logits);
        for neuron in 0..config.d_ff {
            let mask: Vec<f32> = (0..config.d_ff).map(|at| f32::from(at != neuron)).collect();
            let mask = Tensor::from_data(TensorData::new(mask, [1, 1, config.d_ff]), &device);
            let mut blocks = vec![BlockAblation::default(); config.layers];
            blocks[config.layers - 1].neurons = Some(mask);
            let without = Ablation {
                words: None,
                blocks,
            };
            let logits = values(model.forward_ablated(&batch, &without).logits);
            let lost: Vec<f32> = logits.iter().zip(&whole).map(|(a, b)| a - b).collect();
            same(
                &changes[neuron * config.classes..][..config.classes],
                &lost,
                kind,
            );
        }
    }
}

/// Texts in one batch, padded, are what they are alone.
#[test]
fn padding_makes_no_difference() {
    for kind in KINDS {
        let package = imported(kind, &[]);
        let device = Device::flex();
        let model = Classifier::new(&package.config, &package.weights, &device).unwrap();
        let ids = expected_ids(kind);
        let logits = |texts: &[&[u32]]| {
            values(
                model
                    .forward(&Batch::new(texts, &package.config, &device), None)
                    .logits,
            )
        };
        let together: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        let alone: Vec<f32> = together.iter().flat_map(|text| logits(&[text])).collect();
        same(&logits(&together), &alone, kind);
    }
}

#[test]
fn only_the_first_layers_may_be_kept_and_classes_named() {
    let package = imported(
        "bert-cased",
        &["--layers", "2", "--classes", "no,yes,perhaps"],
    );
    assert_eq!((package.config.layers, package.config.classes), (2, 3));
    assert_eq!(package.card.classes, ["no", "yes", "perhaps"]);
    let Tokenizer::Pieces(reads) = package.config.reading.words else {
        panic!("pieces")
    };
    assert!(!reads.lower_case && !reads.strip_accents && reads.split_chinese);
    assert_eq!((reads.unknown, reads.first, reads.last), (3, 4, 5));
}

#[test]
fn an_imported_model_is_stored_in_eight_bits_too() {
    let package = imported("bert-classifier", &[]);
    let files = package.to_files(Precision::Int8).unwrap();
    let back = Package::from_files(&files).unwrap();
    assert_eq!(back.config, package.config);
    assert_eq!(back.vocabulary, package.vocabulary);
}

/// The files of a model, with a change of its `config.json`.
fn changed(kind: &str, field: &str, value: Value) -> Files {
    let mut files = read_files(&folder(kind), &NAMES).unwrap();
    let mut config: Value = serde_json::from_slice(&files["config.json"]).unwrap();
    config[field] = value;
    files.insert("config.json".to_owned(), config.to_string().into_bytes());
    files
}

#[test]
fn what_cannot_be_imported_is_named_with_what_can() {
    let refused = |files: &Files| import(files, None, &Import::default()).unwrap_err();
    for (field, value, says) in [
        ("model_type", "gpt2".into(), "model_type = gpt2"),
        ("hidden_act", "gelu_new".into(), "hidden_act = gelu_new"),
        (
            "position_embedding_type",
            "relative_key".into(),
            "relative_key",
        ),
        (
            "architectures",
            vec!["BertForTokenClassification"].into(),
            "BertForTokenClassification",
        ),
        (
            "problem_type",
            "regression".into(),
            "problem_type = regression",
        ),
        ("is_decoder", true.into(), "is_decoder"),
        ("pad_token_id", 1.into(), "pad_token_id = 1"),
    ] {
        let error = refused(&changed("bert-classifier", field, value));
        assert!(
            matches!(error, HuggingFaceError::Unsupported { .. }),
            "{error}"
        );
        let error = error.to_string();
        assert!(
            error.contains(says) && error.contains("BERT or DistilBERT"),
            "{error}"
        );
    }
    let without = |name: &str| {
        let mut files = read_files(&folder("bert-classifier"), &NAMES).unwrap();
        files.remove(name);
        refused(&files).to_string()
    };
    assert!(without("config.json").contains("no config.json"));
    assert!(without("tokenizer.json").contains("neither tokenizer.json nor vocab.txt"));
    assert!(without("model.safetensors").contains("no model.safetensors"));
    let error = refused(&changed("bert-classifier", "hidden_size", 18.into())).to_string();
    assert!(error.contains("18"), "{error}");
    let error = refused(&changed("bert-classifier", "vocab_size", 20.into())).to_string();
    assert!(
        error.contains("166 pieces") && error.contains("20 rows"),
        "{error}"
    );
    let huge = refused(&changed(
        "bert-classifier",
        "vocab_size",
        1_000_000_000_000_u64.into(),
    ));
    assert!(matches!(huge, HuggingFaceError::Words { .. }), "{huge}");
    for field in [
        "max_position_embeddings",
        "intermediate_size",
        "num_attention_heads",
    ] {
        let huge = refused(&changed("bert-classifier", field, (1_u64 << 60).into()));
        assert!(
            matches!(huge, HuggingFaceError::Config(_)),
            "{field}: {huge}"
        );
    }
    let mut cut = read_files(&folder("bert-classifier"), &NAMES).unwrap();
    let weights = cut.get_mut("model.safetensors").unwrap();
    weights.truncate(weights.len() / 2);
    assert!(matches!(refused(&cut), HuggingFaceError::Package(_)));
    let error = refused(&changed("bert-classifier", "num_hidden_layers", 4.into())).to_string();
    assert!(error.contains("encoder.layer.3"), "{error}");
    let keep = Import {
        layers: Some(9),
        ..Import::default()
    };
    let files = read_files(&folder("bert-classifier"), &NAMES).unwrap();
    let error = import(&files, None, &keep).unwrap_err().to_string();
    assert!(
        error.contains("3 layers") && error.contains("first 9"),
        "{error}"
    );
}

/// Texts whose class a word decides.
fn labelled(folder: &Path) -> PathBuf {
    let words = ["good", "moving", "bad", "naive"];
    let row = |at: usize| {
        let class = if at % 4 < 2 { "praise" } else { "blame" };
        format!("{class},the film is {} and the plot {at}\n", words[at % 4])
    };
    let file = folder.join("texts.csv");
    let rows: String = (0..48).map(row).collect();
    std::fs::write(&file, format!("label,text\n{rows}")).unwrap();
    file
}

/// What an imported model becomes when it is trained.
pub(crate) fn trained(kind: &str, more: &[&str]) -> Package {
    let folder = tempfile::tempdir().unwrap();
    let [from, out] = ["from", "out"].map(|name| folder.path().join(name));
    let start = imported(kind, &[]).to_files(Precision::F32).unwrap();
    safr::package::write_directory(&from, &start).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_safr"));
    command.args([
        "train",
        "--task",
        "csv",
        "--epochs",
        "2",
        "--learning-rate",
        "0.01",
        "--data",
    ]);
    command
        .arg(labelled(folder.path()))
        .arg("--start")
        .arg(from)
        .arg("--out")
        .arg(&out);
    written(command.args(more), &out)
}

/// A classifier learns other classes as it is; it may also learn to read its neurons, with SAFR's losses, winners and a
/// gate that starts to close.
#[test]
fn an_imported_model_learns_as_it_is_and_by_its_neurons() {
    for kind in ["bert-classifier", "distilbert"] {
        let plain = trained(kind, &["--losses", "plain"]);
        assert_eq!(plain.card.classes, ["blame", "praise"]);
        assert_eq!(plain.config.readout, Readout::Residual);
        assert_eq!(
            plain.config.architecture,
            imported(kind, &[]).config.architecture
        );
        assert!(
            plain.gate_values.iter().all(|&keep| keep > 0.999),
            "its gate is open"
        );

        let safr = trained(kind, &["--losses", "safr", "--readout", "neurons"]);
        assert_eq!(
            (safr.config.readout, safr.config.architecture.pooler),
            (Readout::Neurons, None)
        );
        assert!(safr.config.winners.is_some());
        let last = format!("layers.{}", safr.config.layers - 1);
        assert!(
            !safr
                .weights
                .contains_key(&format!("{last}.ff.linear2.weight"))
        );
        assert!(
            safr.gate_values.iter().any(|&keep| keep < 0.95),
            "its gate has begun to learn"
        );
        let model = LoadedModel::of(safr, &Device::flex()).unwrap();
        let explanation =
            pollster::block_on(model.explain("the film is unbelievably good")).unwrap();
        let evidence = explanation.evidence.unwrap();
        assert_eq!(evidence.margin.past, 0.0, "the neurons say it all");
        let said: f64 = explanation.words.iter().map(|word| word.evidence).sum();
        assert!((said + evidence.margin.head_bias - evidence.margin.total).abs() < 1e-4);
        assert_eq!(
            evidence.margin.padding_places, 0.0,
            "special tokens take no neurons"
        );
    }
}

/// The losses' neurons may be those of all layers, or of some; then other neurons are learned.
#[test]
fn losses_look_at_the_layers_that_are_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let (_, safr) = Objective::ALL
        .iter()
        .find(|(name, _)| *name == "safr")
        .unwrap();
    let at = |layers: &str| {
        let space = "space = \"evidence\"";
        let losses = safr.replace(space, &format!("{space}\nlayers = {layers}"));
        let file = folder.path().join("losses.toml");
        std::fs::write(&file, losses).unwrap();
        let losses = ["--losses", file.to_str().unwrap()];
        trained(
            "distilbert",
            &[&losses[..], &["--readout", "neurons"]].concat(),
        )
    };
    let [last, listed, all] = ["\"last\"", "[2]", "\"all\""].map(at);
    assert_eq!(last.config.layers, 2);
    assert_eq!(last.weights, listed.weights);
    let first = "layers.0.ff.linear1.weight";
    assert_ne!(last.weights[first], all.weights[first]);
    let objective = all.card.losses.unwrap();
    assert_eq!(objective.check_layers(2), Ok(()));
    let deeper = Layers::Listed(0b100);
    let Family::ScaleFree(options) = objective.family else {
        panic!("{objective}")
    };
    let family = Family::ScaleFree(ScaleFree {
        layers: Some(deeper),
        ..options
    });
    let missing = Objective {
        family,
        ..objective
    }
    .check_layers(2);
    assert_eq!(missing, Err(NoSuchLayer { layer: 2, count: 2 }));
}

/// Losses see words alone, and sharing is none where neurons point away from each other.
#[test]
fn losses_of_neurons_that_may_be_negative_stay_in_their_bounds() {
    let mut interactions = Vec::new();
    for kind in KINDS {
        let package = imported(kind, &[]);
        let device = Device::flex();
        let model = Classifier::new(&package.config, &package.weights, &device).unwrap();
        let ids = expected_ids(kind);
        let texts: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
        let trace = model.forward(&Batch::new(&texts, &package.config, &device), None);
        for form in forms(&[Space::Mlp, Space::Evidence]) {
            let (importance, interaction) = scale_free::losses(&trace, &form);
            for loss in [values(importance), values(interaction.clone())].concat() {
                assert!(
                    (-1e-6..=1.0 + 1e-6).contains(&loss),
                    "{kind}, {form:?}: {loss}"
                );
            }
            interactions.extend(values(interaction));
        }
        // The last text is one word, sixty times: no pair of it is two words.
        assert_eq!(interactions.last(), Some(&0.0), "{kind}");
    }
    assert!(
        interactions.iter().any(|&loss| loss > 0.05),
        "pairs have a part"
    );
}

/// A table of fewer pieces spells the words that it was made for as before, and anything else somehow.
#[test]
fn a_smaller_table_reads_its_words_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words.txt");
    std::fs::write(&words, "The\nacting\nis\nsuperb\nbut\nplot\nisn't\n").unwrap();
    let whole = imported("bert-classifier", &[]);
    let small = imported("bert-classifier", &["--words", words.to_str().unwrap()]);
    assert!(small.vocabulary.len() < whole.vocabulary.len() - 10);
    assert_eq!(small.config.vocabulary, small.vocabulary.len());
    let text = "The acting is superb, but the plot isn't.";
    let logits = |package: &Package| {
        let (config, vocabulary) = (&package.config, &package.vocabulary);
        let ids = text::read(text, config.reading.words, vocabulary, config.max_len).ids;
        let pieces: Vec<String> = ids
            .iter()
            .map(|&id| vocabulary.words()[id as usize].clone())
            .collect();
        let model = Classifier::new(config, &package.weights, &Device::flex()).unwrap();
        let batch = Batch::new(&[&ids], config, &Device::flex());
        (pieces, values(model.forward(&batch, None).logits))
    };
    assert_eq!(logits(&small), logits(&whole));
    let other = text::read(
        "unreadable film",
        small.config.reading.words,
        &small.vocabulary,
        99,
    );
    assert!(other.words.iter().all(|word| word.known), "{other:?}");
    assert!(other.ids.len() > 8, "in more pieces than before");
}

/// A model that came without a head says that what it predicts is random, until it has learned; so does a text that is
/// spelled rather than known.
#[test]
fn a_prediction_of_a_head_that_has_learned_nothing_is_doubted() {
    let doubt = |package: Package, text: &str| {
        let model = LoadedModel::of(package, &Device::flex()).unwrap();
        let explanation = pollster::block_on(model.explain(text)).unwrap();
        Sentences::of(&explanation).doubt
    };
    let text = "the film is good";
    let fresh = imported("distilbert", &[]);
    assert!(fresh.card.untrained);
    assert!(doubt(fresh, text).unwrap().contains("learned nothing"));
    let taught = trained("distilbert", &["--losses", "plain"]);
    assert!(!taught.card.untrained);
    assert_eq!(doubt(taught, text), None);
    let with_head = || imported("bert-classifier", &[]);
    assert_eq!(doubt(with_head(), text), None);
    let spelled = doubt(with_head(), "unbelievably zzyzx film");
    assert!(spelled.unwrap().contains("small pieces"));
}

/// What pieces spell is known, to the explanation and to the count over a data set alike.
#[test]
fn words_that_are_spelled_are_covered() {
    let package = imported("bert-classifier", &[]);
    let words = ["unbelievably", "film", "☃"].map(str::to_owned);
    let reads = (&package.vocabulary, package.config.reading.words);
    let covered = text::coverage([&words[..]], reads, 5);
    assert_eq!((covered.known, covered.tokens), (2, 2), "☃ is no word");
    let chinese = ["电影", "猫"].map(str::to_owned);
    let covered = text::coverage([&chinese[..]], reads, 5);
    assert_eq!((covered.known, covered.tokens), (1, 2));
}

#[test]
fn a_folder_that_is_not_imported_yet_is_told_how() {
    let output = Command::new(env!("CARGO_BIN_EXE_safr"))
        .args(["explain", "good", "--model"])
        .arg(folder("bert-classifier"))
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(
        error.contains("import it first: safr import --huggingface"),
        "{error}"
    );
}
