//! The labelled texts of a run, and how many there may be.

use crate::evaluate::EncodedExample;
use crate::text::table::LabelledText;

/// Maximum rows of a file: what a page can hold and train on within minutes.
pub const MAX_ROWS: usize = 10_000;

/// Maximum number of classes.
pub const MAX_CLASSES: usize = 20;

/// Labelled texts as a model reads them.
#[derive(Clone, Debug, Default)]
pub struct TuningData {
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
    /// The texts that are trained on.
    pub training: Vec<EncodedExample>,
    /// The others.
    pub held_out: Vec<HeldOut>,
}

/// A text that is kept out of training.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// The text as it is in the file, and its line.
    pub source: LabelledText,
    /// The text as the model reads it.
    pub example: EncodedExample,
}
