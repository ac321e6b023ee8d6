//! Measures over a data set are what explicit passes give (method §5.7, §5.8).

use burn::tensor::Device;
use pollster::block_on;
use safr::attribute::{Part, Ranking, Removal, ablate, probabilities, ranked, word_scores};
use safr::evaluate::{
    Column, EncodedExample, FaithfulnessOptions, NEURONS, Normalisation, Text, faithfulness,
    intervention, knockout,
};
use safr::explain::{allocate, argmax, kept};
use safr::model::{Batch, Classifier, ModelConfig, Reading, Readout, Stream};
use safr::text::{Encoded, Tokenizer};

use crate::common::{close, small_config, small_weights};

/// A small model that keeps words the less, the higher their id: those from 6 on by less than ½.
fn model() -> Classifier {
    model_of(Readout::Residual)
}

fn model_of(readout: Readout) -> Classifier {
    let config = ModelConfig {
        readout,
        ..small_config(1, Reading::scale_free(Tokenizer::Default))
    };
    let keep: Vec<f32> = (0..12u8).map(|id| 0.9 - 0.07 * f32::from(id)).collect();
    Classifier::new(&config, &small_weights(&config, 3), &Device::flex())
        .unwrap()
        .with_gate_values(&keep)
}

fn examples() -> Vec<EncodedExample> {
    let texts: [&[u32]; 5] = [
        &[2, 3, 4, 5],
        &[6],
        &[7, 8, 9, 10, 11, 2, 1],
        &[5, 5, 5],
        &[9, 3, 6, 2, 4, 8],
    ];
    texts
        .iter()
        .map(|ids| EncodedExample::of_words(ids, 0))
        .collect()
}

fn measured(options: &FaithfulnessOptions) -> Vec<Column> {
    let mut done = 0;
    let found = block_on(faithfulness(&model(), &examples(), options, |texts| {
        done += texts;
    }));
    assert_eq!(done, 5);
    found.unwrap()
}

/// The texts' values of a measure.
fn named(all: &[Column], name: &str) -> Vec<Option<f64>> {
    let column = all.iter().find(|column| column.name == name).unwrap();
    column
        .values
        .iter()
        .map(|value| value.map(f64::from))
        .collect()
}

/// How far the probability of the predicted class falls without the words at `places`.
fn fall(text: &[u32], removal: Removal, places: &[usize]) -> f64 {
    let removed: Vec<bool> = (0..text.len()).map(|at| places.contains(&at)).collect();
    let texts = [
        text.to_vec(),
        removal.apply(&Encoded::of_words(text), &removed, Tokenizer::Default),
    ];
    let found = block_on(probabilities(&model(), &texts)).unwrap();
    let class = argmax(&found[0]);
    f64::from(found[0][class]) - f64::from(found[1][class])
}

/// The words of a text in the order of a ranking that is not drawn.
fn order(text: &[u32], ranking: Ranking) -> Vec<usize> {
    let mut stream = Stream::new(0);
    ranked(
        &block_on(word_scores(
            &model(),
            &Encoded::of_words(text),
            ranking,
            &mut stream,
        ))
        .unwrap(),
    )
}

fn aopc(text: &[u32], removal: Removal, order: &[usize]) -> f64 {
    let falls = (1..=order.len()).map(|count| fall(text, removal, &order[..count]));
    falls.sum::<f64>() / order.len() as f64
}

fn orders(words: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![vec![]];
    for _ in 0..words {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let rest = (0..words).filter({
                    let order = order.clone();
                    move |word| !order.contains(word)
                });
                rest.map(move |word| [order.clone(), vec![word]].concat())
            })
            .collect();
    }
    orders
}

#[test]
fn comprehensiveness_and_sufficiency_are_differences_of_passes() {
    let all = measured(&FaithfulnessOptions::default());
    let examples = examples();
    for removal in Removal::ALL {
        for (at, example) in examples.iter().enumerate() {
            let text = &example.ids;
            let order = order(text, Ranking::Keep);
            // 50 % of 4, 1, 7, 3 and 6 words.
            let half = [2, 1, 4, 2, 3][at];
            let of = |measure: &str| {
                let name = format!("{measure}/keep/{}", removal.name());
                named(&all, &name)[at].unwrap()
            };
            let (first, rest) = order.split_at(half);
            let expected = fall(text, removal, first);
            close(
                "comprehensiveness",
                of("comprehensiveness_50"),
                expected,
                1e-6,
            );
            let expected = fall(text, removal, rest);
            close("sufficiency", of("sufficiency_50"), expected, 1e-6);
            let expected = fall(text, removal, &order[..1]);
            close(
                "comprehensiveness",
                of("comprehensiveness_1"),
                expected,
                1e-6,
            );
        }
    }
}

/// The limits are those of all orders, tried one by one.
#[test]
fn normalised_aopc_lies_between_the_worst_and_the_best_order() {
    let all = measured(&FaithfulnessOptions::default());
    let examples = examples();
    for removal in Removal::ALL {
        for ranking in [Ranking::Keep, Ranking::Occlusion] {
            let of = |measure: &str| {
                let name = format!("{measure}/{}/{}", ranking.name(), removal.name());
                named(&all, &name)
            };
            let both = ["normalised_comprehensiveness", "normalised_sufficiency"].map(of);
            assert_eq!(both[0][1], None, "one word has one order");
            if removal == Removal::Delete {
                assert_eq!(both[0][3], None, "nor have equal words");
            }
            let text = &examples[0].ids;
            let of_orders = orders(text.len())
                .into_iter()
                .map(|order| aopc(text, removal, &order))
                .collect::<Vec<_>>();
            let least = of_orders.iter().copied().fold(f64::INFINITY, f64::min);
            let most = of_orders.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut order = order(text, ranking);
            for values in both {
                let expected = (aopc(text, removal, &order) - least) / (most - least);
                close("normalised AOPC", values[0].unwrap(), expected, 1e-3);
                order.reverse();
            }
        }
    }
    for column in all
        .iter()
        .filter(|column| column.name.starts_with("normalised"))
    {
        for value in column.values.iter().flatten() {
            assert!((-1e-3..=1.001).contains(value), "{}: {value}", column.name);
        }
    }
}

