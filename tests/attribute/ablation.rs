//! What is left without neurons, heads or words is what a model without them computes.

use burn::tensor::Tensor;
use pollster::block_on;
use safr::attribute::{Part, ablate, ablated_logits};
use safr::explain::softmax;
use safr::model::{Ablation, BlockAblation, Classifier, Reading, Readout};
use safr::text::Tokenizer;

use crate::common::{close, small_weights};
use crate::double;

use super::{TEXT, batch, readings, same, small, small_of, whole, without};

#[test]
fn without_an_ablation_a_pass_is_as_ever() {
    for reading in readings() {
        let model = small(reading);
        let [_, length] = batch(&model, TEXT).dims();
        let ones = Ablation {
            words: Some(Tensor::ones([1, length], &double())),
            blocks: vec![
                BlockAblation {
                    heads: Some(Tensor::ones([1, 2], &double())),
                    neurons: Some(Tensor::ones([1, 1, 10], &double())),
                };
                2
            ],
        };
        let expected = whole(&model, TEXT);
        assert_eq!(without(&model, TEXT, &Ablation::default()), expected);
        same(&without(&model, TEXT, &ones), &expected);
    }
}

#[test]
fn without_its_neurons_a_block_adds_its_bias_alone() {
    for (reading, layer) in readings().into_iter().zip([0, 1]) {
        let model = small(reading);
        let mut weights = small_weights(&model.config, 3);
        let name = format!("layers.{layer}.ff.linear2.weight");
        weights.get_mut(&name).unwrap().values.fill(0.0);
        let deaf = Classifier::new(&model.config, &weights, &double()).unwrap();
        let mut blocks = vec![BlockAblation::default(); 2];
        blocks[layer].neurons = Some(Tensor::zeros([1, 1, 10], &double()));
        let ablation = Ablation {
            words: None,
            blocks,
        };
        same(&without(&model, TEXT, &ablation), &whole(&deaf, TEXT));
        assert_ne!(whole(&deaf, TEXT), whole(&model, TEXT));
    }
}

#[test]
fn without_a_head_its_columns_of_the_projection_are_idle() {
    let model = small(Reading::scale_free(Tokenizer::Default));
    let mut weights = small_weights(&model.config, 3);
    // The second of two heads writes columns 4 to 7.
    let projection = weights.get_mut("layers.1.attention.out.weight").unwrap();
    for row in projection.values.chunks_exact_mut(8) {
        row[4..].fill(0.0);
    }
    let deaf = Classifier::new(&model.config, &weights, &double()).unwrap();
    let blocks = vec![
        BlockAblation::default(),
        BlockAblation {
            heads: Some(Tensor::from_data([[1.0, 0.0]], &double())),
            neurons: None,
        },
    ];
    let ablation = Ablation {
        words: None,
        blocks,
    };
    same(&without(&model, TEXT, &ablation), &whole(&deaf, TEXT));
    assert_ne!(whole(&deaf, TEXT), whole(&model, TEXT));
}

#[test]
fn without_a_word_its_gate_is_closed() {
    let model = small(Reading::scale_free(Tokenizer::Default));
    let mut keep = block_on(model.gate_values()).unwrap();
    keep[TEXT[3] as usize] = 0.0;
    let closed = model.clone().with_gate_values(&keep);
    let ablation = Ablation {
        words: Some(Tensor::from_data([[1.0, 1.0, 1.0, 0.0, 1.0]], &double())),
        blocks: vec![],
    };
    // The gate's values were read in single precision.
    for (a, b) in without(&model, TEXT, &ablation)
        .iter()
        .zip(whole(&closed, TEXT))
    {
        close("a score", *a, b, 1e-6);
    }
}

