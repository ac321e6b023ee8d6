//! In a browser with a WebGPU adapter: counts what an explanation and a training step of the page's
//! models ask of the GPU, which can be done where no GPU can be timed.

#![cfg(target_arch = "wasm32")]

use safr::engine::{Backend, Engine, TuningOptions};
use safr::evaluate::EncodedExample;
use safr::model::Stream;
use safr::package::{Files, names};
use safr::train::{Options, Schedule, TrainEvent, Trainer, Wish};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen(module = "/tests/gpu-calls.js")]
extern "C" {
    /// The calls since this was last asked, as JSON.
    #[wasm_bindgen(js_name = takeGpuCalls)]
    fn take_gpu_calls() -> String;
}

/// Twenty words.
const TEXT: &str =
    "The plot is thin and the jokes are old, but the two sisters are so good that I liked it";

/// Steps of which the last is counted by itself; the trainer reads behind the 16th and the last.
const STEPS: usize = 17;

/// A model's files, as the page fetches them.
macro_rules! files {
    ($model:literal) => {
        Files::from([
            entry!($model, names::CARD, "card.json"),
            entry!($model, names::CONFIG, "config.json"),
            entry!($model, names::WEIGHTS, "model.safetensors"),
            entry!($model, names::VOCABULARY, "vocabulary.json"),
        ])
    };
}

macro_rules! entry {
    ($model:literal, $name:expr, $file:literal) => {
        (
            $name.to_owned(),
            include_bytes!(concat!("../www/models/", $model, "/", $file)).to_vec(),
        )
    };
}

/// Says what was counted since the last time; `cargo xtask bench gpu-cost` reads it.
fn report(what: &str) {
    let calls = take_gpu_calls();
    let calls = calls.trim_start_matches('{');
    console_log!("gpu-cost {{\"what\":\"{what}\",{calls}");
}

/// One test, since a process can open its GPU once.
#[wasm_bindgen_test]
async fn cost() {
    let mut engine = Engine::start(Backend::WebGpu)
        .await
        .expect("this lane needs a WebGPU adapter");
    for (id, files) in [
        ("safr", files!("sst2-safr")),
        ("plain", files!("sst2-plain")),
    ] {
        take_gpu_calls();
        engine.load(id, &files).unwrap();
        report(&format!("{id}: load"));
        for which in ["first", "second"] {
            engine.model(id).unwrap().explain(TEXT).await.unwrap();
            report(&format!("{id}: {which} explanation"));
        }
        for embeddings in [false, true] {
            train(id, &engine, embeddings).await;
        }
    }
}

/// Trains the model `id` as fine-tuning does by default, with or without its word embeddings.
async fn train(id: &str, engine: &Engine, embeddings: bool) {
    let package = &engine.model(id).unwrap().package;
    let tuning = TuningOptions::of(package);
    let options = Options {
        objective: tuning.objective(package),
        learning_rate: tuning.learning_rate,
        batch_size: tuning.batch_size,
        epochs: 1,
        patience: 1,
        seed: 0,
        freeze_embeddings: !embeddings,
        schedule: Schedule::default(),
    };
    // Texts of 5 to 40 words, so that every batch is padded.
    let texts: Vec<EncodedExample> = (0..STEPS * tuning.batch_size)
        .map(|at| EncodedExample {
            ids: (0..5 + at % 36)
                .map(|word| 2 + (at * 131 + word * 37) as u32 % 7000)
                .collect(),
            label: at % 2,
        })
        .collect();
    let data = (texts.clone(), texts);
    let device = &engine.device.device;
    let stream = Stream::new(0);
    let (config, weights) = (&package.config, &package.weights);
    let mut trainer = Trainer::new(options, config, weights, stream, data, device).unwrap();
    let what = if embeddings {
        "all"
    } else {
        "embeddings frozen"
    };
    report(&format!("{id}, {what}: start of training"));
    let listen = |event| match event {
        TrainEvent::Progress(progress) if progress.step < STEPS => {
            report(&format!("{id}, {what}: {} training steps", progress.step));
            Wish::Continue
        }
        _ => {
            report(&format!("{id}, {what}: training step"));
            Wish::Stop
        }
    };
    trainer.epoch(listen).await.unwrap();
}
