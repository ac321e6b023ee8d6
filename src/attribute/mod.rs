//! What one prediction rests on, from passes made for the purpose: scores of the words from gradients,
//! from leaving words out and from what one pass shows, and the effect of taking parts of the model
//! away (method §4.5, §4.6).
//!
//! Only the part of a text that the model reads counts: words beyond its `max_len` have no score.

mod ablate;
mod examples;
mod gradient;
mod neuron_effect;
mod neuron_flip;
mod occlusion;
mod passes;
mod ranking;
mod removal;
mod word_flip;

pub use ablate::{Ablated, Part, ablate, ablated_logits};
pub use examples::{Examples, FiresAt};
pub use gradient::{gradient_input, integrated_gradients};
pub use neuron_effect::logit_changes;
pub use neuron_flip::NeuronFlip;
pub use occlusion::occlusion;
pub use passes::{probabilities, texts_a_piece, words_read};
pub use ranking::{INTEGRATION_STEPS, Ranking, ranked, word_scores};
pub use removal::{Removal, Removed};
pub use word_flip::WordFlip;
