//! Sums over the texts of a data set.

use std::collections::HashMap;

use super::NeuronCard;
use super::strongest::Firing;
use super::tally::{Tally, Totals};
use crate::explain::prediction::{argmax, probabilities};
use crate::explain::{Matrix, TraceNumbers};
use crate::text::Vocabulary;

/// Sums over the texts seen so far. They take memory for each distinct word, but not for each text.
#[derive(Clone, Debug)]
pub struct NeuronStatistics {
    /// Texts of each class, K.
    class_texts: Vec<usize>,
    words: usize,
    /// Σ u² of each neuron at the places of each distinct word, F values by word id.
    energies: HashMap<u32, Vec<f64>>,
    /// One per neuron, F.
    tallies: Vec<Tally>,
    /// The class that each neuron votes for, F; none before the first text.
    votes: Vec<usize>,
}

impl NeuronStatistics {
    /// No texts yet, for a model with F `neurons` in its last block and K `classes`.
    pub fn new(neurons: usize, classes: usize) -> Self {
        Self {
            class_texts: vec![0; classes],
            words: 0,
            energies: HashMap::new(),
            tallies: vec![Tally::new(classes); neurons],
            votes: Vec::new(),
        }
    }

    /// Adds text number `text` of class `label`: its forward pass over at least one word, and
    /// what zeroing each neuron of the last block adds to its logits, `F × K`.
    ///
    /// # Panics
    /// If the numbers are not those of the model, or there is no such class.
    pub fn add(&mut self, text: usize, label: usize, trace: &TraceNumbers, changes: &Matrix) {
        let u = &trace.layers[trace.layers.len() - 1].neurons;
        let f = self.tallies.len();
        assert_eq!((u.cols, changes.rows), (f, f), "a model of {f} neurons");
        if self.votes.is_empty() {
            self.votes = votes(&trace.votes);
        }
        self.class_texts[label] += 1;
        self.words += u.rows;
        let mut active = vec![false; f];
        for (position, &id) in trace.ids.iter().enumerate() {
            let energies = self.energies.entry(id).or_insert_with(|| vec![0.0; f]);
            for (neuron, &activation) in u.row(position).iter().enumerate() {
                if activation > 0.0 {
                    active[neuron] = true;
                    energies[neuron] += f64::from(activation).powi(2);
                    let firing = Firing {
                        id,
                        activation,
                        text,
                        position,
                    };
                    self.tallies[neuron].fires(firing, label, u.rows);
                }
            }
        }
        let with = probabilities(trace.logits.iter().map(|&logit| logit.into()));
        let active = (0..f).filter(|&neuron| active[neuron]);
        for neuron in active {
            let changed = trace.logits.iter().zip(changes.row(neuron));
            let without = probabilities(
                changed.map(|(&logit, &change)| f64::from(logit) + f64::from(change)),
            );
            self.tallies[neuron].acts(&with, &without);
        }
    }

    /// Texts seen.
    pub fn texts(&self) -> usize {
        self.class_texts.iter().sum()
    }

    /// Words seen.
    pub fn words(&self) -> usize {
        self.words
    }

    /// The cards of all neurons, F, in their order.
    pub fn cards(&self, vocabulary: &Vocabulary) -> Vec<NeuronCard> {
        let totals = Totals {
            words: self.words,
            class_texts: &self.class_texts,
        };
        let card = |(neuron, tally): (usize, &Tally)| {
            let energies = self
                .energies
                .iter()
                .map(|(&id, energies)| (id, energies[neuron]));
            NeuronCard {
                vote: self.votes.get(neuron).copied(),
                ..tally.card(neuron, energies, &totals, vocabulary)
            }
        };
        self.tallies.iter().enumerate().map(card).collect()
    }
}

