//! Questions about one text: answers without passes are those of passes, and what is called the fewest is the fewest.

use burn::tensor::Device;
use pollster::block_on;
use safr::attribute::{Removal, probabilities};
use safr::engine::{Answer, Flip, LoadedModel, Question};
use safr::evaluate::{Curves, EncodedExample, FaithfulnessOptions, Text, faithfulness, knockout};
use safr::explain::{BeforeAfter, Changes, Steering, argmax};
use safr::model::Readout;
use safr::package::Package;
use safr::text::{Encoded, Tokenizer};

use crate::common::inquiry::answer;
use crate::common::{all_close, close, small_package_of, small_weights, winners};

const TEXTS: [&str; 4] = [
    "it is not a very good film , it is bad .",
    "a good film",
    "bad",
    "not bad , not very good , not a film",
];

fn model(readout: Readout) -> LoadedModel {
    drawn(readout, 1)
}

/// A model whose weights are drawn by `seed`.
fn drawn(readout: Readout, seed: u64) -> LoadedModel {
    let winners = (readout == Readout::Neurons).then(|| winners(2, 0.6));
    let package = block_on(small_package_of(readout, winners));
    let package = Package {
        weights: small_weights(&package.config, seed),
        ..package
    };
    LoadedModel::of(package, &Device::flex()).unwrap()
}

/// Models of both readouts.
fn models() -> impl Iterator<Item = (Readout, LoadedModel)> {
    let readouts = [Readout::Neurons, Readout::Residual].into_iter();
    readouts.flat_map(|readout| (1..7).map(move |seed| (readout, drawn(readout, seed))))
}

fn flip(model: &LoadedModel, text: &str, question: Question) -> Flip {
    match answer(model, text, question) {
        Answer::Flip(flip) => flip,
        other => panic!("{other:?}"),
    }
}

fn steering(model: &LoadedModel, text: &str) -> Steering {
    let (_, steering) = block_on(model.explain_to_steer(text, None)).unwrap();
    steering.expect("the head reads the neurons")
}

/// The class that is predicted with neurons off.
fn predicted(model: &LoadedModel, text: &str, off: &[usize]) -> usize {
    let changes = Changes {
        neurons: off.iter().map(|&neuron| (neuron, 0.0)).collect(),
        ..Changes::default()
    };
    let explanation = block_on(model.explain_changed(text, &changes)).unwrap();
    explanation.predicted().unwrap()
}

#[test]
fn steering_takes_no_pass_and_gives_what_a_pass_gives() {
    let model = model(Readout::Neurons);
    for text in TEXTS {
        let steering = steering(&model, text);
        for parts in [
            "",
            "neuron:0",
            "neuron:1=2.5 neuron:3",
            "neuron:2=0.5 neuron:4=3",
        ] {
            let changes: Changes = parts.parse().unwrap();
            let passed = block_on(model.explain_changed(text, &changes)).unwrap();
            let passed = passed.prediction.unwrap();
            let steered = steering.predict(&passed.classes, &changes).unwrap();
            let expected: Vec<f64> = passed.probabilities.iter().map(|&p| p.into()).collect();
            all_close(
                &format!("{text}: {parts}"),
                &steered.probabilities,
                &expected,
                1e-5,
            );
        }
    }
    let residual = self::model(Readout::Residual);
    let (_, none) = block_on(residual.explain_to_steer(TEXTS[0], None)).unwrap();
    assert_eq!(none, None, "past the neurons nothing is a sum of them");
    let (_, none) = block_on(model.explain_to_steer(" ", None)).unwrap();
    assert_eq!(none, None);
}

#[test]
fn the_fewest_neurons_flip_the_class_and_one_fewer_does_not() {
    let mut found = 0;
    for (readout, model) in models() {
        for text in TEXTS {
            let whole = predicted(&model, text, &[]);
            let flip = flip(&model, text, Question::FlipNeurons);
            assert_eq!(flip.exact, readout == Readout::Neurons);
            let Some(neurons) = flip.found else {
                assert!(flip.says.starts_with("No set"), "{}", flip.says);
                continue;
            };
            found += 1;
            assert_ne!(
                predicted(&model, text, &neurons),
                whole,
                "{text}: {}",
                flip.says
            );
            let fewer = &neurons[..neurons.len() - 1];
            assert_eq!(
                predicted(&model, text, fewer),
                whole,
                "{text}: {}",
                flip.says
            );
        }
    }
    assert!(found > 1, "the test needs classes that can be flipped");
}

#[test]
fn the_fewest_words_flip_the_class_and_no_fewer_do() {
    let mut found = 0;
    for (_, model) in models() {
        for text in TEXTS {
            let explanation = block_on(model.explain(text)).unwrap();
            let ids: Vec<u32> = explanation.words.iter().map(|word| word.id).collect();
            let class = explanation.predicted().unwrap();
            // All sets of up to three words, and whether they flip.
            let sets = (1u32..1 << ids.len()).filter(|set| set.count_ones() <= 3);
            let sets: Vec<u32> = sets.collect();
            let removed = |set: &u32| -> Vec<bool> {
                (0..ids.len()).map(|word| set >> word & 1 == 1).collect()
            };
            let texts: Vec<Vec<u32>> = sets
                .iter()
                .map(|set| {
                    Removal::Delete.apply(
                        &Encoded::of_words(&ids),
                        &removed(set),
                        Tokenizer::Default,
                    )
                })
                .collect();
            let answers = block_on(probabilities(model.classifier(), &texts)).unwrap();
            let flips = sets.iter().zip(&answers);
            let flips = flips.filter(|(_, probabilities)| argmax(probabilities) != class);
            let fewest = flips.map(|(set, _)| set.count_ones() as usize).min();
            let flip = flip(&model, text, Question::FlipWords);
            let Some(fewest) = fewest else {
                continue;
            };
            found += 1;
            assert!(flip.exact, "{text}: {}", flip.says);
            assert_eq!(flip.found.map(|words| words.len()), Some(fewest), "{text}");
        }
    }
    assert!(found > 1, "the test needs classes that can be flipped");
}

