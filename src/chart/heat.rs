//! Heat maps and their colour bars.

use plotters::prelude::DrawingBackend;
use plotters::style::RGBColor;

use super::Drawn;
use super::label::Type;
use super::palette::{QUIET, lean, shade};
use super::sheet::{Frame, Sheet};
use crate::explain::Matrix;

/// What the colours of a heat map stand for.
#[derive(Clone, Copy)]
pub(super) enum Scale {
    /// From 0 up to the value that is darkest.
    UpTo(f32),
    /// From 0 to either side, up to the value that is darkest; by the square root, so that small
    /// values can be distinguished.
    Either(f32),
}

impl Scale {
    /// [`Scale::Either`] up to the largest of `values`, or 1 if all are 0.
    pub(super) fn either(values: &[f32]) -> Self {
        let sizes = values.iter().map(|value| value.abs());
        let largest = sizes.fold(0.0, f32::max);
        Self::Either(if largest > 0.0 { largest } else { 1.0 })
    }

    /// The colour of `value`; `None` if it cannot be distinguished from that of 0.
    fn color(self, value: f32) -> Option<RGBColor> {
        const FAINTEST: f64 = 1.0 / 256.0;
        let (part, color): (_, fn(f64) -> _) = match self {
            Self::UpTo(darkest) => (f64::from(value / darkest), shade),
            Self::Either(darkest) => (root(f64::from(value / darkest)), lean),
        };
        (part.abs() >= FAINTEST).then(|| color(part))
    }

    /// The value at a place of the colour bar, from 0 at its left end to 1 at its right one.
    fn value(self, place: f32) -> f32 {
        match self {
            Self::UpTo(darkest) => place * darkest,
            Self::Either(darkest) => {
                let side = 2.0 * place - 1.0;
                side * side.abs() * darkest
            }
        }
    }
}

/// The square root to either side of 0.
fn root(part: f64) -> f64 {
    part.abs().sqrt().copysign(part)
}

/// Cells at least this large are drawn with gaps.
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

    /// Draws one cell per value; cells that are too faint to be seen are left to the background.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        values: &Matrix,
        scale: Scale,
    ) -> Drawn<DB> {
        sheet.fill(self.frame, shade(0.0))?;
        for i in 0..self.rows {
            let row = values.row(i);
            let colors: Vec<_> = row.iter().map(|&value| scale.color(value)).collect();
            for (j, color) in colors.iter().enumerate() {
                let Some(color) = *color else { continue };
                let mut cell = self.cell(i, j);
                if colors.get(j + 1).is_some_and(Option::is_some) {
                    cell.width = self.underlap(cell.width);
                }
                sheet.fill(cell, color)?;
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

/// Draws the scale with its right end at `right`, and `name` before it.
pub(super) fn color_bar<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    (right, y): (f64, f64),
    name: &str,
    scale: Scale,
) -> Drawn<DB> {
    const WIDTH: f64 = 128.0;
    const STEPS: usize = 64;
    let x = right - WIDTH;
    let steps = Grid {
        frame: Frame::new(x, y, WIDTH, 10.0),
        rows: 1,
        cols: STEPS,
    };
    let values = Matrix::from_fn(1, STEPS, |_, at| {
        scale.value(at as f32 / (STEPS - 1) as f32)
    });
    steps.draw(sheet, &values, scale)?;
    let quiet = Type::new(10.0).color(QUIET);
    sheet.text(name, (x - 8.0, y + 9.0), &quiet.clone().right())?;
    let base = y + 21.0;
    let number = |place: f32| number(scale.value(place));
    sheet.text(&number(0.0), (x, base), &quiet)?;
    let middle = (x + WIDTH / 2.0, base);
    sheet.text(&number(0.5), middle, &quiet.clone().centred())?;
    sheet.text(&number(1.0), (right, base), &quiet.right())
}

/// At most three decimals, and none that say nothing.
fn number(value: f32) -> String {
    let decimals = format!("{:.3}", value.abs());
    let short = decimals.trim_end_matches('0').trim_end_matches('.');
    let minus = if value < 0.0 && short != "0" {
        "−"
    } else {
        ""
    };
    format!("{minus}{short}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.0, 0.5, 1.0, 0.0625, 10.0, -0.25, -1e-9].map(number),
            ["0", "0.5", "1", "0.062", "10", "−0.25", "0"]
        );
    }

    #[test]
    fn a_scale_to_either_side_goes_by_the_square_root() {
        let scale = Scale::either(&[0.5, -2.0]);
        assert_eq!(
            [0.0, 0.25, 0.5, 1.0].map(|at| scale.value(at)),
            [-2.0, -0.5, 0.0, 2.0]
        );
        assert_eq!(scale.color(0.5), Some(lean(0.5)));
        assert_eq!(scale.color(-0.5), Some(lean(-0.5)));
        assert_eq!(scale.color(0.0), None);
        assert_eq!(Scale::either(&[0.0]).color(0.0), None);
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
