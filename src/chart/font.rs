//! The only typeface of all figures. How wide its letters are is bundled, so that a figure is laid out alike on every
//! machine and in the page.

use plotters::style::{FontDesc, FontFamily, FontStyle};

/// As CSS understands it: what an SVG's reader falls back on has much the same widths.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// What plotters calls the size of a font, as its SVG backend measures it: this many ems.
const SIZE: f64 = 1.24;

/// How far below its top the SVG backend puts a text's baseline, in ems.
pub(super) const BASE_BELOW_TOP: f64 = 0.76;

/// How wide the characters of a face are, in units of the font.
struct Advances {
    /// The em.
    em: f32,
    /// What stands for a character that the face lacks.
    missing: f32,
    /// Runs of characters that follow each other: the first of each, and the place of its advance.
    runs: &'static [(u32, u16)],
    advances: &'static [u16],
}

// REGULAR, BOLD and ITALIC, read from the fonts when the crate is built.
include!(concat!(env!("OUT_DIR"), "/advances.rs"));

impl Advances {
    /// That of one character, in ems.
    fn of(&self, letter: char) -> f32 {
        let code = u32::from(letter);
        let after = self.runs.partition_point(|&(first, _)| first <= code);
        let end = self
            .runs
            .get(after)
            .map_or(self.advances.len(), |run| run.1.into());
        let run = self.runs[..after].last();
        let place = run.map(|&(first, begin)| usize::from(begin) + (code - first) as usize);
        let known = place.filter(|&place| place < end);
        known.map_or(self.missing, |place| self.advances[place].into()) / self.em
    }
}

/// The typeface for plotters, with an em of `em` pixels.
pub(super) fn font(em: f64, style: FontStyle) -> FontDesc<'static> {
    FontDesc::new(FontFamily::Name(FAMILY), em * SIZE, style)
}

/// The em of a font of plotters' `size`.
pub(super) fn em(size: f64) -> f64 {
    size / SIZE
}

/// Width of `text` in pixels, with an em of `em` pixels, without kerning.
pub(super) fn width(text: &str, em: f64, style: FontStyle) -> f64 {
    let face = match style {
        FontStyle::Bold => &BOLD,
        FontStyle::Italic | FontStyle::Oblique => &ITALIC,
        FontStyle::Normal => &REGULAR,
    };
    let ems: f32 = text.chars().map(|letter| face.of(letter)).sum();
    em * f64::from(ems)
}

/// Width and height of a line of `text` in whole pixels, in plotters' `size`.
pub(super) fn extent(text: &str, size: f64, style: FontStyle) -> (u32, u32) {
    let em = em(size);
    (width(text, em, style).ceil() as u32, em.ceil() as u32)
}
