//! Small runs of training, which other backends are to follow step by step.

use burn::tensor::Device;
use safr::evaluate::EncodedExample;
use safr::model::{ModelConfig, Readout, Stream, Weights, initial_weights};
use safr::objective::{Family, GateGuard, LossNumbers, Objective, ScaleFree, Space};
use safr::presets::Preset;
use safr::text::Tokenizer;
use safr::train::{Options, Schedule, Steps, TrainEvent, Trainer, Wish};

use super::{close, small_config};

/// Step size of training.
const RATE: f64 = 1e-3;

/// Texts of training, and of a batch, of which the last one has fewer.
const TEXTS: usize = 31;
const BATCH: usize = 4;

/// What is trained: all scale-free losses of a head that reads the residual stream, and the preset `safr`,
/// whose losses look at evidence, of a head that reads the neurons of some words.
pub(crate) fn trained() -> [(Objective, Readout); 2] {
    let safr = Objective::named("safr").expect("a preset of that name");
    [(scale_free(), Readout::Residual), (safr, Readout::Neurons)]
}

/// A small model of `layers` blocks that is trained so.
pub(crate) fn config_of(objective: &Objective, readout: Readout, layers: usize) -> ModelConfig {
    ModelConfig {
        readout,
        winners: objective.winners(readout),
        ..small_config(layers, objective.reading(Tokenizer::Default))
    }
}

/// All scale-free losses under a guard.
fn scale_free() -> Objective {
    let guard = GateGuard::Rate {
        rho: 0.3,
        weight: 1.0,
    };
    Objective::new(
        Family::ScaleFree(ScaleFree {
            space: Space::Mlp,
            guard,
            ..ScaleFree::PLAIN
        }),
        1.0,
        1.0,
    )
}

/// The norm of all values.
pub(crate) fn norm(values: impl Iterator<Item = f32>) -> f64 {
    values.map(|x| f64::from(x).powi(2)).sum::<f64>().sqrt()
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
async fn training((objective, readout): (Objective, Readout), device: &Device) -> Training {
    let config = ModelConfig {
        max_len: 8,
        ..config_of(&objective, readout, 1)
    };
    let mut stream = Stream::new(4);
    let weights = initial_weights(&config, &mut stream);
    let options = Options {
        objective,
        steps: Steps {
            learning_rate: RATE,
            batch_size: BATCH,
            epochs: 2,
            patience: 2,
        },
        seed: 4,
        freeze_embeddings: false,
        freeze_layers: 0,
        weight_decay: 0.0,
        schedule: Schedule::default(),
    };
    let text = |at: usize| {
        let words = (0..=at % 8).map(|word| 2 + (at + word) as u32 % 10);
        EncodedExample::of_words(&words.collect::<Vec<u32>>(), at % 2)
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

/// How far training may be off.
pub(crate) const STRICT: f64 = 1e-4;

/// That training on `device` takes the steps that it takes on Flex. Where each neuron is left to the words that drive it
/// most, rounding decides between two that are as good as equal: a device that rounds differently may be off `by_winners`.
pub(crate) async fn compare_training(device: &Device, by_winners: f64) {
    for kind in trained() {
        let tolerance = match kind.1 {
            Readout::Neurons => by_winners,
            Readout::Residual => STRICT,
        };
        compare(kind, device, tolerance).await;
    }
}

async fn compare(kind: (Objective, Readout), device: &Device, tolerance: f64) {
    let here = training(kind, device).await;
    let there = training(kind, &Device::flex()).await;
    let (_, readout) = kind;
    let steps = 2 * TEXTS.div_ceil(BATCH);
    assert_eq!([here.steps.len(), there.steps.len()], [steps; 2]);
    for (step, (here, there)) in here.steps.iter().zip(&there.steps).enumerate() {
        for (a, b) in here.iter().zip(there) {
            close(
                &format!("{readout:?}: a loss of step {}", step + 1),
                *a,
                *b,
                tolerance,
            );
        }
    }
    for (a, b) in here.dev.iter().flatten().zip(there.dev.iter().flatten()) {
        close(
            &format!("{readout:?}: a measure of the dev part"),
            *a,
            *b,
            tolerance,
        );
    }
    if tolerance > STRICT {
        return; // A neuron that another word has won learns something else: losses stay close, weights need not.
    }
    for (name, there) in &there.weights {
        // A gradient that is 0 but for rounding, by which Adam moves it all the same.
        if name.ends_with("attention.key.bias") {
            continue;
        }
        let here = &here.weights[name].values;
        let difference = norm(here.iter().zip(&there.values).map(|(a, b)| a - b));
        let way = RATE * steps as f64 * (there.values.len() as f64).sqrt();
        assert!(
            difference <= tolerance * way,
            "{readout:?}: {name} is off by {difference}"
        );
    }
}
