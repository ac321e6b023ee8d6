//! Ablations are what they are by other means, and scores of words are slopes and differences of
//! explicit passes (method §4, §5).

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::disallowed_methods,
    reason = "natively a test may wait for the device"
)]

mod common;

use burn::tensor::{Device, FloatDType, Tensor};
use common::{
    close, fixtures, numbers, reference_model, reference_texts, small_config, small_weights,
};
use pollster::block_on;
use safr::attribute::{
    Part, Ranking, Removal, ablate, gradient_input, integrated_gradients, occlusion, probabilities,
    ranked, word_scores,
};
use safr::explain::{argmax, softmax};
use safr::model::{Ablation, Batch, BlockAblation, Classifier, Reading, Stream, read};
use safr::text::{UNKNOWN, Words};

const TEXT: &[u32] = &[2, 3, 4, 5, 6];

/// Flex with double precision as its default, for this whole test program.
fn double() -> Device {
    let mut device = Device::flex();
    // Every test configures; all but the first are told that it was done.
    let _ = device.configure(FloatDType::F64);
    device
}

fn readings() -> [Reading; 2] {
    [
        Reading::published(Words::Default),
        Reading::scale_free(Words::Default),
    ]
}

/// The reference model with the texts that NumPy knows it by.
fn reference(reading: Reading) -> (Classifier, Vec<Vec<u32>>) {
    let fixtures = fixtures();
    (
        reference_model(&fixtures, reading, &double()),
        reference_texts(&fixtures),
    )
}

fn small(reading: Reading) -> Classifier {
    let config = small_config(2, reading);
    Classifier::new(&config, &small_weights(&config, 3), &double()).unwrap()
}

fn batch(model: &Classifier, text: &[u32]) -> Batch {
    Batch::new(&[text], &model.config, &double())
}

fn scores(logits: Tensor<2>) -> Vec<f64> {
    logits.into_data().try_into_vec().unwrap()
}

/// Class scores of a text, without what `ablation` takes away.
fn without(model: &Classifier, text: &[u32], ablation: &Ablation) -> Vec<f64> {
    scores(model.forward_ablated(&batch(model, text), ablation).logits)
}

fn whole(model: &Classifier, text: &[u32]) -> Vec<f64> {
    scores(model.forward(&batch(model, text), None).logits)
}

#[track_caller]
fn same(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        close("a score", *a, *b, 1e-9);
    }
}

/// ln p/(1 − p).
fn log_odds(scores: &[f64], class: usize) -> f64 {
    let others = scores
        .iter()
        .enumerate()
        .filter(|&(other, _)| other != class);
    scores[class] - others.map(|(_, score)| score.exp()).sum::<f64>().ln()
}

fn predicted(scores: &[f64]) -> usize {
    let scores: Vec<f32> = scores.iter().map(|&score| score as f32).collect();
    argmax(&scores)
}

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
    let model = small(Reading::scale_free(Words::Default));
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
    let model = small(Reading::scale_free(Words::Default));
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

#[test]
fn parts_are_ablated_one_by_one_in_any_number() {
    for reading in readings() {
        let model = small(reading);
        let [_, length] = batch(&model, TEXT).dims();
        let kinds = [
            Part::Neurons {
                layer: 1,
                neurons: vec![0, 7],
            },
            Part::Head { layer: 0, head: 1 },
            Part::Word(2),
            Part::Neurons {
                layer: 0,
                neurons: vec![],
            },
        ];
        let zero_at = |width: usize, places: &[usize]| -> Tensor<1> {
            let mut factors = vec![1.0; width];
            places.iter().for_each(|&at| factors[at] = 0.0);
            Tensor::from_data(factors.as_slice(), &double())
        };
        let neurons = BlockAblation {
            neurons: Some(zero_at(10, &[0, 7]).unsqueeze()),
            heads: None,
        };
        let head = BlockAblation {
            neurons: None,
            heads: Some(zero_at(2, &[1]).unsqueeze()),
        };
        let by_hand = [
            Ablation {
                blocks: vec![BlockAblation::default(), neurons],
                words: None,
            },
            Ablation {
                blocks: vec![head],
                words: None,
            },
            Ablation {
                blocks: vec![],
                words: Some(zero_at(length, &[2]).unsqueeze()),
            },
            Ablation::default(),
        ];
        // Enough for more than one batch.
        let parts: Vec<Part> = kinds.iter().cycle().take(1202).cloned().collect();
        let ablated = block_on(ablate(&model, TEXT, &parts)).unwrap();
        assert_eq!(ablated.without.len(), parts.len());
        let probabilities = |ablation: &Ablation| {
            let logits = without(&model, TEXT, ablation);
            softmax(&logits.iter().map(|&x| x as f32).collect::<Vec<_>>())
        };
        let expected = by_hand.each_ref().map(probabilities);
        for (at, found) in ablated.without.iter().enumerate() {
            for (a, b) in found.iter().zip(&expected[at % 4]) {
                close("a probability", (*a).into(), (*b).into(), 1e-6);
            }
        }
        for (a, b) in ablated.whole.iter().zip(&expected[3]) {
            close("a probability", (*a).into(), (*b).into(), 1e-6);
        }
        assert_ne!(expected[0], expected[3]);
    }
}

