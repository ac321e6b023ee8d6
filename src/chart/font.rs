//! The only typeface of all figures, bundled so that a figure looks the
//! same on every machine.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, PxScale, PxScaleFont, ScaleFont};
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// As CSS understands it: what an SVG's reader falls back on has much the same widths.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// What plotters calls the size of a font, as its SVG backend measures it: this many ems.
const SIZE: f64 = 1.24;

struct Faces {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
    italic: FontRef<'static>,
}

static FACES: LazyLock<Faces> = LazyLock::new(|| Faces {
    regular: load(FontStyle::Normal, dejavu::sans::regular()),
    bold: load(FontStyle::Bold, dejavu::sans::bold()),
    italic: load(FontStyle::Italic, dejavu::sans::oblique()),
});

/// Reads a face, and registers it with plotters, which lays out the labels of axes.
fn load(style: FontStyle, bytes: &'static [u8]) -> FontRef<'static> {
    assert!(
        register_font(FAMILY, style, bytes).is_ok(),
        "plotters reads the fonts of this crate"
    );
    FontRef::try_from_slice(bytes).expect("the fonts of this crate are valid")
}

/// The typeface for plotters, with an em of `em` pixels.
pub(super) fn font(em: f64, style: FontStyle) -> FontDesc<'static> {
    LazyLock::force(&FACES);
    FontDesc::new(FontFamily::Name(FAMILY), em * SIZE, style)
}

/// The em of a font of plotters' `size`.
pub(super) fn em(size: f64) -> f64 {
    size / SIZE
}

/// The typeface's outlines, with an em of `em` pixels.
pub(super) fn face(em: f64, style: FontStyle) -> PxScaleFont<&'static FontRef<'static>> {
    let face = match style {
        FontStyle::Bold => &FACES.bold,
        FontStyle::Italic | FontStyle::Oblique => &FACES.italic,
        FontStyle::Normal => &FACES.regular,
    };
    // ab_glyph scales a font by its height, not by its em.
    let heights_per_em = face.height_unscaled() / face.units_per_em().unwrap_or(1.0);
    face.into_scaled(PxScale::from(em as f32 * heights_per_em))
}

/// Width of `text` in pixels, with an em of `em` pixels.
pub(super) fn width(text: &str, em: f64, style: FontStyle) -> f64 {
    let face = face(em, style);
    let mut width = 0.0;
    let mut last = None;
    for glyph in text.chars().map(|c| face.glyph_id(c)) {
        width += last.map_or(0.0, |last| face.kern(last, glyph)) + face.h_advance(glyph);
        last = Some(glyph);
    }
    width.into()
}
