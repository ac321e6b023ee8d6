//! Assembles the measures of one text into its explanation.

use super::capacity::capacity_of;
use super::evidence::row_sums;
use super::{
    Allocated, Changes, ContributionNumbers, Cut, EXPLANATION_VERSION, Evidence, Explanation, Gram,
    Interaction, Margin, Matrix, TraceNumbers, Word, allocate, argmax, attention_received,
    capacity, centred, evidence, known_words, margin_factor, mean_over_heads, parts, predict,
    shared, sharing, weighed, weighted_sharing, word_contributions,
};
use crate::text::ReadText;

/// Explains what the model with id `model` makes of `text` (method §4).
///
/// `read` is what the model read of the text, `classes` are its `K` class names and `trace` is its
/// forward pass over the words read: `None` for a text without words, which has neither a
/// prediction nor tables.
///
/// # Panics
/// If `trace` is not the trace of `read`'s words, or has no layer.
pub fn explain(
    model: &str,
    text: &str,
    read: &ReadText,
    classes: &[String],
    trace: Option<&TraceNumbers>,
) -> Explanation {
    let traced = trace.map_or(0, |trace| trace.keep.len());
    assert_eq!(
        read.words.len(),
        traced,
        "a trace holds the words that were read"
    );
    let empty = Explanation {
        version: EXPLANATION_VERSION,
        model: model.to_owned(),
        text: text.to_owned(),
        changes: Changes::default(),
        cut: read.cut.map(|(at, total)| Cut {
            at,
            read: read.words.len(),
            total,
        }),
        prediction: None,
        known: 0.0,
        words: Vec::new(),
        layer: 0,
        evidence: None,
        allocation: Default::default(),
        interaction: Default::default(),
        origin: None,
    };
    let Some(trace) = trace else { return empty };

    let layer = trace.layers.len() - 1;
    let last = &trace.layers[layer];
    let said = Said::of(trace);
    let mut allocated = allocate(&last.neurons);
    said.complete(&mut allocated, trace);
    let shares = &allocated.allocation.shares;
    let weights = said.weights(&allocated.allocation.neurons);
    let gram = Gram::of(&last.neurons);
    let sharing = sharing(shares, &allocated.counts);
    let interaction = Interaction {
        shared: shared(&sharing, &allocated.counts),
        sharing,
        evidence_sharing: weighted_sharing(shares, &weights),
        contribution: said.brought(trace),
        cosine: gram.cosine(),
        attention: mean_over_heads(&last.attention),
    };
    let words = words(
        read,
        trace,
        &allocated,
        &capacity_of(&gram),
        &interaction,
        &said,
    );
    let (known, all) = known_words(&words);
    Explanation {
        prediction: Some(predict(classes, &trace.logits)),
        known: known as f64 / all.max(1) as f64,
        words,
        layer,
        evidence: trace
            .contributions
            .as_ref()
            .map(|parts| said.evidence(classes, trace, parts)),
        allocation: allocated.allocation,
        interaction,
        ..empty
    }
}

/// What is said about the predicted class.
struct Said {
    class: usize,
    /// What a centred logit is multiplied by for the margin.
    factor: f64,
    /// e_in, `n × F`.
    evidence: Matrix,
    /// Each neuron's share of it, `F`.
    parts: Vec<f64>,
}

impl Said {
    fn of(trace: &TraceNumbers) -> Self {
        let class = argmax(&trace.logits);
        let evidence = evidence(trace, class);
        Self {
            class,
            factor: margin_factor(trace.logits.len()),
            parts: parts(&evidence),
            evidence,
        }
    }

    /// Adds to the active neurons what they say, and for which class.
    fn complete(&self, allocated: &mut Allocated, trace: &TraceNumbers) {
        let allocation = &mut allocated.allocation;
        let neurons = &allocation.neurons;
        allocation.evidence = Matrix::from_fn(trace.ids.len(), neurons.len(), |i, at| {
            self.evidence.at(i, neurons[at] as usize)
        });
        let evidence = &allocation.evidence;
        let said = |at: usize| (0..evidence.rows).map(move |i| f64::from(evidence.at(i, at)));
        allocation.said = (0..neurons.len()).map(|at| said(at).sum()).collect();
        let vote = |&n: &u32| {
            let of_classes = (0..trace.votes.rows).map(|class| trace.votes.at(class, n as usize));
            argmax(&of_classes.collect::<Vec<_>>()) as u32
        };
        allocation.votes = neurons.iter().map(vote).collect();
    }