#[test]
fn texts_keep_their_order_whatever_the_batches() {
    for reading in readings() {
        let model = small(reading);
        // 1,500 texts of 0 to 7 words and more: several batches.
        let texts: Vec<Vec<u32>> = (0..1500u32)
            .map(|at| (0..at % 9).map(|place| (at + place) % 12).collect())
            .collect();
        let texts: Vec<Vec<u32>> = texts
            .into_iter()
            .map(|text| text.into_iter().filter(|&id| id > 0).collect())
            .collect();
        let found = block_on(probabilities(&model, &texts)).unwrap();
        for (text, found) in texts.iter().zip(&found).step_by(7) {
            let alone = block_on(probabilities(&model, &[text])).unwrap();
            for (a, b) in found.iter().zip(&alone[0]) {
                close("a probability", (*a).into(), (*b).into(), 1e-6);
            }
        }
    }
}

#[test]
fn occlusion_is_the_difference_of_two_passes() {
    for reading in readings() {
        let (model, texts) = reference(reading);
        let probability = |text: &[u32], class: usize| {
            let scores = whole(&model, text);
            let odds: Vec<f64> = scores.iter().map(|score| score.exp()).collect();
            odds[class] / odds.iter().sum::<f64>()
        };
        let text = &texts[0];
        let class = predicted(&whole(&model, text));
        for removal in Removal::ALL {
            let found = block_on(occlusion(&model, text, removal)).unwrap();
            assert_eq!(found.len(), text.len());
            for (word, found) in found.iter().enumerate() {
                let mut rest = text.clone();
                match removal {
                    Removal::Delete => drop(rest.remove(word)),
                    Removal::Unknown => rest[word] = UNKNOWN,
                }
                let expected = probability(text, class) - probability(&rest, class);
                close("occlusion", *found, expected, 1e-6);
            }
        }
    }
}

/// Scaling a word's gated embedding is scaling its gate, so that the slope by the scale is
/// gradient×input.
#[test]
fn gradient_input_is_the_slope_by_the_gate() {
    for reading in readings() {
        let (model, texts) = reference(reading);
        for text in &texts {
            let class = predicted(&whole(&model, text));
            let [_, length] = batch(&model, text).dims();
            let scaled = |word: usize, factor: f64| {
                let mut factors = vec![1.0; length];
                factors[word] = factor;
                let factors = Tensor::<1>::from_data(factors.as_slice(), &double());
                let ablation = Ablation {
                    words: Some(factors.unsqueeze()),
                    blocks: vec![],
                };
                log_odds(&without(&model, text, &ablation), class)
            };
            let found = block_on(gradient_input(&model, text)).unwrap();
            assert_eq!(found.len(), text.len());
            for (word, found) in found.iter().enumerate() {
                let step = 1e-4;
                let slope = (scaled(word, 1.0 + step) - scaled(word, 1.0 - step)) / (2.0 * step);
                close("gradient × input", *found, slope, 1e-5);
            }
        }
    }
}

