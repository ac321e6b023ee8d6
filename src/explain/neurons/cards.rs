//! The cards of all neurons in little room, as a model carries them: words and numbers, but no texts.

use serde::{Deserialize, Serialize};

use super::{NeuronCard, NeuronStatistics};
use crate::text::Vocabulary;

/// Version of the [`NeuronCards`] format.
pub const NEURON_CARDS_VERSION: u32 = 1;

/// Words in each list of a card.
const WORDS: usize = 6;

/// The cards of a model's neurons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeuronCards {
    /// [`NEURON_CARDS_VERSION`] of the writer.
    pub version: u32,
    /// Texts that were read.
    pub texts: usize,
    /// Words in them.
    pub words: usize,
    /// Neurons that fire at no word.
    pub dead: usize,
    /// Those that fire, in their order.
    pub neurons: Vec<BriefCard>,
}

/// What a [`NeuronCard`] says, with numbers rounded to three digits after the point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BriefCard {
    /// Index of the neuron in the last block, from 0.
    pub neuron: usize,
    /// The class that it votes for; `None` if it is not known.
    pub vote: Option<usize>,
    /// Share of the words at which it fires, in [0, 1].
    pub fires: f64,
    /// Effective number of distinct words at which it fires.
    pub words: f64,
    /// Words with the largest shares of its squared activation, with these shares, largest first.
    pub top: Vec<(String, f64)>,
    /// Words at which it fires most strongly, with its activation, strongest first.
    pub strongest: Vec<(String, f64)>,
    /// The class whose texts make it fire most, and its selectivity in [0, 1].
    pub selective: Option<(usize, f64)>,
    /// Mean magnitude of the change of the predicted class's probability without it, over all texts, in [0, 1].
    pub size: f64,
    /// Mean fall of that probability over the texts in which it fires, in [−1, 1].
    pub fall: f64,
    /// Texts whose predicted class changes without it.
    pub flips: usize,
}

impl NeuronCards {
    /// The cards of what `statistics` added up.
    pub fn of(statistics: &NeuronStatistics, vocabulary: &Vocabulary) -> Self {
        let cards = statistics.cards(vocabulary);
        let neurons: Vec<BriefCard> = cards.iter().filter_map(BriefCard::of).collect();
        Self {
            version: NEURON_CARDS_VERSION,
            texts: statistics.texts(),
            words: statistics.words(),
            dead: cards.len() - neurons.len(),
            neurons,
        }
    }
}

impl BriefCard {
    /// `None` for a dead neuron.
    fn of(card: &NeuronCard) -> Option<Self> {
        let effect = card.ablation.as_ref()?;
        let top = card.top_words.iter().take(WORDS);
        let strongest = card.strongest.iter().take(WORDS);
        Some(Self {
            neuron: card.neuron,
            vote: card.vote,
            fires: rounded(card.firing_rate),
            words: rounded(card.effective_words),
            top: top
                .map(|one| (one.word.clone(), rounded(one.share)))
                .collect(),
            strongest: strongest
                .map(|place| (place.word.clone(), rounded(place.activation.into())))
                .collect(),
            selective: card.selectivity.map(|one| (one.class, rounded(one.index))),
            size: (effect.size * 1e6).round() / 1e6,
            fall: rounded(effect.fall),
            flips: effect.flips,
        })
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
