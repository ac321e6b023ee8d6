//! Text as it can be drawn: its type, its width, and how it is shortened.

use plotters::style::text_anchor::HPos;
use plotters::style::{FontStyle, RGBColor};
use unicode_segmentation::UnicodeSegmentation;

use super::font::width;
use super::palette::INK;

/// How a piece of text is set.
#[derive(Clone)]
pub(super) struct Type {
    /// The em, in the sheet's units.
    pub(super) em: f64,
    pub(super) style: FontStyle,
    pub(super) color: RGBColor,
    /// Which part of the text is at its position.
    pub(super) anchor: HPos,
    /// Whether the text runs upwards instead of to the right.
    pub(super) upward: bool,
}

impl Type {
    pub(super) fn new(em: f64) -> Self {
        let (style, anchor) = (FontStyle::Normal, HPos::Left);
        Self {
            em,
            style,
            color: INK,
            anchor,
            upward: false,
        }
    }

    pub(super) fn bold(self) -> Self {
        Self {
            style: FontStyle::Bold,
            ..self
        }
    }

    pub(super) fn italic_if(self, italic: bool) -> Self {
        if italic {
            Self {
                style: FontStyle::Italic,
                ..self
            }
        } else {
            self
        }
    }

    pub(super) fn color(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    pub(super) fn centred(self) -> Self {
        Self {
            anchor: HPos::Center,
            ..self
        }
    }

    pub(super) fn right(self) -> Self {
        Self {
            anchor: HPos::Right,
            ..self
        }
    }

    pub(super) fn upward(self) -> Self {
        Self {
            upward: true,
            ..self
        }
    }

    /// Width of `text` in the sheet's units.
    pub(super) fn width(&self, text: &str) -> f64 {
        width(text, self.em, self.style)
    }

    /// `text` as it can be drawn, shortened with an ellipsis to at most `room` units.
    pub(super) fn fit(&self, text: &str, room: f64) -> String {
        // No font is so narrow that more than this could fit on a sheet.
        const LONGEST: usize = 400;
        let text = drawable(text.chars().take(LONGEST));
        if self.width(&text) <= room {
            return text;
        }
        let mut short = String::new();
        for grapheme in text.graphemes(true) {
            if self.width(&format!("{short}{grapheme}…")) > room {
                break;
            }
            short.push_str(grapheme);
        }
        // Whole words, unless that loses too much.
        if let Some((words, _)) = short
            .rsplit_once(' ')
            .filter(|(w, _)| 2 * w.len() > short.len())
        {
            short.truncate(words.trim_end().len());
        }
        short + "…"
    }
}

/// One line without the characters that XML forbids.
pub(super) fn drawable(text: impl Iterator<Item = char>) -> String {
    text.map(|c| match c {
        c if c.is_whitespace() => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        c => c,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_text_stays_and_long_text_ends_in_an_ellipsis() {
        let plain = Type::new(12.0);
        assert_eq!(plain.fit("good film", 200.0), "good film");
        let short = plain.fit(&"interminably ".repeat(1000), 200.0);
        assert!(short.ends_with('…') && short.starts_with("interminably"));
        assert!(plain.width(&short) <= 200.0);
    }

    #[test]
    fn a_grapheme_is_not_cut_apart() {
        let family = "👨\u{200d}👩\u{200d}👧";
        let plain = Type::new(12.0);
        let short = plain.fit(
            &family.repeat(9),
            plain.width(&format!("{family}{family}…")) + 1.0,
        );
        assert_eq!(short, format!("{family}{family}…"));
    }

    #[test]
    fn what_cannot_stand_in_a_line_or_in_xml_is_replaced() {
        assert_eq!(
            Type::new(12.0).fit("a\nb\0c\u{ffff}", 200.0),
            "a b\u{fffd}c\u{fffd}"
        );
    }

    #[test]
    fn every_style_has_its_font() {
        let plain = Type::new(12.0);
        assert!(plain.width("word") > 0.0);
        assert!(plain.clone().bold().width("word") > plain.width("word"));
        assert!(plain.italic_if(true).width("word") > 0.0);
    }
}
