//! The one typeface of all figures, carried along so that a figure looks the
//! same on every machine.

use std::sync::Once;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// As CSS understands it: what an SVG's reader falls back on has much the same widths.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// The plotters size of a font whose em is one unit, as its SVG backend counts.
const SIZE_OF_EM: f64 = 1.24;

/// The typeface in `style` with an em of `em` pixels.
pub(super) fn font(em: f64, style: FontStyle) -> FontDesc<'static> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        register(FontStyle::Normal, dejavu::sans::regular());
        register(FontStyle::Bold, dejavu::sans::bold());
        register(FontStyle::Italic, dejavu::sans::oblique());
    });
    FontDesc::new(FontFamily::Name(FAMILY), em * SIZE_OF_EM, style)
}

fn register(style: FontStyle, bytes: &'static [u8]) {
    assert!(
        register_font(FAMILY, style, bytes).is_ok(),
        "the font that this crate carries is valid"
    );
}
