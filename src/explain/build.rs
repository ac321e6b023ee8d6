//! Assembles the measures of one text into its explanation.

use std::ops::Range;

use super::capacity::capacity_of;
use super::evidence::{row_sums, voted};
use super::layers::outline_of_layers;
use super::said::Said;
use super::{
    Allocated, ByWords, Changes, Cut, EXPLANATION_VERSION, Explanation, Gram, Interaction, Piece,
    TraceNumbers, Word, allocate, attention_received, capacity, known_words, mean_over_heads,
    predict, shared, sharing, weighted_sharing, word_contributions,
};
use crate::text::{ReadPiece, ReadText};

/// Explains what the model with id `model` makes of `text` (method §4).
///
/// `read` is what the model read of the text, `classes` are its `K` class names and `trace` is its
/// forward pass over the words read: `None` for a text without words, which has neither a
/// prediction nor tables.
///
/// # Panics
/// If `trace` is not the trace of what was `read`, or has no layer.
pub fn explain(
    model: &str,
    text: &str,
    read: &ReadText,
    classes: &[String],
    trace: Option<&TraceNumbers>,
) -> Explanation {
    let traced = trace.map_or(0, |trace| trace.keep.len());
    assert_eq!(read.ids.len(), traced, "a trace holds what was read");
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
        untrained: false,
        words: Vec::new(),
        layer: 0,
        layers: Vec::new(),
        evidence: None,
        allocation: Default::default(),
        interaction: Default::default(),
        origin: None,
    };
    let Some(trace) = trace else { return empty };

    let places = read.places();
    let of_pieces = trace;
    let pass = ByWords::of(trace, &places);
    let said = Said::of(&pass, voted(trace));
    let trace = &*pass.trace;
    let shown = trace.shown_layer();
    let mut allocated = allocate(&shown.neurons);
    said.complete(&mut allocated);
    let shares = &allocated.allocation.shares;
    let weights = said.weights(&allocated.allocation.neurons);
    let gram = Gram::of(&shown.neurons);
    let sharing = sharing(shares, &allocated.counts);
    let interaction = Interaction {
        shared: shared(&sharing, &allocated.counts),
        sharing,
        evidence_sharing: weighted_sharing(shares, &weights),
        contribution: said.brought(trace),
        cosine: gram.cosine(),
        attention: mean_over_heads(&shown.attention),
    };
    let mut words = words(
        read,
        trace,
        &allocated,
        [&capacity_of(&gram), &capacity(&pass.weighed)],
        &interaction,
        &said,
    );
    if read.is_in_pieces() {
        let opened = pieces(read, of_pieces, &places);
        words
            .iter_mut()
            .zip(opened)
            .for_each(|(word, pieces)| word.pieces = pieces);
    }
    let (known, all) = known_words(&words);
    Explanation {
        prediction: Some(predict(classes, &trace.logits)),
        known: known as f64 / all.max(1) as f64,
        words,
        layer: trace.shown(),
        layers: outline_of_layers(trace, &allocated, &interaction.sharing),
        evidence: trace
            .contributions
            .as_ref()
            .map(|parts| said.evidence(classes, trace, parts)),
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
    [on_neurons, on_evidence]: [&[f64]; 2],
    interaction: &Interaction,
    said: &Said<'_>,
) -> Vec<Word> {
    let embedding_capacity = capacity(&trace.embedding);
    let received = attention_received(&interaction.attention);
    let shares = &allocated.allocation.shares;
    let weights = said.weights(&allocated.allocation.neurons);
    let decides = |i: usize| {
        let parts = shares.row(i).iter().zip(&weights);
        parts
            .map(|(&share, weight)| f64::from(share) * weight)
            .sum()
    };
    let evidence = row_sums(said.evidence);
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
            capacity: on_neurons[i],
            evidence_capacity: on_evidence[i],
            embedding_capacity: embedding_capacity[i],
            attention_received: received[i],
            pieces: Vec::new(),
        })
        .collect()
}

/// The pieces of each word read, with their parts in its measures.
fn pieces(read: &ReadText, trace: &TraceNumbers, places: &[Range<usize>]) -> Vec<Vec<Piece>> {
    let at_words = places.iter().flat_map(Clone::clone);
    let single: Vec<Range<usize>> = at_words.map(|at| at..at + 1).collect();
    let pass = ByWords::of(trace, &single);
    let evidence = pass.word_evidence();
    let trace = &*pass.trace;
    let allocated = allocate(&trace.shown_layer().neurons);
    let contributions = word_contributions(trace);
    let mut at = 0..;
    let mut piece = |piece: &ReadPiece| {
        let at = at.next().unwrap_or_default();
        Piece {
            text: piece.text.clone(),
            start: piece.start,
            end: piece.end,
            id: piece.id,
            keep: trace.keep[at],
            neurons: allocated.counts[at],
            evidence: evidence[at],
            contribution: contributions.as_ref().map_or(0.0, |all| all[at]),
        }
    };
    let of_words = read.words.iter();
    of_words
        .map(|word| word.pieces.iter().map(&mut piece).collect())
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
