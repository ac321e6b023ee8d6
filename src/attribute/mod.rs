//! What one prediction rests on, by passes made for the purpose: scores of the words by gradients,
//! by leaving words out and by what one pass shows, and the effect of taking parts of the model
//! away (method §4).
//!
//! A text is what the model reads of it: words beyond its `max_len` have no score.

mod ablate;
mod gradient;
mod neuron_effect;
mod occlusion;
mod passes;
mod ranking;
mod removal;

pub use ablate::{Ablated, Part, ablate, ablated_logits};
pub use gradient::{gradient_input, integrated_gradients};
pub use neuron_effect::logit_changes;
pub use occlusion::occlusion;
pub use passes::probabilities;
pub use ranking::{INTEGRATION_STEPS, Ranking, ranked, word_scores};
pub use removal::{Removal, Removed};

use crate::model::ModelConfig;

/// The words of a text that a model reads.
pub fn words_read<'a>(text: &'a [u32], config: &ModelConfig) -> &'a [u32] {
    &text[..text.len().min(config.max_len)]
}
