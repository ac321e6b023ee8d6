//! What is said of each class adds up to its logit, whatever the model, the reading and the text: by
//! neurons where they stand, and by the words that bring it.

use burn::tensor::Device;
use proptest::prelude::*;
use safr::engine::{EngineError, LoadedModel};
use safr::explain::{
    Explanation, Prediction, TraceNumbers, centred, evidence, margin_factor, mean_over_heads,
    weighed,
};
use safr::model::{Batch, Classifier, ModelConfig, Reading, Readout, read};
use safr::package::Precision;
use safr::text::Tokenizer;

use crate::common::complete::{self, assert_parts_add_up, assert_whole, configs, lively};
use crate::common::{
    KINDS, all_close, assert_complete, close, fixtures, reference_model, reference_texts,
    small_config, small_package, small_package_of, winners,
};

fn explained(model: &Classifier, texts: &[&[u32]]) -> Vec<TraceNumbers> {
    pollster::block_on(complete::explained(model, texts))
}

#[test]
fn the_parts_of_a_logit_add_up_to_it() {
    pollster::block_on(assert_parts_add_up(&Device::flex()));
}

/// As the page shows it: words and neurons add up to the log-odds of the predicted class, and their
/// tables to the words.
fn assert_explained(what: &str, explanation: &Explanation) {
    assert_complete(explanation);
    let margin = explanation.evidence.as_ref().unwrap().margin;
    let prediction = explanation.prediction.as_ref().unwrap();
    let p = f64::from(prediction.probabilities[prediction.predicted]);
    assert_eq!(margin.class, prediction.predicted);
    close(what, margin.total, (p / (1.0 - p)).ln(), 1e-4);
    let brought = &explanation.interaction.contribution;
    let said = &explanation.allocation.evidence;
    for (k, word) in explanation.words.iter().enumerate() {
        let to_words: f64 = (0..brought.rows).map(|i| f64::from(brought.at(i, k))).sum();
        close(what, to_words, word.contribution, 1e-5);
        let of_neurons: f64 = said.row(k).iter().map(|&said| f64::from(said)).sum();
        close(what, of_neurons, word.evidence, 1e-5);
    }
    let decides: f64 = explanation.words.iter().map(|word| word.decides).sum();
    close(what, decides, 1.0, 1e-6);
}

/// Stored as the page's models are, in eight bits, too. Other backends' numbers are compared with these in a browser.
#[test]
fn a_stored_model_is_explained_in_parts_that_add_up() {
    for (readout, winners) in KINDS {
        for precision in [Precision::F32, Precision::Int8] {
            let package = pollster::block_on(small_package_of(readout, winners));
            let files = package.to_files(precision).unwrap();
            let model = LoadedModel::new(&files, &Device::flex()).unwrap();
            let explanation = pollster::block_on(model.explain("a very good, good film")).unwrap();
            assert_explained(&format!("{readout:?}, {precision:?}"), &explanation);
            let nothing = pollster::block_on(model.explain(" ")).unwrap();
            assert_eq!((nothing.evidence, nothing.words.len()), (None, 0));
            let past = explanation.evidence.unwrap().margin.past;
            assert_eq!(past == 0.0, readout == Readout::Neurons, "{past}");
        }
    }
}

/// The published model, of two blocks and three classes.
#[test]
fn the_authors_model_is_split_as_well() {
    let fixtures = fixtures();
    for reading in [Reading::published, Reading::scale_free].map(|of| of(Tokenizer::Whitespace)) {
        let model = reference_model(&fixtures, reading, &Device::flex());
        let texts = reference_texts(&fixtures);
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        for trace in explained(&model, &texts) {
            assert_whole("the reference", &trace);
            let past = &trace.contributions.as_ref().unwrap().past;
            assert!(
                past.iter().any(|past| past.abs() > 1e-3),
                "nothing is said past its neurons"
            );
        }
    }
}

