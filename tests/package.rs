//! A model directory comes back as it was written, and every kind of damage is a typed error.

use std::path::Path;

use safr::engine::{EngineError, LoadedModel};
use safr::package::{
    Card, Files, Package, PackageError, Perturbation, Precision, checksum, names, read_directory,
    write_directory,
};
use safr::presets::name_of;

use crate::common::all_close;

fn small_package() -> Package {
    pollster::block_on(crate::common::small_package())
}

fn files() -> Files {
    small_package().to_files(Precision::F32).unwrap()
}

/// Replaces a file and brings the card's checksum up to date, so that only its content is wrong.
fn replaced(name: &str, bytes: Vec<u8>) -> Files {
    let mut files = files();
    let mut card: Card = serde_json::from_slice(&files[names::CARD]).unwrap();
    card.sha256.insert(name.to_owned(), checksum(&bytes));
    files.insert(names::CARD.to_owned(), serde_json::to_vec(&card).unwrap());
    files.insert(name.to_owned(), bytes);
    files
}

fn error(files: &Files) -> PackageError {
    Package::from_files(files).unwrap_err()
}

#[test]
fn a_directory_comes_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let package = small_package();
    write_directory(folder.path(), &files()).unwrap();
    let back = Package::from_files(&read_directory(folder.path()).unwrap()).unwrap();
    assert_eq!(back.weights, package.weights);
    assert_eq!(back.vocabulary, package.vocabulary);
    assert_eq!(back.config, package.config);
    assert_eq!(back.gate_values, package.gate_values);
}

#[test]
fn files_that_cannot_all_be_written_leave_no_half_behind() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    // A folder stands where the last of the files belongs.
    std::fs::create_dir_all(at(names::VOCABULARY).join("other")).unwrap();
    let error = write_directory(folder.path(), &files()).unwrap_err();
    assert!(error.to_string().contains(names::VOCABULARY), "{error}");
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let part = |name: std::ffi::OsString| name.to_string_lossy().ends_with(".part");
    assert!(
        entries
            .into_iter()
            .all(|entry| !part(entry.unwrap().file_name()))
    );
}

/// A directory that was written before heads could read neurons.
#[test]
fn a_config_without_a_readout_is_that_of_a_published_head() {
    let mut config: serde_json::Value = serde_json::from_slice(&files()[names::CONFIG]).unwrap();
    let readout = config.as_object_mut().unwrap().remove("readout");
    assert_eq!(readout, Some("residual".into()));
    let old = replaced(names::CONFIG, serde_json::to_vec(&config).unwrap());
    let package = Package::from_files(&old).unwrap();
    assert_eq!(package.config, small_package().config);
    assert_eq!(package.weights, small_package().weights);
}

#[test]
fn two_classes_of_one_name_are_no_model() {
    let mut package = small_package();
    package.card.classes = vec!["a".into(); 2];
    let error = package.to_files(Precision::F32).unwrap_err().to_string();
    assert!(error.contains("names two classes \"a\""), "{error}");
}

/// Weights of one readout are refused under the other, whose head has another width.
#[test]
fn a_model_with_the_wrong_readout_is_refused() {
    let mut config: serde_json::Value = serde_json::from_slice(&files()[names::CONFIG]).unwrap();
    config["readout"] = "neurons".into();
    let wrong = replaced(names::CONFIG, serde_json::to_vec(&config).unwrap());
    let message = error(&wrong).to_string();
    assert!(message.contains("fc.weight"), "{message}");
    config["readout"] = "tea-leaves".into();
    let unknown = replaced(names::CONFIG, serde_json::to_vec(&config).unwrap());
    assert!(error(&unknown).to_string().contains("tea-leaves"));
}

#[test]
fn the_gate_is_looked_up_as_it_would_be_computed() {
    let package = small_package();
    let device = burn::tensor::Device::flex();
    let computed =
        safr::model::Classifier::new(&package.config, &package.weights, &device).unwrap();
    let looked_up = computed.clone().with_gate_values(&package.gate_values);
    let batch = safr::model::Batch::new(&[&[2, 3, 4], &[5]], &package.config, &device);
    let keep = |model: &safr::model::Classifier| {
        let keep = model.forward(&batch, None).keep.flatten(0, 1);
        pollster::block_on(safr::model::read(keep)).unwrap()
    };
    let expected: Vec<f64> = keep(&computed).into_iter().map(f64::from).collect();
    all_close("keep", &keep(&looked_up), &expected, 1e-6);
}

