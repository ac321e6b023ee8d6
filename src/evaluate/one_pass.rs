//! The measures of one text that need only its forward pass.

use super::losses::Losses;
use super::redistribution::{Space, redistribution};
use super::{Marked, Section, Value};
use crate::explain::{
    ByWords, TraceNumbers, attention_entropy, auc, kept, largest_key_mass, mean, mean_norm,
    rank_correlation, token_f1, word_contributions,
};

/// One text as the model saw it.
pub(super) struct Pass<'a> {
    /// The forward pass; with contributions if plausibility is asked for.
    pub(super) by_words: &'a ByWords<'a>,
    /// The reference model's pass over the same words.
    pub(super) reference: Option<&'a TraceNumbers>,
    /// The losses of the model's family; empty if they are not asked for.
    pub(super) losses: &'a Losses,
    /// Words that people marked.
    pub(super) marked: &'a [Marked],
    /// What the gate makes of PAD.
    pub(super) pad_keep: f32,
}

impl Pass<'_> {
    /// The text's values in the chosen sections: always the same measures in the same order.
    pub(super) fn values(&self, sections: &[Section]) -> Vec<Value> {
        let has = |section| sections.contains(&section);
        let trace = &*self.by_words.trace;
        let mut values = Vec::new();
        if has(Section::Losses) {
            let named =
                |&(name, loss): &(&str, f32)| Value::new(Section::Losses, name, Some(loss.into()));
            values.extend(self.losses.iter().map(named));
        }
        if has(Section::Redistribution) || has(Section::Neurons) {
            let on_neurons = Space::of("neurons", &trace.last_layer().neurons);
            let on_evidence = Space::of_evidence(self.by_words);
            let on_embeddings = Space::of("embeddings", &trace.embedding);
            if has(Section::Redistribution) {
                let spaces = [&on_neurons, &on_evidence, &on_embeddings];
                values.extend(redistribution(&spaces, trace, self.reference, self.marked));
            }
            if has(Section::Neurons) {
                values.extend(neurons(&on_neurons, &on_evidence, &on_embeddings));
            }
        }
        if has(Section::Collapse) {
            values.extend(collapse(trace, self.pad_keep));
        }
        if has(Section::Plausibility) {
            values.extend(plausibility(trace, self.marked));
        }
        values
    }
}

/// Means over the words, the active neurons or the pairs of a text (method §5.4).
fn neurons(neurons: &Space, evidence: &Space, embeddings: &Space) -> [Value; 8] {
    let words = neurons.sharing.rows;
    let pairs = (0..words).flat_map(|i| (0..i).map(move |k| (i, k)));
    let polysemanticity = &neurons.allocated.allocation.polysemanticity;
    [
        ("capacity", mean(neurons.capacity.iter().copied())),
        ("evidence_capacity", mean(evidence.capacity.iter().copied())),
        (
            "embedding_capacity",
            mean(embeddings.capacity.iter().copied()),
        ),
        ("active", Some(polysemanticity.len() as f64)),
        ("per_word", mean(neurons.allocated.counts.iter().copied())),
        ("polysemanticity", mean(polysemanticity.iter().copied())),
        (
            "sharing",
            mean(pairs.clone().map(|(i, k)| neurons.sharing.at(i, k).into())),
        ),
        (
            "evidence_sharing",
            mean(pairs.map(|(i, k)| evidence.sharing.at(i, k).into())),
        ),
    ]
    .map(|(name, value)| Value::new(Section::Neurons, name, value))
}

/// The collapse watch (method §5.5).
fn collapse(trace: &TraceNumbers, pad_keep: f32) -> [Value; 5] {
    let heads = &trace.last_layer().attention;
    [
        ("embedding_norm", mean_norm(&trace.embedding)),
        (
            "word_keep",
            mean(trace.keep.iter().map(|&keep| keep.into())),
        ),
        ("pad_keep", Some(pad_keep.into())),
        ("attention_entropy", attention_entropy(heads)),
        ("largest_key_mass", largest_key_mass(heads)),
    ]
    .map(|(name, value)| Value::new(Section::Collapse, name, value))
}

