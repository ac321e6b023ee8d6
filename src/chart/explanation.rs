//! The figure of one explanation: a header and five lettered panels on one sheet.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;

use super::allocation::AllocationMap;
use super::evidence::Contributions;
use super::interaction::InteractionMaps;
use super::sheet::{INNER, MARGIN, Sheet};
use super::words::Words;
use super::{Drawn, Figure, header};
use crate::explain::Explanation;

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
