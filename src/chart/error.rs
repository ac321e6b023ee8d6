//! What can go wrong when a figure is drawn or saved.

use std::path::PathBuf;

use thiserror::Error;

/// Why there is no figure.
#[derive(Debug, Error)]
pub enum ChartError {
    /// The backend refused to draw.
    #[error("the figure cannot be drawn: {0}")]
    Draw(String),
    /// The file could not be written.
    #[error(
        "the figure cannot be saved as {path}: {reason}; its name must end in .png, and its \
         folder must exist and may not be write-protected"
    )]
    Save {
        /// Where it should have gone.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}
