//! The command trains as the page does: the same data, seed and options give the same model, and
//! the same losses as are compared in a browser.

use std::path::Path;
use std::process::Command;

use safr::engine::{Backend, TuningEvent, TuningObjective, TuningOptions};
use safr::explain::History;
use safr::package::{Precision, names, write_directory};

use crate::common::tuning::{data, load, losses, options, reference, session, tune};
use crate::common::{close, deep_package, reference as reference_path, small_package};

fn safr(folder: &Path, arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_safr"))
        .current_dir(folder)
        .args(arguments.split(' '))
        .output()
        .expect("the command starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_command_of_the_card_gives_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("own.csv"), data()).unwrap();
    let [small, deep] = [
        pollster::block_on(small_package()),
        pollster::block_on(deep_package()),
    ];
    let mut session = pollster::block_on(session(Backend::Flex));
    for (package, embeddings, freeze_layers, objective) in [
        (&small, true, 0, TuningObjective::Own),
        (&small, false, 0, TuningObjective::Own),
        (&small, true, 0, TuningObjective::CrossEntropy),
        (&deep, false, 1, TuningObjective::Own),
    ] {
        let files = package.to_files(Precision::F32).unwrap();
        write_directory(&folder.join("small"), &files).unwrap();
        load(&mut session, package);
        let options = TuningOptions {
            embeddings,
            freeze_layers,
            objective,
            ..options()
        };
        let mut run = tune(&session, &options);
        let mut events = Vec::new();
        while !matches!(events.last(), Some(TuningEvent::Finished { .. })) {
            events.extend(pollster::block_on(run.advance(1e6)).unwrap());
        }
        let files =
            pollster::block_on(run.files("tuned", "Tuned", &safr::web::command(&run))).unwrap();
        let card: serde_json::Value = serde_json::from_slice(&files[names::CARD]).unwrap();
        let out = format!("out-{embeddings}-{freeze_layers}-{objective:?}");
        // The losses of the small model are no preset, but cross-entropy alone is.
        std::fs::write(folder.join("own.toml"), toml(&card["losses"])).unwrap();
        let command = card["command"].as_str().unwrap();
        let losses = match objective {
            TuningObjective::Own => "--losses FILE",
            TuningObjective::CrossEntropy => "--losses plain",
        };
        assert!(command.contains(losses), "{command}");
        let command = command
            .replace("--losses FILE", "--losses own.toml")
            .replace("FILE", "own.csv")
            .replace("DIR", &out);
        safr(folder, command.strip_prefix("safr ").unwrap());

        for name in [names::CONFIG, names::VOCABULARY, names::WEIGHTS] {
            let native = std::fs::read(folder.join(&out).join(name)).unwrap();
            assert!(native == files[name], "{name} differs");
        }
        let history = std::fs::read_to_string(folder.join(&out).join("history.json")).unwrap();
        let mut native = History::from_json(&history).unwrap().records;
        let mut here = run.info().epochs;
        native
            .iter_mut()
            .chain(&mut here)
            .for_each(|record| record.seconds = 0.0);
        assert_eq!(native, here);

        // And the command takes what the page gives.
        std::fs::write(
            folder.join("tuned.zip"),
            safr::package::zip_of(&files).unwrap(),
        )
        .unwrap();
        let measured = safr(
            folder,
            "evaluate --model tuned.zip --task csv --data own.csv --split dev",
        );
        assert!(measured.starts_with("csv dev, 6 texts"), "{measured}");
    }
}

/// What a card holds for programs as the file that `--losses` takes.
fn toml(losses: &serde_json::Value) -> String {
    fn value(of: &serde_json::Value) -> String {
        match of.as_object() {
            Some(fields) => {
                let fields = fields
                    .iter()
                    .map(|(key, of)| format!("{key} = {}", value(of)));
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            None => of.to_string(),
        }
    }
    let fields = losses.as_object().unwrap().iter();
    fields
        .map(|(key, of)| format!("{key} = {}\n", value(of)))
        .collect()
}

/// See [`crate::common::tuning::REFERENCE`].
#[test]
fn the_reference_is_what_is_computed_natively() {
    let session = pollster::block_on(session(Backend::Flex));
    let steps = pollster::block_on(losses(&session));
    if std::env::var_os("SAFR_WRITE_REFERENCE").is_some() {
        let json = serde_json::to_string_pretty(&steps).unwrap();
        std::fs::write(reference_path("tuning.json"), json + "\n").unwrap();
        return;
    }
    assert_eq!(reference().len(), steps.len());
    for (step, (here, there)) in steps.iter().zip(reference()).enumerate() {
        for (a, b) in here.iter().zip(there) {
            close(&format!("step {}", step + 1), *a, b, 1e-5);
        }
    }
}
