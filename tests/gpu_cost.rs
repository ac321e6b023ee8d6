//! In a browser with a WebGPU adapter: counts what an explanation and a training step of the page's
//! models ask of the GPU, which can be done where no GPU can be timed.

#![cfg(target_arch = "wasm32")]

use burn::module::Module;
use safr::engine::{Backend, Session, TuningOptions};
use safr::evaluate::EncodedExample;
use safr::model::{Batch, Classifier, Noise, Stream};
use safr::package::{Files, names};
use safr::train::{Options, Schedule, Steps, Trainer};
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

/// Steps before the one that is counted: they make pipelines and moments.
const EARLIER_STEPS: usize = 2;

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
    let mut session = Session::start(Backend::WebGpu)
        .await
        .expect("this lane needs a WebGPU adapter");
    for (id, files) in [
        ("safr", files!("sst2-safr")),
        ("plain", files!("sst2-plain")),
    ] {
        take_gpu_calls();
        session.load(id, &files).unwrap();
        report(&format!("{id}: load"));
        for which in ["first explanation", "explanation"] {
            session.model(id).unwrap().explain(TEXT).await.unwrap();
            report(&format!("{id}: {which}"));
        }
        differentiate(id, &session).await;
        for embeddings in [false, true] {
            train(id, &session, embeddings).await;
        }
    }
}

/// Texts of 5 to 40 words, so that every batch is padded.
fn texts(count: usize) -> Vec<EncodedExample> {
    let text = |at: usize| {
        let words = (0..5 + at % 36).map(|word| 2 + (at * 131 + word * 37) as u32 % 7000);
        EncodedExample::of_words(&words.collect::<Vec<u32>>(), at % 2)
    };
    (0..count).map(text).collect()
}

/// What a training step of the model `id` does before Adam moves the parameters, the word
/// embeddings being frozen.
async fn differentiate(id: &str, session: &Session) {
    let package = &session.model(id).unwrap().package;
    let tuning = TuningOptions::of(package);
    let objective = tuning.objective(package);
    let config = &package.config;
    let device = session.device.device.clone().autodiff();
    let mut model = Classifier::new(config, &package.weights, &device).unwrap();
    model.words = model.words.no_grad();
    let examples = texts(tuning.steps.batch_size);
    let ids: Vec<&[u32]> = examples.iter().map(|text| text.ids.as_slice()).collect();
    let labels: Vec<usize> = examples.iter().map(|text| text.label).collect();
    let mut stream = Stream::new(0);
    // The first pass makes pipelines.
    for _ in 0..2 {
        take_gpu_calls();
        let batch = Batch::new(&ids, config, &device);
        let noise = Noise::draw(&mut stream, config, batch.dims(), &device);
        let trace = model.forward(&batch, Some(&noise));
        let losses = objective.minimised_losses(&trace, &labels);
        let gradients = objective.total(&losses).backward();
        losses.read().await.unwrap();
        drop(gradients);
    }
    report(&format!("{id}, embeddings frozen: losses and gradients"));
}

/// Trains the model `id` as fine-tuning does by default, with or without its word embeddings.
async fn train(id: &str, session: &Session, embeddings: bool) {
    let package = &session.model(id).unwrap().package;
    let tuning = TuningOptions::of(package);
    let options = Options {
        objective: tuning.objective(package),
        steps: Steps {
            learning_rate: tuning.steps.learning_rate,
            batch_size: tuning.steps.batch_size,
            epochs: 1,
            patience: 1,
        },
        seed: 0,
        freeze_embeddings: !embeddings,
        freeze_layers: 0,
        weight_decay: 0.0,
        schedule: Schedule::default(),
    };
    let texts = texts((EARLIER_STEPS + 2) * tuning.steps.batch_size);
    let data = (texts.clone(), texts);
    let device = &session.device.device;
    let stream = Stream::new(0);
    let (config, weights) = (&package.config, &package.weights);
    let mut trainer = Trainer::new(options, config, weights, stream, data, device).unwrap();
    let what = if embeddings {
        "all trained"
    } else {
        "embeddings frozen"
    };
    report(&format!("{id}, {what}: start of training"));
    let last = EARLIER_STEPS + 1;
    for step in 1..=last {
        take_gpu_calls();
        trainer.advance().await.unwrap();
        // The trainer itself reads but every sixteenth step. What is read shows that all is done.
        trainer.progress().await.unwrap();
        match step {
            1 => report(&format!("{id}, {what}: first training step")),
            _ if step == last => report(&format!("{id}, {what}: training step")),
            _ => {}
        }
    }
}
