//! Whether the words that a ranking calls important are those that the prediction rests on.

mod limits;
mod measures;
mod options;
mod outcomes;
mod texts;

pub use measures::{MOST_KEPT, MOST_REMOVED, PERCENTAGES};
pub use options::{FaithfulnessOptions, Normalisation};
pub use texts::faithfulness;