/// How well two rankings of a text's words, by the gate's keep and by the magnitude of what each brings to
/// the prediction, agree with each source of marked words, as AUC, and how well the kept words do, as
/// token F1; then how well the two rankings agree with each other, as rank correlation.
///
/// The magnitude, since a word that speaks against the predicted class is an opinion word, too.
fn plausibility(trace: &TraceNumbers, marked: &[Marked]) -> Vec<Value> {
    let keep: Vec<f64> = trace.keep.iter().map(|&keep| keep.into()).collect();
    let brought = word_contributions(trace);
    let size: Option<Vec<f64>> = brought.map(|brought| brought.into_iter().map(f64::abs).collect());
    let chosen = kept(&trace.keep);
    let of_source = |source: &Marked| {
        let (marked, source) = (&source.words[..keep.len()], source.source);
        let by_size = size.as_ref().and_then(|size| auc(size, marked));
        [
            (format!("auc/keep/{source}"), auc(&keep, marked)),
            (format!("f1/keep/{source}"), token_f1(&chosen, marked)),
            (format!("auc/contribution/{source}"), by_size),
        ]
    };
    let agreement = size.as_ref().and_then(|size| rank_correlation(&keep, size));
    let agreement = ("agreement/keep/contribution".to_owned(), agreement);
    marked
        .iter()
        .flat_map(of_source)
        .chain([agreement])
        .map(|(name, value)| Value::new(Section::Plausibility, name, value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{ContributionNumbers, LayerNumbers, Matrix};

    /// Two words, the same neuron shared 1 : 1 and one that the first has alone.
    fn trace() -> TraceNumbers {
        TraceNumbers {
            ids: vec![4, 5],
            keep: vec![0.75, 0.25],
            embedding: Matrix::new(2, 2, vec![3., 4., 0., 0.]),
            layers: vec![LayerNumbers {
                attention: vec![Matrix::new(2, 2, vec![0.5, 0.5, 1.0, 0.0])],
                neurons: Matrix::new(2, 3, vec![1., 0., 2., 1., 0., 0.]),
            }],
            logits: vec![0.0, 0.0],
            votes: Matrix::new(2, 3, vec![1., 0., 3., -1., 0., -3.]),
            scales: vec![0.5; 2],
            padding_neurons: vec![],
            contributions: Some(brought([-3.0, 1.0])),
        }
    }

    /// What each of two words brings to its own place, for the first of two classes.
    fn brought(words: [f32; 2]) -> ContributionNumbers {
        let [a, b] = words;
        let nothing = vec![0.0; 2];
        ContributionNumbers {
            through: Vec::new(),
            brought: [1.0, -1.0]
                .map(|sign| Matrix::new(2, 2, vec![sign * a, 0.0, 0.0, sign * b]))
                .to_vec(),
            to_padding: vec![nothing.clone(); 2],
            places: vec![nothing.clone(); 2],
            padding_places: nothing.clone(),
            past: nothing.clone(),
            positions: nothing.clone(),
            biases: nothing.clone(),
            padding: nothing.clone(),
            head: nothing,
            below: None,
        }
    }

    fn measured(sections: &[Section], marked: &[Marked]) -> Vec<(String, Option<f64>)> {
        let trace = trace();
        let pass = Pass {
            by_words: &ByWords::of(&trace, &[0..1, 1..2]),
            reference: None,
            losses: &vec![("importance/published", 0.25)],
            marked,
            pad_keep: 0.5,
        };
        let values = pass.values(sections);
        values.into_iter().map(|v| (v.name, v.value)).collect()
    }

    fn named<const N: usize>(values: [(&str, Option<f64>); N]) -> Vec<(String, Option<f64>)> {
        values.map(|(name, value)| (name.to_owned(), value)).into()
    }

    #[test]
    fn losses_are_there_when_asked_for() {
        let expected = named([("importance/published", Some(0.25))]);
        assert_eq!(measured(&[Section::Losses], &[]), expected);
        assert!(measured(&[Section::Prediction], &[]).is_empty());
    }

    #[test]
    fn neurons_by_hand() {
        // u·u = 5 and 1, u·v = 1: capacities 25/26 and ½. N = 1.5 and 0.5, m = 2 and 1, and the
        // pair shares ½ of ½. By evidence the neurons count √2 and 3√2 times: z·z = 2 + 72 and 2, and
        // z·z′ = 2.
        let evidence = 74.0 * 74.0 / (74.0 * 74.0 + 4.0);
        let expected = named([
            ("capacity", Some((25.0 / 26.0 + 0.5) / 2.0)),
            ("evidence_capacity", Some((evidence + 0.5) / 2.0)),
            ("embedding_capacity", Some(0.5)),
            ("active", Some(2.0)),
            ("per_word", Some(1.0)),
            ("polysemanticity", Some(1.5)),
            ("sharing", Some(1.0)),
            ("evidence_sharing", Some(1.0)),
        ]);
        let values = measured(&[Section::Neurons], &[]);
        for ((name, value), (expected_name, expected)) in values.iter().zip(&expected) {
            assert_eq!(name, expected_name);
            assert!((value.unwrap() - expected.unwrap()).abs() < 1e-6, "{name}");
        }
        assert_eq!(values.len(), expected.len());
    }

    #[test]
    fn collapse_by_hand() {
        // Norms 5 and 0; rows of attention with all and without any of the possible entropy; the
        // first word receives (½ + 1)/2.
        let values = measured(&[Section::Collapse], &[]);
        let entropy = values[3].1.unwrap();
        assert!((entropy - 0.5).abs() < 1e-7, "{entropy}");
        let expected = named([
            ("embedding_norm", Some(2.5)),
            ("word_keep", Some(0.5)),
            ("pad_keep", Some(0.5)),
            ("attention_entropy", Some(entropy)),
            ("largest_key_mass", Some(0.75)),
        ]);
        assert_eq!(values, expected);
    }

    #[test]
    fn plausibility_by_hand_for_each_source() {
        let marked = |source, words: [bool; 3]| Marked {
            source,
            words: words.to_vec(),
        };
        let sources = [
            marked("treebank", [true, false, true]),
            marked("lexicon", [false, true, true]),
        ];
        let expected = named([
            ("auc/keep/treebank", Some(1.0)),
            ("f1/keep/treebank", Some(1.0)),
            ("auc/contribution/treebank", Some(1.0)),
            ("auc/keep/lexicon", Some(0.0)),
            ("f1/keep/lexicon", Some(0.0)),
            ("auc/contribution/lexicon", Some(0.0)),
            ("agreement/keep/contribution", Some(1.0)),
        ]);
        assert_eq!(measured(&[Section::Plausibility], &sources), expected);
    }

    #[test]
    fn sections_come_in_the_order_of_the_report() {
        let all = Pass {
            by_words: &ByWords::of(&trace(), &[0..1, 1..2]),
            reference: None,
            losses: &vec![("importance/published", 0.25)],
            marked: &[],
            pad_keep: 0.5,
        }
        .values(&Section::ALL);
        let places = all.iter().map(|value| {
            let place = Section::ALL.iter().position(|s| *s == value.section);
            place.unwrap()
        });
        assert!(places.is_sorted());
    }
}
