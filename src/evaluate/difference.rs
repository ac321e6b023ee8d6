//! Differences of measures between variants.

use serde::{Deserialize, Serialize};

use super::Interval;

/// How much a measure differs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// This variant's mean over its runs minus the first one's.
    pub value: f64,
    /// Paired bootstrap interval of the difference.
    pub interval: Interval,
}
