//! It learns: a few texts by heart, and TREC's questions from 500 of them.

use std::path::PathBuf;

use safr::engine::{Backend, DataChoices, Engine, TuningEvent, TuningOptions};
use safr::package::read_directory;

use crate::common::data;

/// Lines of a part of TREC (Li & Roth 2002): `CLASS:kind question`, in Latin-1.
fn trec(part: &str) -> Vec<[String; 2]> {
    let bytes = std::fs::read(data("trec").join(part)).unwrap();
    let text: String = bytes.into_iter().map(char::from).collect();
    text.lines()
        .map(|line| {
            let (class, question) = line.split_once(' ').expect("a question");
            [class.split(':').next().unwrap_or_default(), question].map(str::to_owned)
        })
        .collect()
}

fn lines(rows: &[[String; 2]]) -> Vec<u8> {
    let lines = rows
        .iter()
        .map(|[label, text]| format!("{label}\t{text}\n"));
    lines.collect::<String>().into_bytes()
}

/// An engine with the page's plain model.
fn engine() -> Engine {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("www/models/sst2-plain");
    let mut engine = pollster::block_on(Engine::start(Backend::Flex)).unwrap();
    engine
        .load("plain", &read_directory(&folder).unwrap())
        .unwrap();
    engine
}

/// Trains to the end.
fn finish(run: &mut safr::engine::Tuning) {
    while !matches!(
        pollster::block_on(run.advance(1e6)).unwrap().last(),
        Some(TuningEvent::Finished { .. })
    ) {}
}

#[test]
fn the_page_s_model_learns_32_texts_by_heart() {
    let engine = engine();
    let mut rows = trec("TREC.train");
    // One of each of the six classes is held out.
    rows.truncate(38);
    let options = TuningOptions {
        epochs: 60,
        patience: 60,
        ..TuningOptions::of(&engine.model("plain").unwrap().package)
    };
    let choices = DataChoices::default();
    let mut run = engine
        .tune("plain", lines(&rows), &choices, &options)
        .unwrap();
    assert_eq!(run.info().training, 32);
    finish(&mut run);
    // In training words are dropped at random: the model must know all texts in some epoch.
    let most = run
        .info()
        .epochs
        .iter()
        .map(|record| record.train_accuracy)
        .fold(0.0, f64::max);
    assert_eq!(most, 1.0);
}

/// Accuracy on TREC's test part of a model that was fine-tuned on 500 other questions, others for
/// each seed; `tests/page/tuning-learning.test.js` takes the same.
fn trec_accuracy(seed: u64) -> f64 {
    let mut engine = engine();
    let mut rows = trec("TREC.train");
    let mut place = (0..10).cycle();
    rows.retain(|_| place.next() == Some(seed));
    rows.truncate(500);
    let options = TuningOptions {
        seed,
        ..TuningOptions::of(&engine.model("plain").unwrap().package)
    };
    let choices = DataChoices {
        hold_out_seed: seed,
        ..DataChoices::default()
    };
    let mut run = engine
        .tune("plain", lines(&rows), &choices, &options)
        .unwrap();
    finish(&mut run);
    let files = pollster::block_on(run.files("trec", "TREC")).unwrap();
    let tuned = engine.load("trec", &files).unwrap();
    let test = trec("TREC.test");
    let right = test.iter().filter(|[label, text]| {
        let explanation = pollster::block_on(tuned.explain(text)).unwrap();
        let prediction = explanation.prediction.unwrap();
        prediction.classes[prediction.predicted] == *label
    });
    right.count() as f64 / test.len() as f64
}

#[test]
fn five_hundred_questions_teach_it_to_tell_six_kinds_apart() {
    let accuracies = [0, 1, 2].map(trec_accuracy);
    let mean = accuracies.iter().sum::<f64>() / 3.0;
    assert!(mean >= 0.70, "{accuracies:?}");
}
