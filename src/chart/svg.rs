//! A figure as an SVG document.

use std::fmt::Display;

use plotters::drawing::IntoDrawingArea;

use super::label::drawable;
use super::vector::Vector;
use super::{ChartError, Figure};

/// plotters draws only at whole numbers: this many per unit, so that a neuron's narrow column
/// keeps its width.
const SVG_SCALE: u32 = 4;

/// The figure as an SVG document.
///
/// # Errors
/// If plotters cannot draw it.
pub fn svg(figure: &impl Figure) -> Result<String, ChartError> {
    let (width, height) = figure.size();
    let (across, down) = (width * SVG_SCALE, height * SVG_SCALE);
    let mut svg = String::new();
    let area = Vector::new(&mut svg, (across, down)).into_drawing_area();
    figure.draw(&area).map_err(draw_error)?;
    area.present().map_err(draw_error)?;
    drop(area);
    let fine = format!(r#"width="{across}" height="{down}""#);
    let shown = format!(r#"width="{width}" height="{height}""#);
    let svg = svg.replacen(&fine, &shown, 1);
    Ok(match figure.title() {
        Some(title) => titled(&svg, &title),
        None => svg,
    })
}

/// The document with a title, which is its first element.
fn titled(svg: &str, title: &str) -> String {
    let title = escaped(&drawable(title.chars()));
    let root = svg.find("<svg").unwrap_or_default();
    let begin = svg[root..].find('>').map_or(0, |end| root + end + 1);
    let (before, after) = svg.split_at(begin);
    format!("{before}\n<title>{title}</title>{after}")
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

pub(super) fn draw_error(error: impl Display) -> ChartError {
    ChartError::Draw(error.to_string())
}
