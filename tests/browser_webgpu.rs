//! In a browser with a WebGPU adapter: the GPU gives the CPU's explanations and gradients, and
//! follows its training. Fails where there is no adapter.

#![cfg(target_arch = "wasm32")]

mod common;

use burn::optim::GradientsParams;
use burn::tensor::Device;
use common::tuning::{losses, reference};
use common::{
    KINDS, assert_complete, close, small_config, small_package, small_package_of, small_weights,
};
use safr::engine::{Backend, Engine, largest_explained_difference};
use safr::evaluate::EncodedExample;
use safr::model::{Batch, Classifier, ModelConfig, Noise, Stream, Weights, initial_weights};
use safr::objective::{Family, GateGuard, LossNumbers, Objective, ScaleFree, Space};
use safr::package::Precision;
use safr::text::Words;
use safr::train::{Options, Schedule, TrainEvent, Trainer, Wish};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Step size of training.
const RATE: f64 = 1e-3;

/// Texts of training, and of a batch, of which the last one has fewer.
const TEXTS: usize = 31;
const BATCH: usize = 4;

const TEXT: &str = "It is not a good film, it is a very, very bad film.";

fn scale_free() -> Objective {
    let guard = GateGuard::Rate {
        rho: 0.3,
        weight: 1.0,
    };
    Objective::new(
        Family::ScaleFree(ScaleFree {
            space: Space::Mlp,
            guard,
            ..Default::default()
        }),
        1.0,
        1.0,
    )
}

/// Gradients of a training step, hard gate and dropout included.
async fn gradients(objective: &Objective, device: &Device) -> Weights {
    let device = device.clone().autodiff();
    let config = small_config(2, objective.reading(Words::Default));
    let model = Classifier::new(&config, &small_weights(&config, 5), &device).unwrap();
    let texts: [&[u32]; 3] = [&[2, 3, 4, 5, 3], &[6, 7], &[7, 8, 9, 10, 11, 2, 1]];
    let batch = Batch::new(&texts, &config, &device);
    let noise = Noise::draw(&mut Stream::new(3), &config, batch.dims(), &device);
    let trace = model.forward(&batch, Some(&noise));
    let total = objective.total(&objective.losses(&trace, &[0, 1, 1]));
    let gradients = GradientsParams::from_grads(total.backward(), &model);
    model.gradients(&gradients).await.unwrap()
}

fn norm(values: impl Iterator<Item = f32>) -> f64 {
    values.map(|x| f64::from(x).powi(2)).sum::<f64>().sqrt()
}

async fn compare_gradients(gpu: &Device) {
    for objective in [scale_free(), Objective::new(Family::Published, 1.0, 1.0)] {
        let here = gradients(&objective, gpu).await;
        let there = gradients(&objective, &Device::flex()).await;
        assert_eq!(
            here.keys().collect::<Vec<_>>(),
            there.keys().collect::<Vec<_>>()
        );
        let norms = there
            .values()
            .map(|array| norm(array.values.iter().copied()));
        let largest = norms.fold(0.0, f64::max);
        for (name, there) in &there {
            let here = &here[name].values;
            let difference = norm(here.iter().zip(&there.values).map(|(a, b)| a - b));
            // The keys' bias has the gradient 0, but for rounding.
            let allowed = 1e-3 * norm(there.values.iter().copied()) + 1e-6 * largest;
            assert!(
                difference <= allowed,
                "{objective:?}, {name}: {difference} > {allowed}"
            );
        }
    }
}

/// What a run of training shows, and leaves.
struct Training {
    /// Cross-entropy, L_imp, L_int and guard of each step.
    steps: Vec<[f64; 4]>,
    /// What the dev part showed behind each epoch.
    dev: Vec<[f64; 3]>,
    weights: Weights,
}