/// What a head reads off the neurons says nothing past them, and each neuron's evidence is what the
/// logits lose without it.
#[test]
fn evidence_is_what_is_lost_without_a_neuron() {
    for config in configs().filter(|config| config.readout == Readout::Neurons) {
        let model = Classifier::new(&config, &lively(&config, 4), &Device::flex()).unwrap();
        let text: [&[u32]; 1] = [&[2, 3, 4, 5]];
        let batch = Batch::new(&text, &config, &model.device());
        let trace = model.forward(&batch, None);
        let changes = safr::attribute::logit_changes(&model, &trace);
        let changes = pollster::block_on(safr::model::read(changes.flatten(0, 2))).unwrap();
        let trace = &explained(&model, &text)[0];
        assert_eq!(
            trace.contributions.as_ref().unwrap().past,
            vec![0.0; config.classes]
        );
        if config.reading == Reading::published(Tokenizer::Default) {
            continue; // What padding says is lost, too.
        }
        let factor = margin_factor(config.classes);
        for neuron in 0..config.d_ff {
            let lost = &changes[neuron * config.classes..][..config.classes];
            for (class, lost) in centred(lost).into_iter().enumerate() {
                let said = evidence(trace, class);
                let said: f64 = (0..4).map(|i| f64::from(said.at(i, neuron))).sum();
                assert!(
                    (said / factor + lost).abs() < 1e-5,
                    "{neuron}, {class}: {said} and {lost}"
                );
            }
        }
    }
}

/// What the gate is asked to agree with is the size of what is explained.
#[test]
fn amounts_are_the_sizes_of_contributions() {
    let texts: [&[u32]; 2] = [&[2, 3, 4, 5, 2], &[6, 7]];
    for config in configs() {
        let model = Classifier::new(&config, &lively(&config, 7), &Device::flex()).unwrap();
        let batch = Batch::new(&texts, &config, &model.device());
        let trace = model.with_amounts(model.forward(&batch, None));
        let [_, length] = batch.dims();
        let amounts = trace.amounts.unwrap().flatten(0, 1);
        let amounts = pollster::block_on(read(amounts)).unwrap();
        for (text, trace) in explained(&model, &texts).iter().enumerate() {
            let parts = trace.contributions.as_ref().unwrap();
            let size = |k| {
                let squares = parts.of_word(k).into_iter().map(|c| f64::from(c).powi(2));
                squares.sum::<f64>().sqrt()
            };
            let expected: Vec<f64> = (0..trace.ids.len()).map(size).collect();
            let found = &amounts[text * length..][..expected.len()];
            all_close("amounts", found, &expected, 1e-5);
        }
    }
}

/// Closed gates bring nothing, and what they stood for shows as positions and biases.
#[test]
fn closed_gates_bring_nothing() {
    for config in configs() {
        let model = Classifier::new(&config, &lively(&config, 5), &Device::flex()).unwrap();
        let closed = model.with_gate_values(&vec![0.0; config.vocabulary]);
        for trace in explained(&closed, &[&[2, 3, 4]]) {
            assert_whole("closed", &trace);
            let parts = trace.contributions.as_ref().unwrap();
            assert!((0..3).all(|k| parts.of_word(k).iter().all(|&brought| brought == 0.0)));
        }
    }
}

/// The two sums of a margin, whatever the head reads and the number of classes.
#[test]
fn a_margin_is_the_sum_of_its_parts_in_both_ways() {
    for config in configs() {
        let mut package = pollster::block_on(small_package());
        package.card.classes = (0..config.classes).map(|class| class.to_string()).collect();
        package.weights = lively(&config, 6);
        package.gate_values = vec![0.5; config.vocabulary];
        package.config = config;
        let model = LoadedModel::of(package, &Device::flex()).unwrap();
        let explanation = pollster::block_on(model.explain("not a bad film, is it?")).unwrap();
        let margin = explanation.evidence.unwrap().margin;
        let close = |what: &str, sum: f64| close(what, sum, margin.total, 1e-4);
        close(
            "contributions",
            margin.words + margin.bias + margin.positions + margin.padding,
        );
        close("evidence", margin.neurons + margin.head_bias + margin.past);
        let words = explanation.words.iter().map(|word| word.contribution);
        assert!((words.sum::<f64>() - margin.words).abs() < 1e-9);
    }
}

