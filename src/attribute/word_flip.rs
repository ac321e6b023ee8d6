//! Which words' deletion changes the predicted class.

use super::{Removal, Removed, probabilities, texts_a_piece};
use crate::explain::argmax;
use crate::model::{Classifier, ReadError};
use crate::text::{Encoded, Tokenizer};

/// Up to so many words, all sets of up to [`EXACT`] words are tried.
const FEW: usize = 20;
/// Words of the largest sets that are all tried.
const EXACT: usize = 3;
/// Words at most that are deleted.
const MOST: usize = 10;

/// A search for the fewest words whose deletion changes the predicted class. Of a text of at most [`FEW`] words, all
/// sets of up to [`EXACT`] words are tried, the smallest first; beyond that, and in longer texts, the word goes next
/// that leaves the class least: then fewer may do.
#[derive(Clone, Debug)]
pub struct WordFlip {
    text: Encoded,
    class: usize,
    /// What is deleted so far by the greedy part.
    deleted: Vec<usize>,
    /// Words in each set of this round, in addition to `deleted`.
    size: usize,
    /// The next set of this round; `None` once all were tried.
    next: Option<Vec<usize>>,
    /// The set of this round that leaves the class least, and the probability that it leaves.
    best: Option<(Vec<usize>, f32)>,
    /// Texts read so far.
    done: usize,
    /// Whether the best set changes the class.
    flips: bool,
    over: bool,
}

impl WordFlip {
    /// Begins with the words that are read of a text, and the class that is predicted for it.
    pub fn new(text: Encoded, class: usize) -> Self {
        let words = text.places.len();
        Self {
            text,
            class,
            deleted: Vec::new(),
            size: 1,
            next: (words > 0).then(|| vec![0]),
            best: None,
            done: 0,
            flips: false,
            over: words == 0,
        }
    }