/// Two epochs over texts of 1 to 8 words, in batches of every such length and a smaller one: what is
/// compiled for one batch must be right for the next.
async fn training(device: &Device) -> Training {
    let objective = scale_free();
    let config = ModelConfig {
        max_len: 8,
        ..small_config(1, objective.reading(Words::Default))
    };
    let mut stream = Stream::new(4);
    let weights = initial_weights(&config, &mut stream);
    let options = Options {
        objective,
        learning_rate: RATE,
        batch_size: BATCH,
        epochs: 2,
        patience: 2,
        seed: 4,
        freeze_embeddings: false,
        schedule: Schedule::default(),
    };
    let text = |at: usize| EncodedExample {
        ids: (0..=at % 8)
            .map(|word| 2 + (at + word) as u32 % 10)
            .collect(),
        label: at % 2,
    };
    let texts: Vec<EncodedExample> = (0..TEXTS).map(text).collect();
    let data = (texts.clone(), texts);
    let mut trainer = Trainer::new(options, &config, &weights, stream, data, device).unwrap();
    let mut steps = Vec::new();
    while !trainer.is_finished() {
        let listen = |event| {
            if let TrainEvent::Progress(progress) = event {
                steps.extend(progress.recent.into_iter().map(|step| step.losses));
            }
            Wish::Continue
        };
        trainer.epoch(listen).await.unwrap();
    }
    let steps = steps.into_iter().map(|losses| {
        let LossNumbers {
            cross_entropy,
            importance,
            interaction,
            guard,
        } = losses;
        [cross_entropy, importance, interaction, guard]
    });
    let dev = trainer.history().records.iter().map(|record| {
        [
            record.dev_cross_entropy,
            record.embedding_norm,
            record.attention_entropy,
        ]
    });
    Training {
        steps: steps.collect(),
        dev: dev.collect(),
        weights: trainer.model().weights().await.unwrap(),
    }
}

async fn compare_training(gpu: &Device) {
    let here = training(gpu).await;
    let there = training(&Device::flex()).await;
    let steps = 2 * TEXTS.div_ceil(BATCH);
    assert_eq!([here.steps.len(), there.steps.len()], [steps; 2]);
    for (step, (here, there)) in here.steps.iter().zip(&there.steps).enumerate() {
        for (a, b) in here.iter().zip(there) {
            close(&format!("a loss of step {}", step + 1), *a, *b, 1e-4);
        }
    }
    for (a, b) in here.dev.iter().flatten().zip(there.dev.iter().flatten()) {
        close("a measure of the dev part", *a, *b, 1e-4);
    }
    for (name, there) in &there.weights {
        // A gradient that is 0 but for rounding, by which Adam moves it all the same.
        if name.ends_with("attention.key.bias") {
            continue;
        }
        let here = &here.weights[name].values;
        let difference = norm(here.iter().zip(&there.values).map(|(a, b)| a - b));
        let way = RATE * steps as f64 * (there.values.len() as f64).sqrt();
        assert!(difference <= 1e-4 * way, "{name} is off by {difference}");
    }
}

/// One test, since a process can open its GPU once.
#[wasm_bindgen_test]
async fn the_gpu_explains_and_trains_as_the_cpu_does() {
    let mut gpu = Engine::start(Backend::WebGpu)
        .await
        .expect("this lane needs a WebGPU adapter");
    let mut cpu = Engine::start(Backend::Flex).await.unwrap();
    for (readout, winners) in KINDS {
        let package = small_package_of(readout, winners).await;
        let files = package.to_files(Precision::Int8).unwrap();
        let here = gpu.load("small", &files).unwrap();
        let here = here.explain(TEXT).await.unwrap();
        let there = cpu.load("small", &files).unwrap();
        let there = there.explain(TEXT).await.unwrap();
        let difference = largest_explained_difference(&here, &there);
        assert!(
            difference < 1e-4,
            "{readout:?}: explanations differ by {difference}"
        );
        assert_complete(&here);

        let measured = gpu.measure("small").await.unwrap();
        assert_eq!(measured.backend, Backend::WebGpu);
        assert!(measured.agrees, "{readout:?}: {measured:?}");
    }

    compare_training(&gpu.device.device).await;
    compare_gradients(&gpu.device.device).await;

    let exact = small_package().await.to_files(Precision::F32).unwrap();
    gpu.load("small", &exact).unwrap();
    let steps = losses(&gpu).await;
    let reference = reference();
    assert_eq!(steps.len(), reference.len());
    for (step, (here, there)) in steps.iter().zip(&reference).enumerate() {
        // The last number is the accuracy, in which a text that is all but undecided counts whole.
        for (a, b) in here[..4].iter().zip(there) {
            let least = 1e-2 * b.abs() + 1e-6; // The rounding of numbers that are all but 0.
            assert!((a - b).abs() <= least, "step {}: {a} is not {b}", step + 1);
        }
    }
}
