//! What every figure has: a size, and a way to be drawn on any backend.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::DrawingBackend;

/// The result of drawing on the backend `DB`.
pub type Drawn<DB, T = ()> = Result<T, DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Something that can be drawn as one sheet.
pub trait Figure {
    /// Width and height of the sheet in its own units, about one screen pixel each.
    fn size(&self) -> (u32, u32);

    /// What it is a picture of, for those who cannot see it and for those who find it; `None` if its text says so.
    fn title(&self) -> Option<String> {
        None
    }

    /// Draws the sheet on `area`, as large as fits, on white.
    ///
    /// # Errors
    /// If the backend fails.
    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn<DB>;
}
