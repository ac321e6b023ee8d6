//! `safr neurons`: a card of each neuron over a part of a data set.

mod cards;
mod run;

pub(super) use run::Neurons;
