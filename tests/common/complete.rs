//! What is said of each class adds up to its logit, on whichever device.

use burn::tensor::Device;
use safr::explain::{TraceNumbers, centred};
use safr::model::{
    Activation, Architecture, Batch, Classifier, ModelConfig, Pooler, Pooling, PositionVectors,
    Reading, Readout, Weights,
};
use safr::text::Tokenizer;

use super::{all_close, small_config, small_weights, winners};

/// Every kind of model: what its head reads and of how many words, how it reads texts, classes and blocks.
pub(crate) fn configs() -> impl Iterator<Item = ModelConfig> {
    let [published, scale_free] =
        [Reading::published, Reading::scale_free].map(|of| of(Tokenizer::Default));
    let kinds = [
        (published, Readout::Residual, None),
        (published, Readout::Neurons, None),
        (scale_free, Readout::Residual, None),
        (scale_free, Readout::Neurons, None),
        (scale_free, Readout::Neurons, Some(winners(1, 0.0))),
        (scale_free, Readout::Neurons, Some(winners(2, 0.0))),
        (scale_free, Readout::Neurons, Some(winners(2, 0.6))),
    ];
    let of_kinds = kinds.into_iter().flat_map(|(reading, readout, winners)| {
        [(1, 2), (1, 3), (2, 5)].map(|(layers, classes)| ModelConfig {
            readout,
            winners,
            classes,
            ..small_config(layers, reading)
        })
    });
    let neurons = ModelConfig {
        readout: Readout::Neurons,
        architecture: Architecture {
            pooler: None,
            ..bert()
        },
        ..small_config(2, scale_free)
    };
    let poolers = [(1, Pooler::Tanh), (3, Pooler::Relu)].map(|(layers, pooler)| ModelConfig {
        classes: 3,
        architecture: Architecture {
            pooler: Some(pooler),
            ..bert()
        },
        ..small_config(layers, first(scale_free))
    });
    of_kinds.chain(poolers).chain([neurons])
}

/// What BERT's encoder is made of.
pub(crate) fn bert() -> Architecture {
    Architecture {
        activation: Activation::Gelu,
        positions: PositionVectors::Learned,
        scaled_embeddings: false,
        embedding_norm: true,
        norm_epsilon: 1e-12,
        pooler: Some(Pooler::Tanh),
    }
}

/// The same reading, of which the head sees the first place alone.
fn first(reading: Reading) -> Reading {
    Reading {
        pooling: Pooling::First,
        ..reading
    }
}

/// Small weights in which no norm or bias is at its first value, so that each has a part.
pub(crate) fn lively(config: &ModelConfig, seed: u64) -> Weights {
    let mut weights = small_weights(config, seed);
    for (at, (name, array)) in weights.iter_mut().enumerate() {
        if name.contains("norm") {
            for (place, value) in array.values.iter_mut().enumerate() {
                *value += ((at * 7 + place * 3) % 11) as f32 / 10.0 - 0.5;
            }
        }
    }
    weights
}

/// What is read of a pass over `texts`.
pub(crate) async fn explained(model: &Classifier, texts: &[&[u32]]) -> Vec<TraceNumbers> {
    explained_at(model, texts, model.config.layers - 1).await
}

/// The same with block number `shown` as the one that is shown.
pub(crate) async fn explained_at(
    model: &Classifier,
    texts: &[&[u32]],
    shown: usize,
) -> Vec<TraceNumbers> {
    let batch = Batch::new(texts, &model.config, &model.device());
    let trace = model.forward(&batch, None);
    let contributions = model.contributions_at(&trace, shown);
    trace.read_with(Some(contributions)).await.unwrap()
}

fn sum(rows: &[Vec<f32>], class: usize) -> (f64, f64) {
    let values = rows.iter().map(|row| f64::from(row[class]));
    values.fold((0.0, 0.0), |(sum, size), x| (sum + x, size + x.abs()))
}

/// Asserts that both decompositions of every class are whole.
pub(crate) fn assert_whole(what: &str, trace: &TraceNumbers) {
    let parts = trace.contributions.as_ref().unwrap();
    for (class, logit) in centred(&trace.logits).into_iter().enumerate() {
        let at = |values: &[f32]| f64::from(values[class]);
        let (said, size) = sum(&parts.places, class);
        let rest = at(&parts.padding_places) + at(&parts.past) + at(&parts.head);
        let missing = (said + rest - logit).abs();
        assert!(
            missing <= 1e-5 * size.max(1.0),
            "{what}, class {class}: evidence lacks {missing}"
        );

        let words: Vec<Vec<f32>> = (0..trace.ids.len()).map(|k| parts.of_word(k)).collect();
        let (brought, size) = sum(&words, class);
        let rest = at(&parts.positions) + at(&parts.padding) + at(&parts.biases);
        let missing = (brought + rest - logit).abs();
        assert!(
            missing <= 1e-4 * size.max(1.0),
            "{what}, class {class}: contributions lack {missing}"
        );
    }
}

/// One of them without words.
const TEXTS: [&[u32]; 5] = [
    &[2, 3, 4, 5, 3],
    &[6],
    &[],
    &[7, 8, 9, 10, 11, 2, 1],
    &[1, 1],
];

/// Asserts it of every kind of model.
pub(crate) async fn assert_parts_add_up(device: &Device) {
    for config in configs() {
        let model = Classifier::new(&config, &lively(&config, 3), device).unwrap();
        for trace in explained(&model, &TEXTS).await {
            assert_whole(&format!("{config:?}, {:?}", trace.ids), &trace);
        }
    }
}

/// Asserts that `device` computes what Flex does, and that its parts are whole: with and without pooled PAD
/// and winners, with several classes and blocks.
pub(crate) async fn compare_parts(device: &Device) {
    let [published, scale_free] =
        [Reading::published, Reading::scale_free].map(|of| of(Tokenizer::Default));
    let plain = Architecture::default();
    for (reading, readout, winners, layers, architecture) in [
        (published, Readout::Residual, None, 2, plain),
        (published, Readout::Neurons, None, 1, plain),
        (
            scale_free,
            Readout::Neurons,
            Some(winners(2, 0.6)),
            2,
            plain,
        ),
        (first(scale_free), Readout::Residual, None, 2, bert()),
    ] {
        let config = ModelConfig {
            readout,
            winners,
            classes: 3,
            architecture,
            ..small_config(layers, reading)
        };
        let on = async |device: &Device| {
            let model = Classifier::new(&config, &lively(&config, 3), device).unwrap();
            explained_at(&model, &TEXTS, 0).await
        };
        let there = on(&Device::flex()).await;
        for (here, there) in on(device).await.iter().zip(&there) {
            let what = format!("{config:?}, {:?}", here.ids);
            assert_whole(&what, here);
            let numbers: Vec<f64> = numbers(there).into_iter().map(f64::from).collect();
            all_close(&what, &self::numbers(here), &numbers, 1e-4);
        }
    }
}

/// Logits, neurons and parts of a pass.
fn numbers(trace: &TraceNumbers) -> Vec<f32> {
    let parts = trace.contributions.as_ref().unwrap().numbers();
    [&trace.logits, &trace.last_layer().neurons.values, &parts]
        .map(Vec::as_slice)
        .concat()
}
