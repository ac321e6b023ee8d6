//! What each neuron of the last block does over a data set, added up text by text.

mod card;
mod cards;
mod statistics;
mod strongest;
mod tally;

pub use card::{AblationEffect, LISTED, NeuronCard, Selectivity, StrongestPlace, WordShare};
pub use cards::{BriefCard, NEURON_CARDS_VERSION, NeuronCards};
pub use statistics::NeuronStatistics;
