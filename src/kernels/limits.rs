//! What the kernels can be used for.

/// The most places of a text for which `attention` can be used: a row of scores is held in memory that some units
/// share.
pub(crate) const LONGEST: usize = 1024;
