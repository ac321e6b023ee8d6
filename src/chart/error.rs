//! What can go wrong when a figure is drawn or saved.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is no figure.
#[derive(Debug, Error)]
pub enum ChartError {
    /// plotters failed.
    #[error("the figure cannot be drawn: {0}")]
    Draw(String),
    /// The picture's name calls for another format.
    #[error("{0} would not be a PNG picture; choose a name that ends in .png")]
    Name(PathBuf),
    /// The file cannot be written.
    #[error("the figure cannot be saved as {path}: {error}; choose another place")]
    Save {
        /// Where it should have gone.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}