/// Completeness: the words' parts add up to the log-odds, less those with all gates closed.
#[test]
fn integrated_gradients_add_up() {
    for reading in readings() {
        let (model, texts) = reference(reading);
        for text in &texts {
            let class = predicted(&whole(&model, text));
            let batch = batch(&model, text);
            let closed = Ablation {
                words: Some(1.0 - batch.valid.clone()),
                blocks: vec![],
            };
            let difference = log_odds(&whole(&model, text), class)
                - log_odds(&without(&model, text, &closed), class);
            let error = |steps: usize| {
                let parts = block_on(integrated_gradients(&model, text, steps)).unwrap();
                assert_eq!(parts.len(), text.len());
                (parts.iter().sum::<f64>() - difference).abs()
            };
            let (coarse, fine) = (error(8), error(2048));
            assert!(
                fine <= 1e-4 * difference.abs().max(1.0) && fine <= coarse + 1e-5,
                "off by {coarse} after 8 steps and by {fine} after 2048"
            );
        }
    }
}

#[test]
fn rankings_show_what_one_pass_shows() {
    let (model, texts) = reference(Reading::scale_free(Words::Whitespace));
    let fixtures = fixtures();
    let mut stream = Stream::new(0);
    let mut of = |at: usize, ranking| {
        block_on(word_scores(&model, &texts[at], ranking, &mut stream)).unwrap()
    };
    let keep = numbers(&fixtures["scale_free"]["keep"]);
    // Two heads of a 10 × 10 matrix a text.
    let attention = numbers(&fixtures["scale_free"]["attention"]);
    for (at, text) in texts.iter().enumerate() {
        let n = text.len();
        for (a, b) in of(at, Ranking::Keep)
            .iter()
            .zip(&keep[at * 10..at * 10 + n])
        {
            close("keep", *a, *b, 1e-6);
        }
        let found = of(at, Ranking::Attention);
        assert_eq!(found.len(), n);
        for (word, found) in found.iter().enumerate() {
            let received = (0..2)
                .flat_map(|head| (0..n).map(move |query| (head, query)))
                .map(|(head, query)| attention[((at * 2 + head) * 10 + query) * 10 + word])
                .sum::<f64>();
            close("attention", *found, received / (2 * n) as f64, 1e-6);
        }
    }
    let text = &texts[0];
    assert_eq!(
        of(0, Ranking::Occlusion),
        block_on(occlusion(&model, text, Removal::Delete)).unwrap()
    );
    assert_eq!(
        of(0, Ranking::GradientInput),
        block_on(gradient_input(&model, text)).unwrap()
    );
}

#[test]
fn the_random_ranking_goes_by_its_seed() {
    let model = small(Reading::scale_free(Words::Default));
    let drawn = |seed: u64| {
        let mut stream = Stream::new(seed);
        let mut order =
            || ranked(&block_on(word_scores(&model, TEXT, Ranking::Random, &mut stream)).unwrap());
        (0..10).map(|_| order()).collect::<Vec<_>>()
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    assert!(drawn(1).iter().any(|order| *order != drawn(1)[0]));
}

#[test]
fn words_that_are_not_read_have_no_score() {
    for reading in readings() {
        let model = small(reading);
        let long: Vec<u32> = (0..20).map(|at| 1 + at % 11).collect();
        let mut stream = Stream::new(0);
        for ranking in Ranking::ALL {
            let mut of =
                |text: &[u32]| block_on(word_scores(&model, text, ranking, &mut stream)).unwrap();
            assert_eq!(of(&long).len(), 7, "{}", ranking.name());
            assert!(of(&[]).is_empty(), "{}", ranking.name());
        }
        let occluded = block_on(occlusion(&model, &long, Removal::Delete)).unwrap();
        let read = block_on(occlusion(&model, &long[..7], Removal::Delete)).unwrap();
        assert_eq!(
            occluded, read,
            "no unread word takes the place of a deleted one"
        );
    }
}

/// A trainer's model carries gradients of its own.
#[test]
fn a_model_in_training_can_be_explained() {
    let config = small_config(1, Reading::scale_free(Words::Default));
    let weights = small_weights(&config, 3);
    let of = |device: &Device| {
        let model = Classifier::new(&config, &weights, device).unwrap();
        let logits = model
            .forward(&Batch::new(&[TEXT], &config, device), None)
            .logits;
        block_on(read(logits.flatten(0, 1))).unwrap();
        block_on(gradient_input(&model, TEXT)).unwrap()
    };
    for (a, b) in of(&double().autodiff()).iter().zip(of(&double())) {
        close("gradient × input", *a, b, 1e-6);
    }
}