    /// Parts of the evidence, in the order of `neurons`.
    fn weights(&self, neurons: &[u32]) -> Vec<f64> {
        neurons.iter().map(|&n| self.parts[n as usize]).collect()
    }

    /// e_{i←k} towards the predicted class, `n × n`; empty if it was not asked for.
    fn brought(&self, trace: &TraceNumbers) -> Matrix {
        let Some(parts) = &trace.contributions else {
            return Matrix::default();
        };
        let brought = &parts.brought[self.class];
        Matrix::from_fn(brought.rows, brought.cols, |i, k| {
            brought.at(i, k) * self.factor as f32
        })
    }

    /// The part of the margin that these parts of the centred logits make up; zero has no sign.
    fn margin(&self, of_classes: &[f32]) -> f64 {
        f64::from(of_classes[self.class]) * self.factor + 0.0
    }

    fn evidence(
        &self,
        classes: &[String],
        trace: &TraceNumbers,
        parts: &ContributionNumbers,
    ) -> Evidence {
        let logits = centred(&trace.logits);
        let contributions: Vec<_> = (0..trace.ids.len()).map(|k| parts.of_word(k)).collect();
        let sum = |rows: &[Vec<f32>]| rows.iter().map(|row| self.margin(row)).sum::<f64>();
        Evidence {
            classes: classes.to_vec(),
            bias: parts.biases.clone(),
            positions: parts.positions.clone(),
            padding: parts.padding.clone(),
            words: parts.places.clone(),
            padding_places: parts.padding_places.clone(),
            past: parts.past.clone(),
            head_bias: parts.head.clone(),
            margin: Margin {
                class: self.class,
                total: logits[self.class] * self.factor,
                words: sum(&contributions),
                bias: self.margin(&parts.biases),
                positions: self.margin(&parts.positions),
                padding: self.margin(&parts.padding),
                padding_places: self.margin(&parts.padding_places),
                neurons: sum(&parts.places) + self.margin(&parts.padding_places),
                head_bias: self.margin(&parts.head),
                past: self.margin(&parts.past),
            },
            contributions,
            logits: logits.into_iter().map(|logit| logit as f32).collect(),
        }
    }
}

