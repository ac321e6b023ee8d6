//! plotters' bitmap with well-set text: plotters itself omits the space to
//! the left of a glyph and rounds its position, which tears words apart.

use ab_glyph::{Font, Point, ScaleFont, point};
use plotters::prelude::BitMapBackend;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use super::font::{em, face, width};

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
    let mut pen = start(width(text, em, style.style()), em, style);
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

/// How far below its top the SVG backend puts a text's baseline, in ems.
pub(super) const BASE_BELOW_TOP: f64 = 0.76;
