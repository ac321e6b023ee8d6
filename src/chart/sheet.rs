//! Drawing in a figure's own units, whatever the backend's resolution.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{PathElement, Rectangle};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{Pos, VPos};
use plotters::style::{Color, FontTransform, RGBColor, WHITE};

use super::Drawn;
use super::font::{BASE_BELOW_TOP, font};
use super::label::Type;
use super::palette::{INK, QUIET};

/// Free space around the sheet's contents.
pub(super) const MARGIN: f64 = 40.0;
/// Width between the margins.
pub(super) const INNER: f64 = 1120.0;
/// Height of a panel's heading.
pub(super) const HEADING: f64 = 50.0;

/// A rectangle of the sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    pub(super) fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

/// A backend's area, measured in the units of the figure on it.
pub(super) struct Sheet<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    /// Pixels per unit.
    scale: f64,
}

impl<'a, DB: DrawingBackend> Sheet<'a, DB> {
    /// An empty white sheet of `size` units, as large as fits `area`.
    pub(super) fn new(
        area: &'a DrawingArea<DB, Shift>,
        (width, height): (u32, u32),
    ) -> Drawn<DB, Self> {
        area.fill(&WHITE)?;
        let (across, down) = area.dim_in_pixel();
        let scale = (f64::from(across) / f64::from(width)).min(f64::from(down) / f64::from(height));
        Ok(Self { area, scale })
    }

    /// Pixels per unit.
    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// The part of the area that `frame` covers.
    pub(super) fn part(&self, frame: Frame) -> DrawingArea<DB, Shift> {
        let corner = self.pixel(frame.x, frame.y);
        let opposite = self.pixel(frame.right(), frame.bottom());
        let area = self.area.clone();
        area.shrink(corner, (opposite.0 - corner.0, opposite.1 - corner.1))
    }

    /// Fills `frame`, which is drawn at least one pixel wide and high.
    pub(super) fn fill(&self, frame: Frame, color: RGBColor) -> Drawn<DB> {
        let corner = self.pixel(frame.x, frame.y);
        let opposite = self.pixel(frame.right(), frame.bottom());
        let opposite = (opposite.0.max(corner.0 + 1), opposite.1.max(corner.1 + 1));
        self.area
            .draw(&Rectangle::new([corner, opposite], color.filled()))
    }

    /// Draws a line of one unit's width from one point to another.
    pub(super) fn line(&self, from: (f64, f64), to: (f64, f64), color: RGBColor) -> Drawn<DB> {
        let ends = [self.pixel(from.0, from.1), self.pixel(to.0, to.1)];
        let width = self.scale.round().max(1.0) as u32;
        self.area
            .draw(&PathElement::new(ends, color.stroke_width(width)))
    }

    /// Draws a line through `points`, so many units wide.
    pub(super) fn path(&self, points: &[(f64, f64)], color: RGBColor, width: f64) -> Drawn<DB> {
        let pixels: Vec<_> = points.iter().map(|&(x, y)| self.pixel(x, y)).collect();
        let width = (width * self.scale).round().max(1.0) as u32;
        self.area
            .draw(&PathElement::new(pixels, color.stroke_width(width)))
    }

    /// Sets `text` with its anchor at `x` on the baseline at `y`; if it runs upwards, the
    /// baseline is at `x`.
    pub(super) fn text(&self, text: &str, (x, y): (f64, f64), set: &Type) -> Drawn<DB> {
        let base = BASE_BELOW_TOP * set.em;
        let (pixel, transform) = if set.upward {
            (self.pixel(x - base, y), FontTransform::Rotate270)
        } else {
            (self.pixel(x, y - base), FontTransform::None)
        };
        let style = font(set.em * self.scale, set.style)
            .transform(transform)
            .color(&set.color)
            .pos(Pos::new(set.anchor, VPos::Top));
        self.area.draw_text(text, &style, pixel)
    }

    fn pixel(&self, x: f64, y: f64) -> (i32, i32) {
        (
            (x * self.scale).round() as i32,
            (y * self.scale).round() as i32,
        )
    }
}

/// The letters of a sheet's panels, in order; a panel that is alone on its sheet has none.
pub(super) struct Letters(Option<char>);

impl Letters {
    pub(super) const NONE: Self = Self(None);

    /// From `a` on, past the letters of `before` panels.
    pub(super) fn after(before: usize) -> Self {
        Self(Some(char::from(b'a' + (before % 26) as u8)))
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.0;
        self.0 = letter.map(|letter| char::from_u32(letter as u32 + 1).unwrap_or(letter));
        letter
    }
}

/// Draws a panel's letter, name and what it means, with its top left corner at `(x, y)`.
pub(super) fn heading<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    (x, y): (f64, f64),
    letters: &mut Letters,
    name: &str,
    note: &str,
) -> Drawn<DB> {
    let bold = Type::new(15.0).bold().color(INK);
    let mut beginning = x;
    if let Some(letter) = letters.next() {
        sheet.text(&letter.to_string(), (x, y + 12.0), &bold)?;
        beginning += 18.0;
    }
    sheet.text(name, (beginning, y + 12.0), &bold)?;
    sheet.text(note, (x, y + 34.0), &Type::new(11.0).color(QUIET))
}
