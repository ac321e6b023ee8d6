//! Whether the words that a ranking calls important are those that the prediction rests on.

mod curves;
mod limits;
mod measures;
mod options;
mod outcomes;
mod texts;

pub use curves::{Curves, CurvesRun, OrderCurve, OrderMeasures};
pub use measures::{MOST_KEPT, MOST_REMOVED, PERCENTAGES};
pub use options::{FaithfulnessOptions, Normalisation};
pub use texts::faithfulness;
