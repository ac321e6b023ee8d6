//! A part of labelled texts that is kept out of training, for texts that come
//! without a dev part of their own.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Stream;
use crate::text::table::LabelledText;
use crate::text::{Tokenizer, tokenize};

/// Marks about `share` of the labelled texts of each class, drawn from `stream`: at
/// least one text of each class, but never the last one that is left.
///
/// Texts of the same words stay together, so that none is both trained on and measured with: they count as
/// one, with the class of the first of them.
pub fn hold_out<L: Ord>(texts: &[(L, &str)], share: f64, stream: &mut Stream) -> Vec<bool> {
    let mut firsts: BTreeMap<String, usize> = BTreeMap::new();
    let mut places: BTreeMap<&L, Vec<usize>> = BTreeMap::new();
    let mut first_of = Vec::with_capacity(texts.len());
    for (at, (label, text)) in texts.iter().enumerate() {
        first_of.push(*firsts.entry(as_read(text)).or_insert_with(|| {
            places.entry(label).or_default().push(at);
            at
        }));
    }
    let mut held = vec![false; texts.len()];
    for mut places in places.into_values() {
        stream.shuffle(&mut places);
        let count = (places.len() as f64 * share).round() as usize;
        places.truncate(count.max(1).min(places.len() - 1));
        places.into_iter().for_each(|at| held[at] = true);
    }
    first_of.into_iter().map(|first| held[first]).collect()
}

/// Gives back to training what a model reads like one of the texts that it is trained on, `readings` being the words
/// that it reads of each: to it, all words that it does not know are one, and so are texts that differ only behind its
/// length. So it is never measured with what it was trained on, while nothing else about a hold-out depends on it.
pub fn give_back<R: Ord>(held: &mut [bool], readings: &[R]) {
    let trained: BTreeSet<&R> = readings
        .iter()
        .zip(held.iter())
        .filter(|(_, held)| !**held)
        .map(|(reading, _)| reading)
        .collect();
    for (held, reading) in held.iter_mut().zip(readings) {
        *held &= !trained.contains(reading);
    }
}

/// A text's words as models that read what is typed see them, whatever its case, blanks and invisible
/// characters. So what is drawn does not depend on a model, nor on the words that it learns from what is not drawn.
fn as_read(text: &str) -> String {
    let words = tokenize(text, Tokenizer::Typed).into_iter();
    words.map(|token| token.word).collect::<Vec<_>>().join(" ")
}

/// Texts by what is read of them, those that read alike in the order in which they come.
pub fn by_reading(texts: &[LabelledText]) -> BTreeMap<String, Vec<&LabelledText>> {
    let mut groups: BTreeMap<String, Vec<&LabelledText>> = BTreeMap::new();
    for text in texts {
        groups.entry(as_read(&text.text)).or_default().push(text);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<L>(labels: impl Iterator<Item = L>, names: &[String]) -> Vec<(L, &str)> {
        labels.zip(names.iter().map(String::as_str)).collect()
    }

    #[test]
    fn equal_texts_stay_together() {
        let texts = ["a", "B ", "c", "b", "a", "d", " b", "A", "e", "f"];
        let labels = [0, 0, 0, 0, 0, 1, 1, 0, 1, 1];
        let texts: Vec<_> = labels.into_iter().zip(texts).collect();
        let side = |held: &[bool], text| {
            let of_text = texts
                .iter()
                .zip(held)
                .filter(|((_, other), _)| as_read(other) == text);
            of_text.map(|(_, held)| *held).collect::<Vec<_>>()
        };
        for seed in 0..20 {
            let held = hold_out(&texts, 0.4, &mut Stream::new(seed));
            assert!(held.contains(&true) && held.contains(&false));
            for text in ["a", "b"] {
                let side = side(&held, text);
                assert!(side.iter().all(|held| *held == side[0]), "{text}: {side:?}");
            }
        }
    }

    #[test]
    fn what_reads_like_a_text_of_training_is_trained_on() {
        let readings = ["a", "b", "a", "c", "c", "d"];
        let mut held = [true, true, false, true, true, false];
        give_back(&mut held, &readings);
        assert_eq!(held, [false, true, false, true, true, false]);
        let mut all = [true; 6];
        give_back(&mut all, &readings);
        assert_eq!(all, [true; 6], "alike, but not trained on");
    }

    #[test]
    fn every_class_gives_its_share() {
        // 40 of a, 14 of b, 2 of c, 1 of d; a tenth is 4, 1.4 → 1, 0.2 → at least 1, and 0.
        let labels = ["a".repeat(40), "b".repeat(14), "c".repeat(2), "d".into()].concat();
        let names: Vec<String> = (0..labels.len()).map(|at| at.to_string()).collect();
        let texts = of(labels.chars(), &names);
        let held = hold_out(&texts, 0.1, &mut Stream::new(0));
        let count = |class| {
            let of_class = texts
                .iter()
                .zip(&held)
                .filter(|((label, _), _)| *label == class);
            of_class.filter(|(_, held)| **held).count()
        };
        assert_eq!(['a', 'b', 'c', 'd'].map(count), [4, 1, 1, 0]);
        let all = hold_out(&texts, 1.0, &mut Stream::new(0));
        assert_eq!(all.iter().filter(|&&held| !held).count(), 4);
    }

    #[test]
    fn the_seed_decides() {
        let names: Vec<String> = (0..200).map(|at| at.to_string()).collect();
        let texts = of((0..200).map(|at| at % 2), &names);
        let held = |seed| hold_out(&texts, 0.1, &mut Stream::new(seed));
        assert_eq!(held(3), held(3));
        assert_ne!(held(3), held(4));
        // Drawn, not cut off: both halves give some.
        assert!(held(3)[..100].contains(&true) && held(3)[100..].contains(&true));
    }
}
