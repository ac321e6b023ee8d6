//! A figure as a PNG picture.

use plotters::drawing::IntoDrawingArea;

use super::bitmap::Bitmap;
use super::svg::draw_error;
use super::{ChartError, Figure};

/// Pixels per unit: sharp on paper and on high-density screens.
const SCALE: u32 = 2;

/// Red, green and blue.
const BYTES_A_PIXEL: usize = 3;

/// The figure as the bytes of a PNG file.
///
/// # Errors
/// If plotters cannot draw it.
pub fn png(figure: &impl Figure) -> Result<Vec<u8>, ChartError> {
    let (width, height) = figure.size();
    let (width, height) = (width * SCALE, height * SCALE);
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
