//! Options that change a trained model before it is measured.

use clap::Args;

use super::numbers::{finite, weight};
use crate::package::Package;

const CONTROLS: &str = "Controls";

/// Controls (method §5).
#[derive(Args, Clone, Debug)]
pub(super) struct Controls {
    /// Deal the gate's values out anew among the words
    #[arg(long, help_heading = CONTROLS, value_name = "SEED")]
    shuffle_gates: Option<u64>,
    /// Add X to the gate's log-odds of keeping each word
    #[arg(long, help_heading = CONTROLS, value_name = "X", allow_negative_numbers = true, value_parser = finite::<f32>)]
    shift_gates: Option<f32>,
    /// Multiply the embeddings of all words by X, the gate as it is
    #[arg(long, help_heading = CONTROLS, value_name = "X", value_parser = weight::<f32>)]
    scale_embeddings: Option<f32>,
    /// Multiply what enters the attention's softmax by X
    ///
    /// 0 makes all attention uniform.
    #[arg(long, help_heading = CONTROLS, value_name = "X", value_parser = weight::<f32>)]
    sharpen_attention: Option<f32>,
    /// Multiply what the MLP's neurons write by X
    ///
    /// 0 does without them.
    #[arg(long, help_heading = CONTROLS, value_name = "X", value_parser = weight::<f32>)]
    scale_neurons: Option<f32>,
}

impl Controls {
    /// Changes a model, and says so in its id.
    pub(super) fn apply(&self, package: &mut Package) {
        if let Some(seed) = self.shuffle_gates {
            package.shuffle_gate_values(seed);
            package.card.id += &format!(", gate shuffled by seed {seed}");
        }
        if let Some(shift) = self.shift_gates {
            package.shift_gate_values(shift);
            package.card.id += &format!(", log-odds of the gate {shift:+}");
        }
        if let Some(factor) = self.scale_embeddings {
            package.scale_embeddings(factor);
            package.card.id += &format!(", embeddings × {factor}");
        }
        if let Some(factor) = self.sharpen_attention {
            package.sharpen_attention(factor);
            package.card.id += &format!(", attention scores × {factor}");
        }
        if let Some(factor) = self.scale_neurons {
            package.scale_neurons(factor);
            package.card.id += &format!(", what neurons write × {factor}");
        }
    }
}
