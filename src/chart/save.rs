//! A figure as an SVG text or a PNG file.

use std::fmt::Display;
use std::fs::File;
use std::path::Path;

use plotters::drawing::IntoDrawingArea;
use plotters::prelude::SVGBackend;

use super::bitmap::Bitmap;
use super::{ChartError, Figure};

/// plotters draws at whole numbers only: this many a unit, so that a neuron's narrow column
/// keeps its width.
const SVG_SCALE: u32 = 4;

/// Pixels a unit of a PNG: sharp on paper and on dense screens.
const PNG_SCALE: u32 = 2;

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

/// Writes the figure to `path`, whose name ends in `.png`.
///
/// # Errors
/// If the name ends otherwise, the file cannot be written, or plotters cannot draw.
pub fn png(figure: &impl Figure, path: &Path) -> Result<(), ChartError> {
    if !path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("png"))
    {
        return Err(ChartError::Name(path.to_owned()));
    }
    // plotters would hide the system's reason.
    File::create(path).map_err(|error| ChartError::Save {
        path: path.to_owned(),
        error,
    })?;
    let (width, height) = figure.size();
    let size = (width * PNG_SCALE, height * PNG_SCALE);
    let area = Bitmap::new(path, size).into_drawing_area();
    figure.draw(&area).map_err(draw_error)?;
    area.present().map_err(draw_error)
}

fn draw_error(error: impl Display) -> ChartError {
    ChartError::Draw(error.to_string())
}
