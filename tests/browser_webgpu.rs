//! In a browser with a WebGPU adapter: the GPU gives the CPU's explanations and follows its
//! training. Fails where there is no adapter.

#![cfg(target_arch = "wasm32")]

mod common;

use burn::tensor::Device;
use common::{close, small_config, small_package};
use safr::engine::{Backend, Engine, largest_explained_difference};
use safr::evaluate::EncodedExample;
use safr::model::{Stream, initial_weights};
use safr::objective::{Family, GateGuard, Objective, ScaleFree, Space};
use safr::package::Precision;
use safr::text::Words;
use safr::train::{Options, Schedule, Trainer, Wish};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const TEXT: &str = "It is not a good film, it is a very, very bad film.";

async fn history(device: &Device) -> Vec<[f64; 4]> {
    let guard = GateGuard::Rate {
        rho: 0.3,
        weight: 1.0,
    };
    let objective = Objective::new(
        Family::ScaleFree(ScaleFree {
            space: Space::Mlp,
            guard,
            ..Default::default()
        }),
        1.0,
        1.0,
    );
    let config = small_config(1, objective.reading(Words::Default));
    let mut stream = Stream::new(4);
    let weights = initial_weights(&config, &mut stream);
    let options = Options {
        objective,
        learning_rate: 1e-3,
        batch_size: 4,
        epochs: 2,
        patience: 2,
        seed: 4,
        freeze_embeddings: false,
        schedule: Schedule::default(),
    };
    let texts: Vec<EncodedExample> = (0..12)
        .map(|at| EncodedExample {
            ids: (2..4 + at as u32 % 5).collect(),
            label: at % 2,
        })
        .collect();
    let data = (texts.clone(), texts);
    let mut trainer = Trainer::new(options, &config, &weights, stream, data, device).unwrap();
    while !trainer.is_finished() {
        trainer.epoch(|_| Wish::Continue).await.unwrap();
    }
    let records = &trainer.history().records;
    records
        .iter()
        .map(|r| {
            [
                r.train_cross_entropy,
                r.weighted_importance,
                r.weighted_interaction,
                r.embedding_norm,
            ]
        })
        .collect()
}

/// One test, since a process can open its GPU once.
#[wasm_bindgen_test]
async fn the_gpu_explains_and_trains_as_the_cpu_does() {
    let files = small_package().await.to_files(Precision::Int8).unwrap();
    let mut gpu = Engine::start(Backend::WebGpu)
        .await
        .expect("this lane needs a WebGPU adapter");
    let mut cpu = Engine::start(Backend::Flex).await.unwrap();
    let here = gpu
        .load("small", &files)
        .unwrap()
        .explain(TEXT)
        .await
        .unwrap();
    let there = cpu
        .load("small", &files)
        .unwrap()
        .explain(TEXT)
        .await
        .unwrap();
    let difference = largest_explained_difference(&here, &there);
    assert!(difference < 1e-4, "explanations differ by {difference}");

    let measured = gpu.measure("small").await.unwrap();
    assert_eq!(measured.backend, Backend::WebGpu);
    assert!(measured.agrees, "{measured:?}");

    let (here, there) = (
        history(&gpu.device.device).await,
        history(&Device::flex()).await,
    );
    for (a, b) in here.iter().flatten().zip(there.iter().flatten()) {
        close("a training measure", *a, *b, 1e-3);
    }
}
