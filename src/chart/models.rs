//! The figure of one text by several models: what each word adds to the prediction of each.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;

use super::evidence::Contributions;
use super::sheet::{INNER, Letters, MARGIN, Sheet};
use super::{Drawn, Figure, header};
use crate::explain::Explanation;

/// Space between one model and the next.
const GAP: f64 = 30.0;

/// Explanations of one text, each by another model.
pub struct Models<'a>(pub &'a [Explanation]);

impl Models<'_> {
    /// Each explanation with its contributions, and their height.
    fn sections(&self) -> impl Iterator<Item = (&Explanation, Option<Contributions<'_>>, f64)> {
        self.0.iter().map(|explanation| {
            let why = Contributions::new(explanation);
            let height = header::HEIGHT + why.as_ref().map_or(0.0, Contributions::height);
            (explanation, why, height)
        })
    }
}

impl Figure for Models<'_> {
    fn size(&self) -> (u32, u32) {
        let height: f64 = self.sections().map(|(_, _, height)| height + GAP).sum();
        let width = INNER + 2.0 * MARGIN;
        (width as u32, (height - GAP + 2.0 * MARGIN).ceil() as u32)
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn<DB> {
        let sheet = Sheet::new(area, self.size())?;
        let mut y = MARGIN;
        for (at, (explanation, why, height)) in self.sections().enumerate() {
            header::draw(&sheet, explanation, y)?;
            if let Some(why) = why {
                why.draw(&sheet, y + header::HEIGHT, &mut Letters::after(at))?;
            }
            y += height + GAP;
        }
        Ok(())
    }
}