#[test]
fn every_truncation_and_every_flipped_byte_is_noticed() {
    for name in [names::CONFIG, names::VOCABULARY, names::WEIGHTS] {
        let whole = files()[name].clone();
        for length in [0, 1, 8, whole.len() / 2, whole.len() - 1] {
            let mut files = files();
            files.insert(name.to_owned(), whole[..length].to_vec());
            assert!(matches!(error(&files), PackageError::Damaged(damaged) if damaged == name));
        }
        for at in (0..whole.len()).step_by(whole.len() / 20) {
            let mut files = files();
            files.get_mut(name).unwrap()[at] ^= 0x10;
            assert!(matches!(error(&files), PackageError::Damaged(damaged) if damaged == name));
        }
    }
}

#[test]
fn weights_that_are_none_are_refused_whatever_the_card_says() {
    let weights = files()[names::WEIGHTS].clone();
    for length in [0, 1, 7, 8, 100, weights.len() / 2, weights.len() - 1] {
        let cut = replaced(names::WEIGHTS, weights[..length].to_vec());
        assert!(
            matches!(error(&cut), PackageError::Tensors(_)),
            "cut to {length}"
        );
    }
    for foreign in [&b"PK\x03\x04 a zip"[..], b"\x80\x02}q\x00.", &[0xff; 64]] {
        let foreign = replaced(names::WEIGHTS, foreign.to_vec());
        assert!(matches!(error(&foreign), PackageError::Tensors(_)));
    }
}

#[test]
fn weights_of_another_shape_or_without_numbers_are_refused() {
    let mut wrong = small_package();
    wrong.weights.get_mut("fc.weight").unwrap().shape = vec![8, 2];
    let bytes = wrong.to_files(Precision::F32).unwrap()[names::WEIGHTS].clone();
    let message = error(&replaced(names::WEIGHTS, bytes)).to_string();
    assert!(
        message.contains("fc.weight") && message.contains("[8, 2]"),
        "{message}"
    );

    let mut lacking = small_package();
    lacking.weights.remove("layers.0.norm1.bias");
    let bytes = lacking.to_files(Precision::F32).unwrap()[names::WEIGHTS].clone();
    let message = error(&replaced(names::WEIGHTS, bytes)).to_string();
    assert!(message.contains("layers.0.norm1.bias"), "{message}");

    let mut nan = small_package();
    nan.weights.get_mut("fc.bias").unwrap().values[0] = f32::NAN;
    let bytes = nan.to_files(Precision::F32).unwrap()[names::WEIGHTS].clone();
    let message = error(&replaced(names::WEIGHTS, bytes)).to_string();
    assert!(
        message.contains("fc.bias") && message.contains("finite"),
        "{message}"
    );
}

/// A choice's name stood among its options, as `kind`, until losses were files.
#[test]
fn cards_of_earlier_versions_are_read() {
    let losses = |family: serde_json::Value| {
        let mut files = files();
        let mut card: serde_json::Value = serde_json::from_slice(&files[names::CARD]).unwrap();
        card["losses"] = serde_json::json!({
            "family": family, "lambda_importance": 0.0, "lambda_interaction": 0.0,
            "controls": {"embedding_l2": 0.0, "neuron_l1": 0.0},
        });
        files.insert(names::CARD.to_owned(), serde_json::to_vec(&card).unwrap());
        let losses = Package::from_files(&files).unwrap().card.losses;
        name_of(&losses.unwrap())
    };
    let scale_free = |guard: serde_json::Value| {
        serde_json::json!({
            "kind": "scale-free", "space": "mlp", "guard": guard, "rate_of": "text",
            "apart": "important", "gate_given": false, "pairs": "attended",
        })
    };
    let none = scale_free(serde_json::json!({"kind": "none"}));
    assert_eq!(losses(none), Some("plain"));
    let rate = scale_free(serde_json::json!({"kind": "rate", "rho": 0.9, "weight": 3.0}));
    assert_eq!(losses(rate), Some("open-gate"));
    let published = serde_json::json!({"kind": "published"});
    assert_eq!(losses(published), Some("published"));

    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models");
    for folder in std::fs::read_dir(models).unwrap() {
        let folder = folder.unwrap().path();
        let package = Package::from_files(&read_directory(&folder).unwrap()).unwrap();
        let name = package.card.losses.as_ref().and_then(name_of);
        assert!(name.is_some(), "{}", folder.display());
    }
}

