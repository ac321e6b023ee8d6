//! Puts the measures of one text together into its explanation.

use super::capacity::capacity_of;
use super::{
    Allocated, Cut, EXPLANATION_VERSION, Explanation, Gram, Interaction, TraceNumbers, Word,
    allocate, attention_received, capacity, mean_over_heads, predict, sharing,
};
use crate::text::ReadText;

/// Explains what the model with id `model` makes of `text` (method §4).
///
/// `read` is what the model read of the text, `classes` its `K` class names and `trace` its
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
        cut: read.cut.map(|(at, total)| Cut {
            at,
            read: read.words.len(),
            total,
        }),
        prediction: None,
        words: Vec::new(),
        layer: 0,
        allocation: Default::default(),
        interaction: Default::default(),
    };
    let Some(trace) = trace else { return empty };

    let layer = trace.layers.len() - 1;
    let last = &trace.layers[layer];
    let allocated = allocate(&last.neurons);
    let gram = Gram::of(&last.neurons);
    let interaction = Interaction {
        sharing: sharing(&allocated.allocation.shares, &allocated.counts),
        cosine: gram.cosine(),
        attention: mean_over_heads(&last.attention),
    };
    Explanation {
        prediction: Some(predict(classes, &trace.logits)),
        words: words(read, trace, &allocated, &capacity_of(&gram), &interaction),
        layer,
        allocation: allocated.allocation,
        interaction,
        ..empty
    }
}

/// Each word read, with its measures.
fn words(
    read: &ReadText,
    trace: &TraceNumbers,
    allocated: &Allocated,
    capacity_on_neurons: &[f64],
    interaction: &Interaction,
) -> Vec<Word> {
    let embedding_capacity = capacity(&trace.embedding);
    let received = attention_received(&interaction.attention);
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
            capacity: capacity_on_neurons[i],
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
        }
    }

    #[test]
    fn words_carry_the_measures_of_the_last_layer() {
        let read = ReadText {
            words: vec![word("good", 0, 7), word("zyx", 5, 1)],
            cut: None,
        };
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
        assert_eq!(explanation.interaction.sharing.values, [1.0; 4]);
        assert_eq!(explanation.prediction.unwrap().probabilities, [0.5, 0.5]);
    }

    #[test]
    fn a_text_without_words_is_explained_by_nothing() {
        let read = ReadText {
            words: vec![],
            cut: None,
        };
        let explanation = explain("safr", " ", &read, &classes(), None);
        assert_eq!((explanation.prediction, explanation.words.len()), (None, 0));
        assert_eq!(explanation.allocation.width, 0);
    }

    #[test]
    fn a_cut_says_where_and_how_much() {
        let words = vec![word("good", 0, 7), word("zyx", 5, 1)];
        let read = ReadText {
            words,
            cut: Some((8, 40)),
        };
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
