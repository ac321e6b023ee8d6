//! What a model's answer rests on, found by computing it again without some of its parts.

mod neuron_effect;

pub use neuron_effect::logit_changes;