/// Whoever opens one sees the names that the program has today.
#[test]
fn the_cards_of_the_page_are_those_that_would_be_written_today() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models");
    let mut checked = 0;
    for entry in std::fs::read_dir(models).unwrap() {
        let folder = entry.unwrap().path();
        let package = Package::from_files(&read_directory(&folder).unwrap()).unwrap();
        let card = Card {
            readout: Some(package.config.readout),
            objective: package.card.losses.unwrap().to_string(),
            ..package.card
        };
        let today = serde_json::to_string_pretty(&card).unwrap() + "\n";
        let written = std::fs::read_to_string(folder.join(names::CARD)).unwrap();
        assert_eq!(written, today, "{}", folder.display());
        checked += 1;
    }
    assert_eq!(checked, 7);
}

#[test]
fn other_formats_and_missing_files_are_named() {
    let mut card: Card = serde_json::from_slice(&files()[names::CARD]).unwrap();
    card.format = 99;
    let mut newer = files();
    newer.insert(names::CARD.to_owned(), serde_json::to_vec(&card).unwrap());
    assert!(matches!(error(&newer), PackageError::Format { found: 99 }));
    // Whatever else of it is not as it is today.
    let other = br#"{"format": 5000000000, "id": ["new"]}"#.to_vec();
    let newer = Files::from([(names::CARD.to_owned(), other)]);
    let folder = tempfile::tempdir().unwrap();
    write_directory(folder.path(), &newer).unwrap();
    let message = error(&read_directory(folder.path()).unwrap()).to_string();
    assert!(message.contains("written by a newer version"), "{message}");

    for name in names::ALL {
        let mut lacking = files();
        lacking.remove(name);
        assert!(matches!(error(&lacking), PackageError::Missing(missing) if missing == name));
    }
    let mut words: Vec<String> = small_package().vocabulary.words().to_vec();
    words.pop();
    let short = replaced(names::VOCABULARY, serde_json::to_vec(&words).unwrap());
    assert!(matches!(
        error(&short),
        PackageError::Count { what: "words", .. }
    ));
    let zero = br#"{"vocabulary":12,"d_model":8,"heads":0,"d_ff":10,"mask_hidden":6,"layers":1,"classes":2,"max_len":7,"dropout":0.1,"reading":{"pooling":"valid","padding":"longest","pad_embedding":"zero","words":"default"}}"#;
    assert!(matches!(
        error(&replaced(names::CONFIG, zero.to_vec())),
        PackageError::Config(_)
    ));
}

/// Of some of these, no file holds as many numbers: they are asked for from memory alone.
#[test]
fn sizes_beyond_their_bounds_are_named() {
    let config: serde_json::Value = serde_json::from_slice(&files()[names::CONFIG]).unwrap();
    let whole_padding = |max_len: usize| serde_json::json!({"max_len": max_len});
    for (sizes, named) in [
        (whole_padding(1 << 24), "max_len × d_model"),
        (whole_padding(1 << 20), "heads × max_len × max_len"),
        (serde_json::json!({"layers": 1 << 20}), "layers"),
        (serde_json::json!({"d_ff": 1u64 << 40}), "d_ff"),
        (serde_json::json!({"max_len": usize::MAX}), "max_len"),
    ] {
        let mut config = config.clone();
        for (name, size) in sizes.as_object().unwrap() {
            config[name] = size.clone();
        }
        let large = replaced(names::CONFIG, serde_json::to_vec(&config).unwrap());
        let message = error(&large).to_string();
        let expected = format!("{named} = ");
        assert!(message.starts_with(&expected), "{message}");
    }
}

