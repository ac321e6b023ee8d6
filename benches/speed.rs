//! How long a forward pass, an explanation and a training step take at the default size, on the
//! CPU backends, and the speed that a plain matrix product reaches there.
//!
//! `cargo xtask bench native`

mod common;

use burn::tensor::{Device, Distribution, Tensor};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pollster::block_on;
use safr::engine::{Backend, OpenDevice};
use safr::evaluate::EncodedExample;
use safr::explain::explain;
use safr::model::{Batch, Classifier, ModelConfig, Reading, Stream, initial_weights, read};
use safr::objective::{Family, GateGuard, Objective, ScaleFree, Space};
use safr::text::{ReadText, ReadWord, Tokenizer};
use safr::train::{Trainer, Wish};

const VOCABULARY: usize = 8000;
const LENGTHS: [usize; 2] = [20, 128];

fn devices() -> [(&'static str, Device); 2] {
    [("flex", Backend::Flex), ("ndarray", Backend::NdArray)].map(|(name, backend)| {
        (
            name,
            block_on(OpenDevice::open(backend)).expect("a CPU").device,
        )
    })
}

fn config() -> ModelConfig {
    ModelConfig::new(VOCABULARY, 2, Reading::scale_free(Tokenizer::Default))
}

/// A model whose gate is looked up, like a loaded one's.
fn model(device: &Device) -> Classifier {
    let config = config();
    let weights = initial_weights(&config, &mut Stream::new(0));
    let model = Classifier::new(&config, &weights, device).expect("a model");
    let gate = vec![0.5; VOCABULARY];
    model.with_gate_values(&gate)
}

fn ids(length: usize) -> Vec<u32> {
    (0..length as u32).map(|at| 2 + at * 37 % 7000).collect()
}

fn words(length: usize) -> ReadText {
    let word = |id: u32| ReadWord {
        text: id.to_string(),
        start: 0,
        end: 1,
        id,
        known: true,
        pieces: Vec::new(),
    };
    ReadText::of_words(ids(length).into_iter().map(word).collect(), None)
}

fn forward(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("forward");
    for (name, device) in devices() {
        let model = model(&device);
        for length in LENGTHS {
            let ids = ids(length);
            group.bench_function(BenchmarkId::new(name, length), |bencher| {
                bencher.iter(|| {
                    let batch = Batch::new(&[&ids], &model.config, &device);
                    block_on(read(model.forward(&batch, None).logits.flatten(0, 1)))
                });
            });
        }
    }
}

fn explanation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("explanation");
    let classes = ["negative".to_owned(), "positive".to_owned()];
    for (name, device) in devices() {
        let model = model(&device);
        for length in LENGTHS {
            let (ids, words) = (ids(length), words(length));
            group.bench_function(BenchmarkId::new(name, length), |bencher| {
                bencher.iter(|| {
                    let batch = Batch::new(&[&ids], &model.config, &device);
                    let trace = block_on(model.forward(&batch, None).read()).expect("a trace");
                    explain("bench", "", &words, &classes, trace.first())
                });
            });
        }
    }
}

/// One epoch of 4 batches of 32 texts of 40 words, dev part of 1 text: four steps.
fn training(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("4 training steps of 32 x 40");
    group.sample_size(10);
    group.throughput(Throughput::Elements(128));
    let objective = Objective::new(
        Family::ScaleFree(ScaleFree {
            space: Space::Mlp,
            guard: GateGuard::Rate {
                rho: 0.3,
                weight: 1.0,
            },
            ..ScaleFree::PLAIN
        }),
        1.0,
        1.0,
    );
    let options = common::endless(objective, 1e-4, 32);
    let texts: Vec<EncodedExample> = (0..128)
        .map(|at| EncodedExample::of_words(&ids(40), at % 2))
        .collect();
    for (name, device) in devices() {
        let weights = initial_weights(&config(), &mut Stream::new(0));
        let data = (texts.clone(), texts[..1].to_vec());
        let mut trainer = Trainer::new(
            options.clone(),
            &config(),
            &weights,
            Stream::new(1),
            data,
            &device,
        )
        .expect("a run");
        group.bench_function(name, |bencher| {
            bencher.iter(|| block_on(trainer.epoch(|_| Wish::Continue)).expect("an epoch"));
        });
    }
}

/// What training is compared with: the first product of the MLP over a batch of 32 texts of 40
/// words. An element is a floating-point operation, a multiplication or an addition.
fn matmul(criterion: &mut Criterion) {
    let (rows, inner, columns) = (32 * 40, 256, 1024);
    let mut group = criterion.benchmark_group("product of 1280 x 256 and 256 x 1024");
    group.throughput(Throughput::Elements((2 * rows * inner * columns) as u64));
    for (name, device) in devices() {
        let drawn = |shape| Tensor::<2>::random(shape, Distribution::Default, &device);
        let (left, right) = (drawn([rows, inner]), drawn([inner, columns]));
        group.bench_function(name, |bencher| {
            bencher.iter(|| left.clone().matmul(right.clone()));
        });
    }
}

criterion_group!(speed, forward, explanation, training, matmul);
criterion_main!(speed);
