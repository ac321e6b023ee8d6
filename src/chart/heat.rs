//! Heat maps and their colour bars.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::label::Type;
use super::palette::{QUIET, shade};
use super::sheet::{Frame, Sheet};
use crate::explain::Matrix;

/// Below this part of the scale a colour cannot be told from the scale's first.
const FAINTEST: f64 = 1.0 / 256.0;

/// Cells at least this large stand apart.
const LARGE: f64 = 6.0;

/// The cells of a matrix in a frame.
pub(super) struct Grid {
    pub(super) frame: Frame,
    pub(super) rows: usize,
    pub(super) cols: usize,
}

impl Grid {
    /// The cell in row `i`, column `j`.
    pub(super) fn cell(&self, i: usize, j: usize) -> Frame {
        let width = self.frame.width / self.cols as f64;
        let height = self.frame.height / self.rows as f64;
        let (x, y) = (
            self.frame.x + j as f64 * width,
            self.frame.y + i as f64 * height,
        );
        let inner = |side: f64| if side >= LARGE { side - 1.0 } else { side };
        Frame::new(x, y, inner(width), inner(height))
    }

    /// Draws one cell a value, darkest at `darkest`; the cells that are too faint to be seen are
    /// left to the background.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        values: &Matrix,
        darkest: f32,
    ) -> Drawn<DB> {
        sheet.fill(self.frame, shade(0.0))?;
        let part = |value: f32| f64::from(value / darkest);
        for i in 0..self.rows {
            let row = values.row(i);
            for j in (0..self.cols).filter(|&j| part(row[j]) >= FAINTEST) {
                let mut cell = self.cell(i, j);
                if row.get(j + 1).is_some_and(|&next| part(next) >= FAINTEST) {
                    cell.width = self.underlap(cell.width);
                }
                sheet.fill(cell, shade(part(row[j])))?;
            }
        }
        Ok(())
    }

    /// A narrow cell reaches below the next, so that no background shines through where they
    /// touch.
    fn underlap(&self, width: f64) -> f64 {
        if width < LARGE - 1.0 {
            1.5 * width
        } else {
            width
        }
    }
}

/// Draws the scale from 0 to `darkest` with its right end at `right`, and `name` before it.
pub(super) fn color_bar<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    (right, y): (f64, f64),
    name: &str,
    darkest: f32,
) -> Drawn<DB> {
    const WIDTH: f64 = 128.0;
    const STEPS: usize = 64;
    let x = right - WIDTH;
    let scale = Grid {
        frame: Frame::new(x, y, WIDTH, 10.0),
        rows: 1,
        cols: STEPS,
    };
    let steps = Matrix::from_fn(1, STEPS, |_, at| at as f32 / (STEPS - 1) as f32);
    scale.draw(sheet, &steps, 1.0)?;
    let quiet = Type::new(10.0).color(QUIET);
    sheet.text(name, (x - 8.0, y + 9.0), &quiet.clone().right())?;
    let base = y + 21.0;
    sheet.text("0", (x, base), &quiet)?;
    sheet.text(
        &number(darkest / 2.0),
        (x + WIDTH / 2.0, base),
        &quiet.clone().centred(),
    )?;
    sheet.text(&number(darkest), (right, base), &quiet.right())
}

/// At most three decimals, and none that say nothing.
fn number(value: f32) -> String {
    let decimals = format!("{value:.3}");
    decimals
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.0, 0.5, 1.0, 0.0625, 10.0].map(number),
            ["0", "0.5", "1", "0.062", "10"]
        );
    }

    #[test]
    fn cells_divide_the_frame_and_only_large_ones_stand_apart() {
        let grid = Grid {
            frame: Frame::new(10.0, 20.0, 40.0, 40.0),
            rows: 4,
            cols: 20,
        };
        assert_eq!(grid.cell(0, 0), Frame::new(10.0, 20.0, 2.0, 9.0));
        assert_eq!(grid.cell(3, 19), Frame::new(48.0, 50.0, 2.0, 9.0));
    }
}