/// A model of finite weights whose logits are past what a float holds.
fn too_large() -> Package {
    let mut package = small_package();
    for name in ["layers.0.norm2.weight", "fc.weight"] {
        let values = &mut package.weights.get_mut(name).unwrap().values;
        values.iter_mut().for_each(|value| *value *= 1e30);
    }
    package
}

#[test]
fn an_answer_that_is_no_number_is_an_error() {
    let files = too_large().to_files(Precision::F32).unwrap();
    let model = LoadedModel::new(&files, &burn::tensor::Device::flex()).unwrap();
    let answer = pollster::block_on(model.explain("a good film"));
    assert!(matches!(answer, Err(EngineError::NotFinite)), "{answer:?}");
    let answer = pollster::block_on(model.without("a good film", 1));
    assert!(matches!(answer, Err(EngineError::NotFinite)), "{answer:?}");

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_directory(&at("model"), &files).unwrap();
    std::fs::write(at("own.csv"), "text,label\ngood,positive\nbad,negative\n").unwrap();
    std::fs::write(at("ids.json"), r#"{"ids": [[3, 5]], "labels": [1]}"#).unwrap();
    for command in [
        "explain --model model good --json out",
        "explain --model model --corpus own.csv --out out",
        "evaluate --model model --task csv --data own.csv --json out",
        "neurons --model model --task csv --data own.csv --split test --json out",
        "forward --model model --ids ids.json --out out",
    ] {
        let mut safr = std::process::Command::new(env!("CARGO_BIN_EXE_safr"));
        let safr = safr.current_dir(folder.path()).args(command.split(' '));
        let output = safr.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}: {said}");
        assert!(
            said.contains("numbers that are not finite"),
            "{command}: {said}"
        );
        assert!(!at("out").exists(), "{command}");
    }
}

#[test]
fn gate_values_are_dealt_out_again_among_words_alone() {
    let before = small_package();
    let mut after = before.clone();
    after.perturb(Perturbation::ShuffleGates(3));
    assert_ne!(after.gate_values, before.gate_values);
    assert_eq!(after.gate_values[..2], before.gate_values[..2]);
    let sorted = |package: &Package| {
        let mut values = package.gate_values.clone();
        values.sort_by(f32::total_cmp);
        values
    };
    assert_eq!(sorted(&after), sorted(&before));
    assert_eq!(
        after.card.id,
        before.card.id.clone() + ", gate shuffled by seed 3"
    );
    let rest = Package {
        card: before.card.clone(),
        gate_values: before.gate_values.clone(),
        ..after
    };
    assert_eq!(rest, before, "nothing else changes");
}

#[test]
fn any_text_is_explained_or_has_no_words() {
    let model = LoadedModel::new(&files(), &burn::tensor::Device::flex()).unwrap();
    let megabyte = "good film ".repeat(100_000);
    let texts = [
        "",
        "   \n\t",
        "\0",
        "👩‍👩‍👧‍👦 good",
        "e\u{301}\u{301}\u{301}",
        "שלום עולם",
        "\u{fffd}\u{fffd}",
        "<img src=x onerror=alert(1)>",
        &megabyte,
        "a",
    ];
    for text in texts {
        let explanation = pollster::block_on(model.explain(text)).unwrap();
        let numbers = explanation.words.iter().flat_map(|word| {
            [
                f64::from(word.keep),
                word.neurons,
                word.capacity,
                word.attention_received,
            ]
        });
        assert!(numbers.into_iter().all(f64::is_finite));
        assert_eq!(
            explanation.prediction.is_none(),
            explanation.words.is_empty()
        );
        let units: Vec<u16> = text.encode_utf16().collect();
        for word in &explanation.words {
            let slice = String::from_utf16(&units[word.start..word.end]).unwrap();
            assert_eq!(slice, word.text, "spans are UTF-16 offsets");
        }
    }
    let cut = pollster::block_on(model.explain(&megabyte))
        .unwrap()
        .cut
        .unwrap();
    assert_eq!((cut.read, cut.total, cut.at), (7, 200_000, 35));
}
