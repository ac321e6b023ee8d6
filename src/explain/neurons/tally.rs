//! The sums of one neuron, and the card that they make.

use super::strongest::{Firing, Strongest};
use super::{AblationEffect, LISTED, NeuronCard, Selectivity, StrongestPlace, WordShare};
use crate::explain::prediction::argmax;
use crate::text::Vocabulary;

/// Sums over the texts seen, which have K classes.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// Places at which the neuron fires.
    places: usize,
    /// Texts in which it fires.
    texts: usize,
    /// Σ u over places.
    activation: f64,
    /// Σ over texts of their mean u, by label, K.
    class_activation: Vec<f64>,
    strongest: Strongest,
    /// What [`AblationEffect`] holds, as sums over texts.
    effect: AblationEffect,
}

/// What a card's sums are divided by.
pub(super) struct Totals<'a> {
    pub(super) words: usize,
    /// By label, K.
    pub(super) class_texts: &'a [usize],
}

impl Tally {
    pub(super) fn new(classes: usize) -> Self {
        Self {
            places: 0,
            texts: 0,
            activation: 0.0,
            class_activation: vec![0.0; classes],
            strongest: Strongest::default(),
            effect: AblationEffect {
                fall: 0.0,
                size: 0.0,
                flips: 0,
                pushes: vec![0.0; classes],
            },
        }
    }

    /// Adds a firing in a text of `words` words.
    pub(super) fn fires(&mut self, firing: Firing, label: usize, words: usize) {
        let activation = f64::from(firing.activation);
        self.places += 1;
        self.activation += activation;
        self.class_activation[label] += activation / words as f64;
        self.strongest.see(firing);
    }

    /// Adds the class probabilities of a text in which the neuron fires, and those `without` it.
    pub(super) fn acts(&mut self, with: &[f64], without: &[f64]) {
        let predicted = argmax(with);
        let fall = with[predicted] - without[predicted];
        self.texts += 1;
        self.effect.fall += fall;
        self.effect.size += fall.abs();
        self.effect.flips += usize::from(argmax(without) != predicted);
        let change = with
            .iter()
            .zip(without)
            .map(|(with, without)| with - without);
        for (push, change) in self.effect.pushes.iter_mut().zip(change) {
            *push += change;
        }
    }

    /// The card, given Σ u² at each distinct word, by its id.
    pub(super) fn card(
        &self,
        neuron: usize,
        energies: impl Iterator<Item = (u32, f64)>,
        totals: &Totals,
        vocabulary: &Vocabulary,
    ) -> NeuronCard {
        let texts: usize = totals.class_texts.iter().sum();
        let part = |count: usize, of: usize| count as f64 / of.max(1) as f64;
        let name = |id: u32| vocabulary.word(id).unwrap_or_default().to_owned();
        let shares = shares(energies);
        let squares: f64 = shares.iter().map(|(_, share)| share * share).sum();
        let listed = shares.iter().take(LISTED);
        let strongest = self.strongest.firings().iter();
        NeuronCard {
            neuron,
            vote: None,
            firing_rate: part(self.places, totals.words),
            text_rate: part(self.texts, texts),
            mean_activation: self.activation / totals.words.max(1) as f64,
            effective_words: if squares > 0.0 { squares.recip() } else { 0.0 },
            top_words: listed
                .map(|&(id, share)| WordShare {
                    word: name(id),
                    share,
                })
                .collect(),
            strongest: strongest
                .map(|firing| StrongestPlace {
                    word: name(firing.id),
                    activation: firing.activation,
                    text: firing.text,
                    position: firing.position,
                })
                .collect(),
            selectivity: self.selectivity(totals.class_texts),
            ablation: (self.texts > 0).then(|| self.mean_effect(texts)),
        }
    }

    fn selectivity(&self, class_texts: &[usize]) -> Option<Selectivity> {
        let each = self.class_activation.iter().zip(class_texts).enumerate();
        let (classes, means): (Vec<usize>, Vec<f64>) = each
            .filter(|(_, (_, texts))| **texts > 0)
            .map(|(class, (sum, &texts))| (class, sum / texts as f64))
            .unzip();
        if means.len() < 2 || self.places == 0 {
            return None;
        }
        let most = argmax(&means);
        let others = (means.iter().sum::<f64>() - means[most]) / (means.len() - 1) as f64;
        Some(Selectivity {
            class: classes[most],
            index: (means[most] - others) / (means[most] + others),
        })
    }

    fn mean_effect(&self, texts: usize) -> AblationEffect {
        let fired = self.texts as f64;
        AblationEffect {
            fall: self.effect.fall / fired,
            size: self.effect.size / texts as f64,
            flips: self.effect.flips,
            pushes: self.effect.pushes.iter().map(|push| push / fired).collect(),
        }
    }
}

/// Each word's share of the neuron's energy, largest first; ties by id. None for a dead neuron.
fn shares(energies: impl Iterator<Item = (u32, f64)>) -> Vec<(u32, f64)> {
    let mut shares: Vec<(u32, f64)> = energies.filter(|(_, energy)| *energy > 0.0).collect();
    let total: f64 = shares.iter().map(|(_, energy)| energy).sum();
    shares.iter_mut().for_each(|(_, energy)| *energy /= total);
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares
}
