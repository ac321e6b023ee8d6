//! The figure of one explanation: a head and five lettered panels on one sheet.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;

use super::allocation::AllocationMap;
use super::evidence::Contributions;
use super::interaction::InteractionMaps;
use super::label::Type;
use super::palette::{INK, QUIET};
use super::sheet::Sheet;
use super::words::Words;
use super::{Drawn, Figure, header};
use crate::explain::Explanation;

/// Free space around the sheet's contents.
pub(super) const MARGIN: f64 = 40.0;
/// Width between the margins.
pub(super) const INNER: f64 = 1120.0;
/// Height of a panel's heading.
pub(super) const HEADING: f64 = 50.0;
/// Space between one panel and the next.
const GAP: f64 = 24.0;

impl Figure for Explanation {
    fn size(&self) -> (u32, u32) {
        let height = if self.words.is_empty() {
            header::HEIGHT
        } else {
            let why = Contributions::new(self).map_or(0.0, |why| why.height() + GAP);
            let panels = Words::new(&self.words).height()
                + AllocationMap::new(self).height()
                + InteractionMaps::new(self).height();
            header::HEIGHT + why + panels + 3.0 * GAP
        };
        (
            (INNER + 2.0 * MARGIN) as u32,
            (height + 2.0 * MARGIN).ceil() as u32,
        )
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn<DB> {
        let sheet = Sheet::new(area, self.size())?;
        let mut y = MARGIN;
        header::draw(&sheet, self, y)?;
        if self.words.is_empty() {
            return Ok(());
        }
        y += header::HEIGHT + GAP;
        if let Some(why) = Contributions::new(self) {
            why.draw(&sheet, y, 0)?;
            y += why.height() + GAP;
        }
        let words = Words::new(&self.words);
        words.draw(&sheet, y)?;
        y += words.height() + GAP;
        let allocation = AllocationMap::new(self);
        allocation.draw(&sheet, y)?;
        y += allocation.height() + GAP;
        InteractionMaps::new(self).draw(&sheet, y)
    }
}

/// Draws a panel's letter, name and what it means, with its top left corner at `(x, y)`.
pub(super) fn heading<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    (x, y): (f64, f64),
    letter: &str,
    name: &str,
    note: &str,
) -> Drawn<DB> {
    let bold = Type::new(15.0).bold().color(INK);
    sheet.text(letter, (x, y + 12.0), &bold)?;
    sheet.text(name, (x + 18.0, y + 12.0), &bold)?;
    sheet.text(note, (x, y + 34.0), &Type::new(11.0).color(QUIET))
}
