//! The version of a model directory.

/// Version of the model directory's format; raised when a file changes its meaning.
pub const FORMAT: u32 = 1;