/// Neurons that nothing writes back are what the head's weights multiply.
#[test]
fn without_the_neurons_that_the_head_reads_its_weights_are_idle() {
    for reading in readings() {
        let model = small_of(reading, Readout::Neurons);
        let mut weights = small_weights(&model.config, 3);
        weights.get_mut("fc.weight").unwrap().values.fill(0.0);
        let deaf = Classifier::new(&model.config, &weights, &double()).unwrap();
        let silent = BlockAblation {
            neurons: Some(Tensor::zeros([1, 1, 10], &double())),
            heads: None,
        };
        let ablation = Ablation {
            words: None,
            blocks: vec![BlockAblation::default(), silent],
        };
        same(&without(&model, TEXT, &ablation), &whole(&deaf, TEXT));
        assert_ne!(whole(&deaf, TEXT), whole(&model, TEXT));
    }
}

/// Factors that are 0 at `places` of `width`.
fn zero_at(width: usize, places: impl IntoIterator<Item = usize>) -> Tensor<1> {
    let mut factors = vec![1.0; width];
    places.into_iter().for_each(|at| factors[at] = 0.0);
    Tensor::from_data(factors.as_slice(), &double())
}

/// A part of each kind, and the factors of a pass without it.
fn kinds(length: usize) -> [(Part, Ablation); 6] {
    let neurons = |factors: Tensor<3>| BlockAblation {
        neurons: Some(factors),
        heads: None,
    };
    let blocks = |blocks| Ablation {
        blocks,
        words: None,
    };
    let first = BlockAblation::default;
    let heads = BlockAblation {
        heads: Some(zero_at(2, [1]).unsqueeze()),
        neurons: None,
    };
    let row: Tensor<3> = zero_at(length * 10, 30..40).reshape([1, length, 10]);
    let silent = neurons(Tensor::zeros([1, 1, 10], &double()));
    [
        (
            Part::Neurons {
                layer: 1,
                neurons: vec![0, 7],
            },
            blocks(vec![first(), neurons(zero_at(10, [0, 7]).unsqueeze())]),
        ),
        (
            Part::NeuronsAt {
                layer: 1,
                places: 3..4,
            },
            blocks(vec![first(), neurons(row)]),
        ),
        (Part::AllNeurons, blocks(vec![silent.clone(), silent])),
        (Part::Head { layer: 0, head: 1 }, blocks(vec![heads])),
        (
            Part::Word(2),
            Ablation {
                blocks: vec![],
                words: Some(zero_at(length, [2]).unsqueeze()),
            },
        ),
        (
            Part::Neurons {
                layer: 0,
                neurons: vec![],
            },
            Ablation::default(),
        ),
    ]
}

#[test]
fn parts_are_ablated_one_by_one_in_any_number() {
    for (reading, readout) in readings().into_iter().zip(Readout::ALL) {
        let model = small_of(reading, readout);
        let [_, length] = batch(&model, TEXT).dims();
        let kinds = kinds(length);
        // Enough for more than one batch.
        let parts = kinds.iter().map(|(part, _)| part.clone()).cycle();
        let parts: Vec<Part> = parts.take(1202).collect();
        let ablated = block_on(ablate(&model, TEXT, &parts)).unwrap();
        assert_eq!(ablated.without.len(), parts.len());
        let expected = kinds.each_ref().map(|(_, ablation)| {
            let logits = without(&model, TEXT, ablation);
            softmax(&logits.iter().map(|&x| x as f32).collect::<Vec<_>>())
        });
        let [.., whole] = &expected;
        let same = |found: &[f32], expected: &[f32]| {
            for (a, b) in found.iter().zip(expected) {
                close("a probability", (*a).into(), (*b).into(), 1e-6);
            }
        };
        for (found, expected) in ablated.without.iter().zip(expected.iter().cycle()) {
            same(found, expected);
        }
        same(&ablated.whole, whole);
        assert!(expected[..5].iter().all(|without| without != whole));
    }
}

/// Without any neuron the head that reads them says its bias.
#[test]
fn a_head_that_reads_no_neuron_says_its_bias() {
    let model = small_of(Reading::scale_free(Tokenizer::Default), Readout::Neurons);
    let bias = &small_weights(&model.config, 3)["fc.bias"].values;
    let logits = block_on(ablated_logits(&model, TEXT, &[Part::AllNeurons])).unwrap();
    for (found, bias) in logits[1].iter().zip(bias) {
        close("a logit", f64::from(*found), f64::from(*bias), 1e-7);
    }
}
