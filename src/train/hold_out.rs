//! A part of labelled texts that is kept from training, for texts that come
//! without a dev part of their own.

use std::collections::BTreeMap;

use crate::model::Stream;

/// Marks about `share` of the texts of each class, drawn from `stream`: at
/// least one text of each class, yet never the last one that is left.
pub fn hold_out<L: Ord>(labels: &[L], share: f64, stream: &mut Stream) -> Vec<bool> {
    let mut places: BTreeMap<&L, Vec<usize>> = BTreeMap::new();
    for (at, label) in labels.iter().enumerate() {
        places.entry(label).or_default().push(at);
    }
    let mut held = vec![false; labels.len()];
    for mut places in places.into_values() {
        stream.shuffle(&mut places);
        let count = (places.len() as f64 * share).round() as usize;
        places.truncate(count.max(1).min(places.len() - 1));
        places.into_iter().for_each(|at| held[at] = true);
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_gives_its_share() {
        // 40 of a, 14 of b, 2 of c, 1 of d; a tenth is 4, 1.4 → 1, 0.2 → at least 1, and 0.
        let labels: Vec<char> = ["a".repeat(40), "b".repeat(14), "c".repeat(2), "d".into()]
            .concat()
            .chars()
            .collect();
        let held = hold_out(&labels, 0.1, &mut Stream::new(0));
        let count = |class| {
            (0..labels.len())
                .filter(|&at| held[at] && labels[at] == class)
                .count()
        };
        assert_eq!(['a', 'b', 'c', 'd'].map(count), [4, 1, 1, 0]);
        let all = hold_out(&labels, 1.0, &mut Stream::new(0));
        assert_eq!(all.iter().filter(|&&held| !held).count(), 4);
    }

    #[test]
    fn the_seed_decides() {
        let labels: Vec<usize> = (0..200).map(|at| at % 2).collect();
        let held = |seed| hold_out(&labels, 0.1, &mut Stream::new(seed));
        assert_eq!(held(3), held(3));
        assert_ne!(held(3), held(4));
        // Drawn, not cut off: both halves give some.
        assert!(held(3)[..100].contains(&true) && held(3)[100..].contains(&true));
    }
}