/// Each word read, with its measures.
fn words(
    read: &ReadText,
    trace: &TraceNumbers,
    allocated: &Allocated,
    capacity_on_neurons: &[f64],
    interaction: &Interaction,
    said: &Said,
) -> Vec<Word> {
    let embedding_capacity = capacity(&trace.embedding);
    let evidence_capacity = capacity(&weighed(trace));
    let received = attention_received(&interaction.attention);
    let shares = &allocated.allocation.shares;
    let weights = said.weights(&allocated.allocation.neurons);
    let decides = |i: usize| {
        let parts = shares.row(i).iter().zip(&weights);
        parts
            .map(|(&share, weight)| f64::from(share) * weight)
            .sum()
    };
    let evidence = row_sums(&said.evidence);
    let contributions = word_contributions(trace);
    read.words
        .iter()
        .enumerate()
        .map(|(i, word)| Word {
            text: word.text.clone(),
            start: word.start,
            end: word.end,
            id: word.id,
            known: word.known,
            keep: trace.keep[i],
            neurons: allocated.counts[i],
            owned: allocated.owned[i],
            decides: decides(i),
            evidence: evidence[i],
            contribution: contributions.as_ref().map_or(0.0, |all| all[i]),
            capacity: capacity_on_neurons[i],
            evidence_capacity: evidence_capacity[i],
            embedding_capacity: embedding_capacity[i],
            attention_received: received[i],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{LayerNumbers, Matrix};
    use crate::text::ReadWord;

    fn classes() -> [String; 2] {
        ["negative", "positive"].map(String::from)
    }

    fn word(text: &str, start: usize, id: u32) -> ReadWord {
        ReadWord {
            text: text.into(),
            start,
            end: start + text.len(),
            id,
            known: id > 1,
            pieces: Vec::new(),
        }
    }

    fn trace() -> TraceNumbers {
        let layer = |u: [f32; 6]| LayerNumbers {
            attention: vec![Matrix::new(2, 2, vec![1., 0., 0.5, 0.5])],
            neurons: Matrix::new(2, 3, u.to_vec()),
        };
        TraceNumbers {
            ids: vec![7, 1],
            keep: vec![0.9, 0.1],
            embedding: Matrix::new(2, 2, vec![3., 0., 0., 4.]),
            layers: vec![layer([0.0; 6]), layer([1., 0., 2., 1., 0., 0.])],
            logits: vec![0.0, 0.0],
            votes: Matrix::new(2, 3, vec![1., 0., -2., -1., 0., 2.]),
            scales: vec![0.5; 2],
            padding_neurons: vec![],
            contributions: None,
        }
    }

    #[test]
    fn words_carry_the_measures_of_the_last_layer() {
        let read = ReadText::of_words(vec![word("good", 0, 7), word("zyx", 5, 1)], None);
        let explanation = explain("safr", "good zyx", &read, &classes(), Some(&trace()));
        let [good, zyx] = &explanation.words[..] else {
            panic!("two words")
        };
        assert_eq!(explanation.layer, 1);
        assert_eq!(
            (good.neurons, good.owned, zyx.neurons, zyx.owned),
            (1.5, 2, 0.5, 0)
        );
        // u·u = 5 and 1, u·v = 1.
        assert_eq!((good.capacity, zyx.capacity), (25.0 / 26.0, 0.5));
        assert_eq!(
            (good.embedding_capacity, zyx.embedding_capacity),
            (1.0, 1.0)
        );
        assert_eq!(
            (good.attention_received, zyx.attention_received),
            (0.75, 0.25)
        );
        assert_eq!((good.keep, good.known, zyx.known), (0.9, true, false));
        assert_eq!(explanation.known, 0.5);
        assert!(!explanation.is_little_known());
        assert_eq!(explanation.interaction.sharing.values, [1.0; 4]);
        assert_eq!(explanation.interaction.shared.values, [1.5, 0.5, 0.5, 0.5]);
        assert_eq!(explanation.prediction.unwrap().probabilities, [0.5, 0.5]);
    }

    #[test]
    fn punctuation_is_no_word_that_is_known() {
        let explained = |texts: [(&str, u32); 2]| {
            let words = texts.map(|(text, id)| word(text, 0, id)).to_vec();
            let read = ReadText::of_words(words, None);
            explain("safr", "", &read, &classes(), Some(&trace()))
        };
        let one_of_one = explained([("good", 7), ("👍", 1)]);
        assert_eq!(
            (one_of_one.known, one_of_one.is_little_known()),
            (1.0, false)
        );
        for nothing in [[("zyx", 1), ("!", 7)], [("…", 7), ("👍", 1)]] {
            let none = explained(nothing);
            assert_eq!((none.known, none.is_little_known()), (0.0, true));
        }
    }

    #[test]
    fn a_text_without_words_is_explained_by_nothing() {
        let read = ReadText::of_words(vec![], None);
        let explanation = explain("safr", " ", &read, &classes(), None);
        assert!(!explanation.is_little_known());
        assert_eq!((explanation.prediction, explanation.words.len()), (None, 0));
        assert_eq!(explanation.allocation.width, 0);
    }

    #[test]
    fn a_cut_says_where_and_how_much() {
        let words = vec![word("good", 0, 7), word("zyx", 5, 1)];
        let read = ReadText::of_words(words, Some((8, 40)));
        let explanation = explain("safr", "good zyx …", &read, &classes(), Some(&trace()));
        assert_eq!(
            explanation.cut,
            Some(Cut {
                at: 8,
                read: 2,
                total: 40
            })
        );
    }
}
