//! What can go wrong when a figure is drawn.

use thiserror::Error;

/// Why there is no figure.
#[derive(Debug, Error)]
pub enum ChartError {
    /// plotters failed.
    #[error("the figure cannot be drawn: {0}")]
    Draw(String),
}
