//! What each neuron of the last block does over a data set, added up text by text.

mod card;
mod statistics;
mod strongest;
mod tally;

pub use card::{AblationEffect, LISTED, NeuronCard, Selectivity, StrongestPlace, WordShare};
pub use statistics::NeuronStatistics;