fn curves(model: &LoadedModel, text: &str) -> Curves {
    match answer(model, text, Question::Faithfulness) {
        Answer::Faithfulness { curves, says } => {
            assert!(!says.is_empty());
            curves
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_is_measured_as_a_data_set_of_it_alone() {
    for readout in [Readout::Neurons, Readout::Residual] {
        let model = model(readout);
        for text in TEXTS {
            let explanation = block_on(model.explain(text)).unwrap();
            let ids: Vec<u32> = explanation.words.iter().map(|word| word.id).collect();
            let found = curves(&model, text);
            assert_eq!(Some(found.class), explanation.predicted());
            let prediction = explanation.prediction.unwrap();
            let whole = f64::from(prediction.probabilities[found.class]);
            let nothing = block_on(probabilities(model.classifier(), &[vec![]])).unwrap();
            let nothing = f64::from(nothing[0][found.class]);
            assert_eq!(found.orders.len(), 12);
            for curve in found.orders.iter().map(|order| &order.probabilities) {
                assert_eq!(curve.len(), found.gone.len());
                close(text, curve[0], whole, 1e-6);
                close(text, curve[curve.len() - 1], nothing, 1e-6);
            }

            let example = EncodedExample::of_words(&ids, 0);
            let options = FaithfulnessOptions {
                normalisation: None,
                ..FaithfulnessOptions::default()
            };
            let examples = std::slice::from_ref(&example);
            let columns = faithfulness(model.classifier(), examples, &options, |_| {});
            let columns = block_on(columns).unwrap();
            let value = |name: &str| {
                columns
                    .iter()
                    .find(|column| column.name == name)
                    .unwrap()
                    .values[0]
                    .map(f64::from)
                    .unwrap()
            };
            for measures in &found.measures[..2] {
                let name = measures.ranking.name();
                let measured = [measures.comprehensiveness, measures.sufficiency];
                for (kind, ours) in ["comprehensiveness", "sufficiency"].iter().zip(measured) {
                    close(name, ours, value(&format!("{kind}/{name}/delete")), 1e-6);
                }
            }
            let whole = Text {
                reference: Some(example.text()),
                example,
                marked: vec![],
            };
            let columns = block_on(knockout(model.classifier(), &[whole], |_| {})).unwrap();
            let error = columns
                .iter()
                .find(|column| column.name == "knockout_error/all")
                .unwrap()
                .values[0]
                .map(f64::from);
            assert_eq!(error.is_some(), found.knockout_error.is_some());
            if let (Some(theirs), Some(ours)) = (error, found.knockout_error) {
                close("knockout error", ours, theirs, 1e-6);
            }
        }
    }
}

#[test]
fn what_a_change_does_adds_up() {
    for readout in [Readout::Neurons, Readout::Residual] {
        let model = model(readout);
        for text in TEXTS {
            let before = block_on(model.explain(text)).unwrap();
            let class = before.predicted().unwrap();
            for parts in ["neuron:0 neuron:3", "neuron:1=2", "head:1", "word:0"] {
                let changes: Changes = parts.parse().unwrap();
                let after = block_on(model.explain_changed(text, &changes)).unwrap();
                let change = BeforeAfter::of(&before.outline(), &after).unwrap();
                let [was, is] = change.margins;
                let evidence = after.evidence.as_ref().unwrap();
                // Of two classes the log-odds: twice the centred logit.
                close(parts, is, 2.0 * f64::from(evidence.logits[class]), 1e-5);
                close(
                    parts,
                    was,
                    before.evidence.as_ref().unwrap().margin.total,
                    1e-5,
                );
                close(parts, change.gain, is - was, 1e-12);
                let said = change.own.unwrap_or(0.0) + change.others;
                let all = |explanation: &safr::explain::Explanation| -> f64 {
                    let evidence = explanation.evidence.as_ref().unwrap();
                    let words: f32 = evidence.words.iter().map(|row| row[class]).sum();
                    2.0 * f64::from(words + evidence.padding_places[class])
                };
                close(parts, said, all(&after) - all(&before), 1e-4);
                assert_eq!(change.words.len(), before.words.len());
                let gains: f64 = change.words.iter().map(|word| word.gain).sum();
                let rest = |explanation: &safr::explain::Explanation| -> f64 {
                    let evidence = explanation.evidence.as_ref().unwrap();
                    let rest =
                        evidence.bias[class] + evidence.positions[class] + evidence.padding[class];
                    2.0 * f64::from(rest)
                };
                close(
                    parts,
                    gains + rest(&after) - rest(&before),
                    change.gain,
                    1e-3,
                );
            }
        }
    }
}

#[test]
fn without_words_there_is_no_answer() {
    let model = model(Readout::Neurons);
    for question in [
        Question::FlipNeurons,
        Question::FlipWords,
        Question::Faithfulness,
    ] {
        assert_eq!(answer(&model, " ", question), Answer::NoWords);
    }
}
