//! Scores of words are slopes and differences of explicit passes.

use burn::tensor::{Device, Tensor};
use pollster::block_on;
use safr::attribute::{
    Part, Ranking, Removal, ablated_logits, gradient_input, integrated_gradients, occlusion,
    probabilities, ranked, word_scores,
};
use safr::explain::{argmax, centred};
use safr::model::{Ablation, Batch, Classifier, Reading, Readout, Stream, read};
use safr::text::{Encoded, Tokenizer, UNKNOWN};

use crate::common::{
    close, fixtures, numbers, reference_model, reference_texts, small_config, small_weights,
};
use crate::double;

use super::{
    TEXT, batch, log_odds, predicted, readings, references, small, small_of, whole, without,
};

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
    let texts = reference_texts(&fixtures());
    for model in references() {
        let probability = |text: &[u32], class: usize| {
            let scores = whole(&model, text);
            let odds: Vec<f64> = scores.iter().map(|score| score.exp()).collect();
            odds[class] / odds.iter().sum::<f64>()
        };
        let text = &texts[0];
        let class = predicted(&whole(&model, text));
        for removal in Removal::ALL {
            let found = block_on(occlusion(&model, &Encoded::of_words(text), removal)).unwrap();
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
    let texts = reference_texts(&fixtures());
    for model in references() {
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
            let found = block_on(gradient_input(&model, &Encoded::of_words(text))).unwrap();
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
    let texts = reference_texts(&fixtures());
    // Either reading and either readout.
    for model in references().step_by(3) {
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
                let parts = block_on(integrated_gradients(
                    &model,
                    &Encoded::of_words(text),
                    steps,
                ))
                .unwrap();
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
    let fixtures = fixtures();
    let texts = reference_texts(&fixtures);
    let reading = Reading::scale_free(Tokenizer::Whitespace);
    let model = reference_model(&fixtures, reading, &double());
    let mut stream = Stream::new(0);
    let mut of = |at: usize, ranking| {
        block_on(word_scores(
            &model,
            &Encoded::of_words(&texts[at]),
            ranking,
            &mut stream,
        ))
        .unwrap()
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
        block_on(occlusion(&model, &Encoded::of_words(text), Removal::Delete)).unwrap()
    );
    assert_eq!(
        of(0, Ranking::GradientInput),
        block_on(gradient_input(&model, &Encoded::of_words(text))).unwrap()
    );
    // Signed, for the predicted class: the last of three.
    let split = &fixtures["variants"][1];
    assert_eq!(
        [&split["readout"], &split["reading"]],
        ["residual", "scale-free"]
    );
    let of_classes = numbers(&split["text"]["words"]);
    for (word, found) in of(0, Ranking::Contribution).iter().enumerate() {
        close("contribution", *found, of_classes[word * 3 + 2], 1e-6);
    }
}

/// Where the head reads the neurons, evidence is what a class loses without the neurons at a word.
#[test]
fn evidence_is_what_is_lost_without_the_neurons_at_a_word() {
    let texts = reference_texts(&fixtures());
    let mut stream = Stream::new(0);
    for model in references().filter(|model| model.config.readout == Readout::Neurons) {
        for text in &texts {
            let rows = (0..text.len()).map(|word| Part::NeuronsAt {
                layer: 1,
                places: word..word + 1,
            });
            let logits = block_on(ablated_logits(&model, text, &rows.collect::<Vec<_>>())).unwrap();
            let class = argmax(&logits[0]);
            let margin = |logits: &[f32]| centred(logits)[class];
            let found = block_on(word_scores(
                &model,
                &Encoded::of_words(text),
                Ranking::Evidence,
                &mut stream,
            ));
            let found = found.unwrap();
            assert_eq!(found.len(), text.len());
            for (found, without) in found.iter().zip(&logits[1..]) {
                close(
                    "evidence",
                    *found,
                    margin(&logits[0]) - margin(without),
                    1e-6,
                );
            }
        }
    }
}

#[test]
fn the_random_ranking_goes_by_its_seed() {
    let model = small(Reading::scale_free(Tokenizer::Default));
    let drawn = |seed: u64| {
        let mut stream = Stream::new(seed);
        let mut order = || {
            ranked(
                &block_on(word_scores(
                    &model,
                    &Encoded::of_words(TEXT),
                    Ranking::Random,
                    &mut stream,
                ))
                .unwrap(),
            )
        };
        (0..10).map(|_| order()).collect::<Vec<_>>()
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    assert!(drawn(1).iter().any(|order| *order != drawn(1)[0]));
}

#[test]
fn words_that_are_not_read_have_no_score() {
    for (reading, readout) in readings().into_iter().zip(Readout::ALL) {
        let model = small_of(reading, readout);
        let long: Vec<u32> = (0..20).map(|at| 1 + at % 11).collect();
        let mut stream = Stream::new(0);
        for ranking in Ranking::ALL {
            let mut of = |text: &[u32]| {
                block_on(word_scores(
                    &model,
                    &Encoded::of_words(text),
                    ranking,
                    &mut stream,
                ))
                .unwrap()
            };
            assert_eq!(of(&long).len(), 7, "{}", ranking.name());
            assert!(of(&[]).is_empty(), "{}", ranking.name());
        }
        let occluded = block_on(occlusion(
            &model,
            &Encoded::of_words(&long),
            Removal::Delete,
        ))
        .unwrap();
        let read = block_on(occlusion(
            &model,
            &Encoded::of_words(&long[..7]),
            Removal::Delete,
        ))
        .unwrap();
        assert_eq!(
            occluded, read,
            "no unread word takes the place of a deleted one"
        );
    }
}

/// A trainer's model carries gradients of its own.
#[test]
fn a_model_in_training_can_be_explained() {
    let config = small_config(1, Reading::scale_free(Tokenizer::Default));
    let weights = small_weights(&config, 3);
    let of = |device: &Device| {
        let model = Classifier::new(&config, &weights, device).unwrap();
        let logits = model
            .forward(&Batch::new(&[TEXT], &config, device), None)
            .logits;
        block_on(read(logits.flatten(0, 1))).unwrap();
        block_on(gradient_input(&model, &Encoded::of_words(TEXT))).unwrap()
    };
    for (a, b) in of(&double().autodiff()).iter().zip(of(&double())) {
        close("gradient × input", *a, b, 1e-6);
    }
}