#[test]
fn a_beam_is_within_the_exact_limits_and_long_texts_are_left_out() {
    let with = |exact, longest| {
        measured(&FaithfulnessOptions {
            rankings: vec![Ranking::Occlusion],
            removals: vec![Removal::Unknown],
            normalisation: Some(Normalisation {
                exact,
                beam: 2,
                longest,
            }),
            seed: 0,
        })
    };
    let name = "normalised_comprehensiveness/occlusion/unknown";
    let (exact, beam) = (with(10, 10), with(1, 6));
    let (exact, beam) = (named(&exact, name), named(&beam, name));
    assert!(exact[2].is_some());
    assert_eq!(beam[2], None, "seven words");
    for at in [0, 4] {
        let (exact, beam) = (exact[at].unwrap(), beam[at].unwrap());
        assert!((beam - exact).abs() < 0.2, "{beam} instead of {exact}");
    }
}

#[test]
fn the_same_seed_gives_the_same_numbers() {
    let with = |seed| {
        measured(&FaithfulnessOptions {
            rankings: vec![Ranking::Random],
            normalisation: None,
            seed,
            ..FaithfulnessOptions::default()
        })
    };
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
    assert!(
        with(1)
            .iter()
            .all(|column| !column.name.starts_with("normalised"))
    );
}

#[test]
fn neurons_of_important_words_are_taken_away() {
    for readout in Readout::ALL {
        compare_intervention(&model_of(readout));
    }
}

fn compare_intervention(model: &Classifier) {
    let found = block_on(intervention(model, &examples(), 0, |_| {})).unwrap();
    let mut measured = 0;
    for (at, example) in examples().iter().enumerate() {
        let device = Device::flex();
        let batch = Batch::new(&[&example.ids], &model.config, &device);
        let trace = block_on(model.forward(&batch, None).read())
            .unwrap()
            .swap_remove(0);
        let important = kept(&trace.keep);
        let of = |name: &str| named(&found, name)[at];
        if !important.contains(&true) || !important.contains(&false) {
            continue;
        }
        let allocation = allocate(&trace.layers[0].neurons).allocation;
        let [of_important, of_others]: [Vec<u32>; 2] = [true, false].map(|side| {
            (0..important.len())
                .filter(|&word| important[word] == side)
                .flat_map(|word| allocation.owned_by(word).to_vec())
                .collect()
        });
        let count = of_important.len().min(of_others.len());
        if count == 0 {
            assert_eq!(of("neurons/8"), None);
            continue;
        }
        // Ten neurons in all: the smaller group is smaller than 8 in any case.
        for most in NEURONS {
            assert_eq!(of(&format!("neurons/{most}")), Some(count as f64));
        }
        for (name, group) in [("important", of_important), ("others", of_others)] {
            if group.len() == count {
                let part = Part::Neurons {
                    layer: 0,
                    neurons: group,
                };
                let ablated = block_on(ablate(model, &example.ids, &[part])).unwrap();
                let class = argmax(&ablated.whole);
                let expected = ablated.whole[class] - ablated.without[0][class];
                let fall = of(&format!("fall/{name}/8")).unwrap();
                close("fall", fall, expected.into(), 1e-6);
                measured += 1;
            }
        }
    }
    assert!(measured > 0, "a text with both kinds of words");
    let again = block_on(intervention(model, &examples(), 0, |_| {})).unwrap();
    assert_eq!(again, found);
}

/// Of one word alone nothing is said of others; without neurons that the head reads, its largest bias
/// decides. The other numbers are NumPy's, in `tests/fixtures.rs`.
#[test]
fn knockouts_have_their_limits() {
    let texts: Vec<Text> = examples()
        .into_iter()
        .map(|example| Text {
            example,
            reference: None,
            marked: Vec::new(),
        })
        .collect();
    for readout in Readout::ALL {
        let model = model_of(readout);
        let mut done = 0;
        let found = block_on(knockout(&model, &texts, |texts| done += texts)).unwrap();
        assert_eq!(done, texts.len());
        for column in &found {
            let within = |value: &f32| (0.0..=1.0).contains(value);
            assert!(column.values.iter().flatten().all(within), "{column:?}");
        }
        let of = |name: &str| named(&found, name);
        assert_eq!(of("spill/all")[1], Some(0.0));
        close("κ", of("knockout_error/all")[1].unwrap(), 0.0, 1e-6);
        assert!(of("spill/all")[0].unwrap() > 0.0);
        assert_eq!(of("knockout_error/marked"), [None; 5], "nobody marked any");
        if readout == Readout::Neurons {
            let bias = &small_weights(&model.config, 3)["fc.bias"].values;
            // All labels are 0.
            let right = f64::from(u8::from(argmax(bias) == 0));
            assert_eq!(of("without_neurons/accuracy"), [Some(right); 5]);
        }
    }
}