    /// Tries some more sets; whether that was all.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn advance(&mut self, model: &Classifier) -> Result<bool, ReadError> {
        if self.over {
            return Ok(true);
        }
        let piece = texts_a_piece(self.text.ids.len());
        let mut sets = Vec::with_capacity(piece);
        while let Some(set) = self.next.take_if(|_| sets.len() < piece) {
            self.next = self.following(&set);
            sets.push(set);
        }
        let reads = model.config.reading.words;
        let texts: Vec<Vec<u32>> = sets.iter().map(|set| self.without(set, reads)).collect();
        let found = probabilities(model, &texts).await?;
        self.done += sets.len();
        for (set, probabilities) in sets.into_iter().zip(&found) {
            let flips = argmax(probabilities) != self.class;
            self.see(set, probabilities[self.class], flips);
        }
        if self.next.is_none() {
            self.end_round();
        }
        Ok(self.over)
    }

    /// Texts that were read, and how many there may be in all.
    pub fn progress(&self) -> (usize, usize) {
        let n = self.text.places.len();
        let sets = |size: usize| (0..size).fold(1, |sets, at| sets * (n - at) / (at + 1));
        let exact: usize = match n <= FEW {
            true => (1..=EXACT.min(n)).map(sets).sum(),
            false => 0,
        };
        let from = if n <= FEW { EXACT.min(n) } else { 0 };
        let greedy: usize = (from..MOST.min(n)).map(|deleted| n - deleted).sum();
        (self.done, exact + greedy)
    }

    /// The numbers of the words, in reading order; `None` if no set was found.
    pub fn found(&self) -> Option<Vec<usize>> {
        let (set, _) = self.best.as_ref().filter(|_| self.flips)?;
        let mut words = [self.deleted.as_slice(), set].concat();
        words.sort_unstable();
        Some(words)
    }

    /// Whether no smaller set changes the class.
    pub fn is_exact(&self) -> bool {
        self.deleted.is_empty() && self.text.places.len() <= FEW
            || self.deleted.len() + self.size == 1
    }

    /// Takes in what a set leaves; one that changes the class beats all that do not.
    fn see(&mut self, set: Vec<usize>, left: f32, flips: bool) {
        let less = self.best.as_ref().is_none_or(|(_, least)| left < *least);
        if (flips && !self.flips) || (flips == self.flips && less) {
            self.best = Some((set, left));
            self.flips = flips;
        }
    }

    /// All sets of a size were tried: what comes next.
    fn end_round(&mut self) {
        let n = self.text.places.len();
        let gone = self.deleted.len() + self.size;
        self.over = self.flips || gone == MOST.min(n);
        if self.over {
            return;
        }
        if n <= FEW && self.deleted.is_empty() && self.size < EXACT {
            self.size += 1;
            self.next = Some((0..self.size).collect());
            self.best = None;
            return;
        }
        if let Some((set, _)) = self.best.take() {
            self.deleted.extend(set);
        }
        self.size = 1;
        self.next = (0..n)
            .find(|word| !self.deleted.contains(word))
            .map(|word| vec![word]);
    }

    /// The set after `set` in lexicographic order; one of the words that are left while some are deleted.
    fn following(&self, set: &[usize]) -> Option<Vec<usize>> {
        let n = self.text.places.len();
        if let ([word], false) = (set, self.deleted.is_empty()) {
            let next = (word + 1..n).find(|word| !self.deleted.contains(word));
            return next.map(|word| vec![word]);
        }
        let size = set.len();
        let at = (0..size).rev().find(|&at| set[at] < n - size + at)?;
        let rest = (0..size - at).map(|more| set[at] + 1 + more);
        Some(set[..at].iter().copied().chain(rest).collect())
    }

    /// The words that are left.
    fn without(&self, set: &[usize], reads: Tokenizer) -> Vec<u32> {
        let gone = |word| set.contains(&word) || self.deleted.contains(&word);
        let removed: Removed = (0..self.text.places.len()).map(gone).collect();
        Removal::Delete.apply(&self.text, &removed, reads)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Searches with a model in which each word adds its own part to the probability, of which the class needs half.
    fn searched(parts: &[f32]) -> WordFlip {
        let mut search = WordFlip::new(Encoded::of_words(&vec![2; parts.len()]), 0);
        while !search.over {
            let set = search.next.take().unwrap();
            search.next = search.following(&set);
            let all = [search.deleted.as_slice(), &set].concat();
            let lost: f32 = all.iter().map(|&word| parts[word]).sum();
            search.done += 1;
            search.see(set, 0.9 - lost, 0.9 - lost < 0.5);
            if search.next.is_none() {
                search.end_round();
            }
        }
        search
    }

    #[test]
    fn the_fewest_words_are_found_and_the_best_of_them() {
        let search = searched(&[0.0, 0.25, 0.1, 0.2, 0.3]);
        assert_eq!(search.found(), Some(vec![1, 4]));
        // 5 sets of one word and 10 of two.
        assert_eq!((search.progress().0, search.is_exact()), (15, true));
        assert_eq!(searched(&[0.0, 0.05, 0.1]).found(), None);
    }

    #[test]
    fn more_words_than_three_go_one_by_one() {
        let search = searched(&[0.1, 0.12, 0.08, 0.1, 0.0, 0.11]);
        assert_eq!(search.found(), Some(vec![0, 1, 3, 5]));
        assert!(!search.is_exact());
        let (done, of) = search.progress();
        // Three of six exactly, then three words singly.
        assert_eq!((done, of), (6 + 15 + 20 + 3, 6 + 15 + 20 + 3 + 2 + 1));
    }

    #[test]
    fn long_texts_lose_the_most_telling_word_first() {
        let mut parts = vec![0.01; 40];
        parts[7] = 0.3;
        parts[30] = 0.15;
        let search = searched(&parts);
        assert_eq!(search.found(), Some(vec![7, 30]));
        assert_eq!((search.progress(), search.is_exact()), ((79, 355), false));
        parts[7] = 0.5;
        assert!(searched(&parts).is_exact(), "one word cannot be fewer");
        assert_eq!(searched(&[0.01; 40]).found(), None);
    }

    #[test]
    fn a_text_without_words_has_none_to_delete() {
        let search = WordFlip::new(Encoded::of_words(&[]), 0);
        assert!(search.over && search.found().is_none());
    }

    proptest! {
        /// Against all sets of words.
        #[test]
        fn no_smaller_set_is_missed(parts in prop::collection::vec(-0.2f32..0.3, 1..8)) {
            let search = searched(&parts);
            let flips = |set: u32| {
                let lost: f32 = (0..parts.len()).filter(|at| set >> at & 1 == 1).map(|at| parts[at]).sum();
                0.9 - lost < 0.5
            };
            let sets = (0..1u32 << parts.len()).filter(|&set| flips(set));
            let fewest = sets.map(u32::count_ones).min().filter(|&fewest| fewest <= 3);
            if let Some(fewest) = fewest {
                prop_assert_eq!(search.found().map(|set| set.len() as u32), Some(fewest));
                prop_assert!(search.is_exact());
            }
        }
    }
}