/// The class that each neuron votes for, F of `K × F`.
fn votes(votes: &Matrix) -> Vec<usize> {
    let of = |n: usize| -> Vec<f32> { (0..votes.rows).map(|class| votes.at(class, n)).collect() };
    (0..votes.cols).map(|n| argmax(&of(n))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::LayerNumbers;

    /// A pass over the words `ids` with neurons `u`, three a word, and logits ln `odds`.
    fn pass(ids: &[u32], u: &[f32], odds: [f32; 2]) -> TraceNumbers {
        let n = ids.len();
        let layer = LayerNumbers {
            attention: vec![],
            neurons: Matrix::new(n, 3, u.to_vec()),
        };
        TraceNumbers {
            ids: ids.to_vec(),
            keep: vec![0.5; n],
            embedding: Matrix::default(),
            layers: vec![layer],
            logits: odds.map(f32::ln).to_vec(),
            votes: Matrix::default(),
            scales: vec![0.0; n],
            padding_neurons: vec![],
            contributions: None,
        }
    }

    /// Changes of the second class' logit by ln of the given factors.
    fn changes(factors: [f32; 3]) -> Matrix {
        Matrix::from_fn(3, 2, |neuron, class| {
            if class == 1 {
                factors[neuron].ln()
            } else {
                0.0
            }
        })
    }

    /// "good bad" of class 1 and "good" of class 0; neuron 0 fires everywhere, 1 at "bad", 2 never.
    fn by_hand() -> Vec<NeuronCard> {
        let words = ["<PAD>", "<UNK>", "good", "bad"].map(str::to_owned);
        let vocabulary = Vocabulary::from_words(words.into()).unwrap();
        let mut statistics = NeuronStatistics::new(3, 2);
        // Odds 1:3, so class 1 with ¾; without neuron 0 1:2 (⅔), without neuron 1 1:9 (0.9).
        let first = pass(&[2, 3], &[1., 0., 0., 2., 4., 0.], [1.0, 3.0]);
        statistics.add(0, 1, &first, &changes([2.0 / 3.0, 3.0, 1.0]));
        // Odds 3:1, so class 0 with ¾; without neuron 0 3:9, so ¼.
        let second = pass(&[2], &[1., 0., 0.], [3.0, 1.0]);
        statistics.add(1, 0, &second, &changes([9.0, 1.0, 1.0]));
        assert_eq!((statistics.texts(), statistics.words()), (2, 3));
        statistics.cards(&vocabulary)
    }

    #[test]
    fn rates_and_means_count_every_word() {
        let cards = by_hand();
        let rates = |card: &NeuronCard| (card.firing_rate, card.text_rate, card.mean_activation);
        assert_eq!(rates(&cards[0]), (1.0, 1.0, 4.0 / 3.0));
        assert_eq!(rates(&cards[1]), (1.0 / 3.0, 0.5, 4.0 / 3.0));
        assert_eq!(rates(&cards[2]), (0.0, 0.0, 0.0));
    }

    #[test]
    fn words_have_their_parts_of_the_squared_activation() {
        let cards = by_hand();
        // "good" 1 + 1, "bad" 4: shares ⅓ and ⅔, 1/(1/9 + 4/9) = 1.8.
        let words: Vec<_> = cards[0].top_words.iter().map(|w| w.word.as_str()).collect();
        assert_eq!(words, ["bad", "good"]);
        assert!((cards[0].top_words[0].share - 2.0 / 3.0).abs() < 1e-15);
        assert!((cards[0].effective_words - 1.8).abs() < 1e-12);
        assert_eq!(cards[1].effective_words, 1.0);
        assert_eq!(
            (cards[2].effective_words, cards[2].top_words.len()),
            (0.0, 0)
        );
    }

    #[test]
    fn the_strongest_places_are_named() {
        let places = by_hand().swap_remove(0).strongest;
        let places: Vec<_> = places
            .iter()
            .map(|p| (p.word.as_str(), p.activation, p.text, p.position))
            .collect();
        assert_eq!(places, [("bad", 2.0, 0, 1), ("good", 1.0, 0, 0)]);
    }

    #[test]
    fn selectivity_compares_the_means_of_the_classes() {
        let cards = by_hand();
        let of = |card: &NeuronCard| card.selectivity.map(|s| (s.class, s.index));
        // Means of the texts: neuron 0 (1 + 2)/2 in class 1 and 1 in class 0, (1.5 − 1)/2.5.
        assert_eq!(of(&cards[0]), Some((1, 0.2)));
        assert_eq!(of(&cards[1]), Some((1, 1.0)));
        assert_eq!(of(&cards[2]), None);
    }

    #[test]
    fn one_class_alone_selects_nothing() {
        let mut statistics = NeuronStatistics::new(3, 2);
        let trace = pass(&[2], &[1., 0., 0.], [1.0, 1.0]);
        statistics.add(0, 1, &trace, &changes([1.0; 3]));
        let words = ["<PAD>", "<UNK>", "good"].map(str::to_owned);
        let cards = statistics.cards(&Vocabulary::from_words(words.into()).unwrap());
        assert_eq!(cards[0].selectivity, None);
    }

    #[test]
    fn the_other_classes_count_by_the_mean_of_their_means() {
        let mut statistics = NeuronStatistics::new(1, 4);
        let words = ["<PAD>", "<UNK>", "good"].map(str::to_owned);
        let vocabulary = Vocabulary::from_words(words.into()).unwrap();
        // Class means 1, 2, and 6; no text has class 3. Others (1 + 2)/2, (6 − 1.5)/7.5.
        for (text, (label, u)) in [(0, 1.0), (1, 2.0), (2, 5.0), (2, 7.0)]
            .into_iter()
            .enumerate()
        {
            let layer = LayerNumbers {
                attention: vec![],
                neurons: Matrix::new(1, 1, vec![u]),
            };
            let trace = TraceNumbers {
                ids: vec![2],
                keep: vec![0.5],
                embedding: Matrix::default(),
                layers: vec![layer],
                logits: vec![0.0; 4],
                votes: Matrix::default(),
                scales: vec![0.0],
                padding_neurons: vec![],
                contributions: None,
            };
            statistics.add(text, label, &trace, &Matrix::new(1, 4, vec![0.0; 4]));
        }
        let selectivity = statistics.cards(&vocabulary)[0].selectivity.unwrap();
        assert_eq!((selectivity.class, selectivity.index), (2, 0.6));
    }

    #[test]
    fn effects_are_means_over_the_texts_in_which_it_fires() {
        let cards = by_hand();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-7, "{a} is not {b}");
        // Neuron 0: falls ¾ − ⅔ and ¾ − ¼; it pushes to class 1 by the first, from it by the second.
        let effect = cards[0].ablation.as_ref().unwrap();
        close(effect.fall, 7.0 / 24.0);
        close(effect.size, 7.0 / 24.0);
        close(effect.pushes[1], -5.0 / 24.0);
        assert_eq!(effect.flips, 1);
        // Neuron 1, in one text of two: ¾ − 0.9.
        let effect = cards[1].ablation.as_ref().unwrap();
        close(effect.fall, -0.15);
        close(effect.size, 0.075);
        close(effect.pushes[0], 0.15);
        assert_eq!((effect.flips, cards[2].ablation.is_none()), (0, true));
    }
}
