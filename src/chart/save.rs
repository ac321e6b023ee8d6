//! A figure as an SVG text or a PNG picture.

use std::fmt::Display;

use plotters::drawing::IntoDrawingArea;
use plotters::prelude::SVGBackend;

use super::bitmap::Bitmap;
use super::{ChartError, Figure};

/// plotters draws only at whole numbers: this many per unit, so that a neuron's narrow column
/// keeps its width.
const SVG_SCALE: u32 = 4;

/// Pixels per unit of a PNG: sharp on paper and on high-density screens.
const PNG_SCALE: u32 = 2;

/// Red, green and blue.
const BYTES_A_PIXEL: usize = 3;

/// The figure as an SVG document.
///
/// # Errors
/// If plotters cannot draw it.
pub fn svg(figure: &impl Figure) -> Result<String, ChartError> {
    let (width, height) = figure.size();
    let (across, down) = (width * SVG_SCALE, height * SVG_SCALE);
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (across, down)).into_drawing_area();
    figure.draw(&area).map_err(draw_error)?;
    area.present().map_err(draw_error)?;
    drop(area);
    let fine = format!(r#"width="{across}" height="{down}""#);
    let shown = format!(r#"width="{width}" height="{height}""#);
    Ok(svg.replacen(&fine, &shown, 1))
}

/// The figure as the bytes of a PNG file.
///
/// # Errors
/// If plotters cannot draw it.
pub fn png(figure: &impl Figure) -> Result<Vec<u8>, ChartError> {
    let (width, height) = figure.size();
    let (width, height) = (width * PNG_SCALE, height * PNG_SCALE);
    let mut pixels = vec![0; width as usize * height as usize * BYTES_A_PIXEL];
    let area = Bitmap::new(&mut pixels, (width, height)).into_drawing_area();
    figure.draw(&area).map_err(draw_error)?;
    area.present().map_err(draw_error)?;
    drop(area);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().map_err(draw_error)?;
    writer.write_image_data(&pixels).map_err(draw_error)?;
    writer.finish().map_err(draw_error)?;
    Ok(bytes)
}

fn draw_error(error: impl Display) -> ChartError {
    ChartError::Draw(error.to_string())
}
