//! The colours of all figures: a scale from low to high, and one to either side of zero, both legible to
//! colour-blind readers; one accent, and greys.

use plotters::style::{BLACK, RGBColor, WHITE};

/// Titles and words.
pub(super) const INK: RGBColor = RGBColor(28, 32, 38);
/// Explanations, ticks and incidental numbers.
pub(super) const QUIET: RGBColor = RGBColor(96, 104, 114);
/// Lines that only divide.
pub(super) const RULE: RGBColor = RGBColor(200, 206, 214);
/// Grid lines behind curves.
pub(super) const GRID: RGBColor = RGBColor(226, 229, 233);
/// What the figure is about: the prediction, the best epoch.
pub(super) const ACCENT: RGBColor = RGBColor(190, 78, 10);
/// Bars of numbers that are also printed.
pub(super) const BAR: RGBColor = RGBColor(198, 216, 233);
/// Cells that compare a word with itself.
pub(super) const BLANK: RGBColor = RGBColor(226, 228, 231);
/// Neighbouring groups, alternately.
pub(super) const BANDS: [RGBColor; 2] = [RGBColor(206, 211, 218), RGBColor(228, 231, 235)];

/// Curves on one scale, also distinguished by lightness.
pub(super) const CURVES: [RGBColor; 3] = [
    RGBColor(38, 98, 164),
    RGBColor(224, 122, 30),
    RGBColor(120, 126, 134),
];

/// Light to dark in steps of equal contrast.
const SCALE: [RGBColor; 5] = [
    RGBColor(243, 246, 250),
    RGBColor(190, 213, 233),
    RGBColor(108, 160, 206),
    RGBColor(38, 98, 164),
    RGBColor(11, 36, 82),
];

/// As light as the steps of [`SCALE`], in the hue that colour-blind readers distinguish best from its blue.
const AGAINST: [RGBColor; 5] = [
    SCALE[0],
    RGBColor(237, 212, 171),
    RGBColor(214, 157, 75),
    RGBColor(156, 92, 12),
    RGBColor(80, 42, 2),
];

/// The scale's colour for a part between 0, lightest, and 1, darkest.
pub(super) fn shade(part: f64) -> RGBColor {
    between(&SCALE, part)
}

/// The colour for a part between −1, darkest against, and 1, darkest towards; 0 is lightest.
pub(super) fn lean(part: f64) -> RGBColor {
    between(if part < 0.0 { &AGAINST } else { &SCALE }, part.abs())
}

fn between(scale: &[RGBColor; 5], part: f64) -> RGBColor {
    let at = part.clamp(0.0, 1.0) * (scale.len() - 1) as f64;
    let below = (at as usize).min(scale.len() - 2);
    let (from, to) = (scale[below], scale[below + 1]);
    let mix = |from: u8, to: u8| {
        let (from, to) = (f64::from(from), f64::from(to));
        (from + (to - from) * (at - below as f64)).round() as u8
    };
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The colour of text that is legible on [`shade`]`(part)`.
pub(super) fn ink_on_shade(part: f64) -> RGBColor {
    if part > 0.66 { WHITE } else { BLACK }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_runs_from_its_first_to_its_last_colour() {
        assert_eq!((shade(0.0), shade(1.0)), (SCALE[0], SCALE[4]));
        assert_eq!((shade(-1.0), shade(2.0)), (SCALE[0], SCALE[4]));
        assert_eq!(shade(0.25), SCALE[1]);
    }

    /// Ratio of relative luminances as the Web Content Accessibility Guidelines define it.
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        let luminance =
            |c: RGBColor| 0.2126 * linear(c.0) + 0.7152 * linear(c.1) + 0.0722 * linear(c.2);
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn both_sides_of_nothing_are_as_dark_and_of_other_colours() {
        for step in 1..=10 {
            let part = f64::from(step) / 10.0;
            let (towards, against) = (lean(part), lean(-part));
            assert_eq!(towards, shade(part));
            assert!(contrast(towards, against) < 1.25, "at {part}");
            assert!(towards.2 > towards.0 && against.0 > against.2, "at {part}");
        }
        assert_eq!(lean(0.0), shade(0.0));
    }

    #[test]
    fn darker_means_more_and_text_stays_legible() {
        for step in 0..100 {
            let (here, next) = (f64::from(step) / 100.0, f64::from(step + 1) / 100.0);
            assert!(contrast(shade(next), WHITE) > contrast(shade(here), WHITE));
            assert!(
                contrast(ink_on_shade(here), shade(here)) >= 4.5,
                "at {here}"
            );
        }
    }
}
