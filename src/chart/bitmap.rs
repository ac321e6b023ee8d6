//! plotters' bitmap with well-set text: plotters itself omits the space to
//! the left of a glyph and rounds its position, which tears words apart.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Point, PxScale, PxScaleFont, ScaleFont, point};
use plotters::prelude::BitMapBackend;
use plotters::style::FontStyle;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::font::{BASE_BELOW_TOP, em, extent};

/// Pixels of red, green and blue to draw on.
pub(super) struct Bitmap<'a>(BitMapBackend<'a>);

type Drawn<'a> = Result<(), DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

impl<'a> Bitmap<'a> {
    /// A bitmap of `size` pixels, three bytes each.
    pub(super) fn new(pixels: &'a mut [u8], size: (u32, u32)) -> Self {
        Self(BitMapBackend::with_buffer(pixels, size))
    }
}

impl<'a> DrawingBackend for Bitmap<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn<'a> {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<'a> {
        self.0.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn<'a> {
        self.0.draw_pixel(at, color)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn<'a> {
        self.0.draw_rect(upper_left, bottom_right, style, fill)
    }

    /// Places text as the SVG backend does.
    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Drawn<'a> {
        let em = em(style.size());
        let (color, turn) = (style.color(), style.transform());
        for pixel in set(text, em, style) {
            let (x, y) = turn.transform(pixel.x, pixel.y);
            let alpha = color.alpha * f64::from(pixel.cover);
            self.draw_pixel((at.0 + x, at.1 + y), BackendColor { alpha, ..color })?;
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Self::ErrorType>> {
        Ok(extent(text, style.size(), style.style()))
    }
}

struct Faces {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
    italic: FontRef<'static>,
}

static FACES: LazyLock<Faces> = LazyLock::new(|| Faces {
    regular: load(dejavu::sans::regular()),
    bold: load(dejavu::sans::bold()),
    italic: load(dejavu::sans::oblique()),
});

fn load(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the bundled fonts are valid")
}

/// The typeface's outlines, with an em of `em` pixels.
fn face(em: f64, style: FontStyle) -> PxScaleFont<&'static FontRef<'static>> {
    let face = match style {
        FontStyle::Bold => &FACES.bold,
        FontStyle::Italic | FontStyle::Oblique => &FACES.italic,
        FontStyle::Normal => &FACES.regular,
    };
    // ab_glyph scales a font by its height, not by its em.
    let heights_per_em = face.height_unscaled() / face.units_per_em().unwrap_or(1.0);
    face.into_scaled(PxScale::from(em as f32 * heights_per_em))
}

/// Width of `text` with kerning, in pixels.
fn width(text: &str, face: &PxScaleFont<&FontRef<'_>>) -> f64 {
    let mut width = 0.0;
    let mut last = None;
    for glyph in text.chars().map(|c| face.glyph_id(c)) {
        width += last.map_or(0.0, |last| face.kern(last, glyph)) + face.h_advance(glyph);
        last = Some(glyph);
    }
    width.into()
}

/// A pixel of upright text, counted from its anchor.
struct Pixel {
    x: i32,
    y: i32,
    /// The part of the pixel that the glyph covers.
    cover: f32,
}

/// The pixels of `text` with an em of `em` pixels.
fn set<S: BackendTextStyle>(text: &str, em: f64, style: &S) -> Vec<Pixel> {
    let face = face(em, style.style());
    let mut pen = start(width(text, &face), em, style);
    let mut pixels = Vec::new();
    let mut last = None;
    for glyph in text.chars().map(|c| face.glyph_id(c)) {
        pen.x += last.map_or(0.0, |last| face.kern(last, glyph));
        last = Some(glyph);
        if let Some(outline) = face
            .font
            .outline_glyph(glyph.with_scale_and_position(face.scale, pen))
        {
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, cover| {
                let (x, y) = (corner.x as i32 + x as i32, corner.y as i32 + y as i32);
                pixels.push(Pixel { x, y, cover });
            });
        }
        pen.x += face.h_advance(glyph);
    }
    pixels
}

/// Where on its baseline the text begins, relative to its anchor.
fn start<S: BackendTextStyle>(width: f64, em: f64, style: &S) -> Point {
    /// Height of a lower-case x in DejaVu Sans, in ems.
    const EX: f64 = 0.547;
    let x = match style.anchor().h_pos {
        HPos::Left => 0.0,
        HPos::Center => -width / 2.0,
        HPos::Right => -width,
    };
    let y = match style.anchor().v_pos {
        VPos::Top => BASE_BELOW_TOP,
        VPos::Center => EX / 2.0,
        VPos::Bottom => -EX / 2.0,
    };
    point(x as f32, (y * em) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the page lays figures out by is what the font says.
    #[test]
    fn the_bundled_advances_are_those_of_the_font() {
        for style in [FontStyle::Normal, FontStyle::Bold, FontStyle::Italic] {
            let face = face(10.0, style);
            for letter in ('\0'..='\u{ffff}').chain(['\u{1d54f}', '\u{1f600}']) {
                let expected = f64::from(face.h_advance(face.glyph_id(letter)));
                let found = super::super::font::width(&letter.to_string(), 10.0, style);
                assert!(
                    (found - expected).abs() < 1e-4,
                    "{letter:?}: {found}, not {expected}"
                );
            }
        }
    }
}