/// The answer without a word is the answer to the text that lacks it.
#[test]
fn deleting_a_word_is_reading_the_rest() {
    let package = pollster::block_on(small_package());
    let model = LoadedModel::of(package, &Device::flex()).unwrap();
    let answer = |text: &str| pollster::block_on(model.explain(text)).unwrap().prediction;
    let deletion = |text: &str, word| pollster::block_on(model.without(text, word));
    let same = |a: &Prediction, b: &Prediction| {
        let values: Vec<f64> = b.probabilities.iter().map(|&p| p.into()).collect();
        all_close("probabilities", &a.probabilities, &values, 1e-6);
    };
    let text = "Not good, very bad film";
    let found = deletion(text, 2).unwrap();
    same(&found.whole, &answer(text).unwrap());
    same(&found.without, &answer("Not good very bad film").unwrap());
    let alone = deletion("good", 0).unwrap();
    assert_eq!(answer(""), None);
    assert!((alone.without.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    let refused = deletion(text, 6).unwrap_err();
    assert!(
        matches!(refused, EngineError::Word { word: 6, words: 6 }),
        "{refused}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 16, ..ProptestConfig::default() })]

    /// Of each neuron the words that drive it most keep what they would have without winners, in each text
    /// of a batch by itself, as far as they are correlated with the first, and the others nothing.
    #[test]
    fn winners_take_all(
        texts in prop::collection::vec(prop::collection::vec(2_u32..12, 1..8), 1..4),
        count in 1_usize..4,
        correlated in prop_oneof![Just(0.0), 0.1..=1.0],
        seed in 0_u64..100,
    ) {
        let last_layers = |winners| {
            let config = ModelConfig {
                readout: Readout::Neurons,
                winners,
                ..small_config(1, Reading::scale_free(Tokenizer::Default))
            };
            let weights = lively(&config, seed);
            let model = Classifier::new(&config, &weights, &Device::flex()).unwrap();
            let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
            let traces = explained(&model, &texts).into_iter();
            traces.map(|trace| trace.last_layer().clone()).collect::<Vec<_>>()
        };
        let with = last_layers(Some(winners(count, correlated)));
        for (all, of_winners) in last_layers(None).iter().zip(with) {
            let attention = mean_over_heads(&all.attention);
            let either = |i: usize, j: usize| attention.at(i, j).max(attention.at(j, i));
            let (all, words) = (&all.neurons, 0..all.neurons.rows);
            let pairs = words.clone().flat_map(|i| (0..i).map(move |j| (i, j)));
            let strongest = pairs.map(|(i, j)| either(i, j)).fold(0.0, f32::max);
            for n in 0..all.cols {
                let mut driven: Vec<f32> = words.clone().map(|i| all.at(i, n)).collect();
                driven.sort_by(|a, b| b.total_cmp(a));
                let least = driven[count.min(driven.len()) - 1];
                let is_first = |j: &usize| all.at(*j, n) == driven[0];
                for i in words.clone() {
                    let u = all.at(i, n);
                    let is_near = |j| i == j || either(i, j) / strongest >= correlated as f32;
                    let may = u >= least && words.clone().filter(is_first).any(is_near);
                    prop_assert_eq!(of_winners.neurons.at(i, n), if may { u } else { 0.0 });
                }
            }
        }
    }

    /// A neuron scaled by a and its votes by 1/a leave the function as it is: so they do evidence and
    /// what is looked at by evidence, which the neurons themselves do not.
    #[test]
    fn rescaled_neurons_say_the_same(powers in prop::collection::vec(-6_i32..7, 10), seed in 0_u64..100) {
        let config = ModelConfig {
            readout: Readout::Neurons,
            ..small_config(1, Reading::scale_free(Tokenizer::Default))
        };
        let weights = lively(&config, seed);
        let mut scaled = weights.clone();
        let (width, classes) = (config.d_model, config.classes);
        for (n, &power) in powers.iter().enumerate() {
            let factor = 2f32.powi(power);
            let first = &mut scaled.get_mut("layers.0.ff.linear1.weight").unwrap().values;
            first[n * width..][..width].iter_mut().for_each(|value| *value *= factor);
            scaled.get_mut("layers.0.ff.linear1.bias").unwrap().values[n] *= factor;
            let head = &mut scaled.get_mut("fc.weight").unwrap().values;
            (0..classes).for_each(|class| head[class * config.d_ff + n] /= factor);
        }
        let text: [&[u32]; 1] = [&[2, 3, 4, 5, 3]];
        let [before, after] = [&weights, &scaled].map(|weights| {
            let model = Classifier::new(&config, weights, &Device::flex()).unwrap();
            explained(&model, &text).pop().unwrap()
        });
        let same = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-5);
        prop_assert!(same(&before.logits, &after.logits));
        prop_assert!(same(&evidence(&before, 1).values, &evidence(&after, 1).values));
        prop_assert!(same(&weighed(&before).values, &weighed(&after).values));
    }
}
