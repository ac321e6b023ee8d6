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

/// Fills `frame` with one cell a value of `values`, darkest at `darkest`; the cells that are
/// too faint to be seen are left to the background.
pub(super) fn heat_map<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    frame: Frame,
    values: &Matrix,
    darkest: f32,
) -> Drawn<DB> {
    sheet.fill(frame, shade(0.0))?;
    let width = frame.width / values.cols as f64;
    let height = frame.height / values.rows as f64;
    let gap = |side: f64| if side >= LARGE { 1.0 } else { 0.0 };
    for i in 0..values.rows {
        for (j, &value) in values.row(i).iter().enumerate() {
            let part = f64::from(value / darkest);
            if part >= FAINTEST {
                let (x, y) = (frame.x + j as f64 * width, frame.y + i as f64 * height);
                let cell = Frame::new(x, y, width - gap(width), height - gap(height));
                sheet.fill(cell, shade(part))?;
            }
        }
    }
    Ok(())
}

/// Height of a colour bar with its numbers.
pub(super) const BAR_HEIGHT: f64 = 24.0;

/// Draws the scale from 0 to `darkest` with its right end at `right`, and `name` before it.
pub(super) fn color_bar<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    (right, y): (f64, f64),
    name: &str,
    darkest: f32,
) -> Drawn<DB> {
    const WIDTH: f64 = 128.0;
    const STEPS: usize = 32;
    let x = right - WIDTH;
    let step = WIDTH / STEPS as f64;
    for at in 0..STEPS {
        let cell = Frame::new(x + at as f64 * step, y, step, 10.0);
        sheet.fill(cell, shade(at as f64 / (STEPS - 1) as f64))?;
    }
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
    use super::number;

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [0.0, 0.5, 1.0, 0.0625, 10.0].map(number),
            ["0", "0.5", "1", "0.063", "10"]
        );
    }
}
