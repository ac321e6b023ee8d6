//! The words of an explanation, shaded by keep probability.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::explanation::{HEADING, INNER, MARGIN, heading};
use super::heat::color_bar;
use super::label::Type;
use super::palette::{QUIET, ink_on_shade, shade};
use super::sheet::{Frame, Sheet};
use crate::explain::Word;

const LINE: f64 = 46.0;
const CHIP_HEIGHT: f64 = 26.0;
const PADDING: f64 = 7.0;
const GAP: f64 = 6.0;

/// The section of the sheet that shows the words in lines.
pub(super) struct Words<'a> {
    words: &'a [Word],
    chips: Vec<Chip>,
}

/// One word's place.
struct Chip {
    text: String,
    x: f64,
    line: usize,
    width: f64,
}

impl<'a> Words<'a> {
    /// Breaks `words` into lines.
    pub(super) fn new(words: &'a [Word]) -> Self {
        let (mut x, mut line) = (0.0, 0);
        let mut chips = Vec::with_capacity(words.len());
        for word in words {
            let text = set(word).fit(&word.text, INNER / 4.0);
            // Room for the number below, too.
            let width = (set(word).width(&text) + 2.0 * PADDING).max(30.0);
            if x > 0.0 && x + width > INNER {
                (x, line) = (0.0, line + 1);
            }
            chips.push(Chip {
                text,
                x,
                line,
                width,
            });
            x += width + GAP;
        }
        Self { words, chips }
    }

    /// Height of the section.
    pub(super) fn height(&self) -> f64 {
        let lines = self.chips.last().map_or(0, |chip| chip.line + 1);
        HEADING + lines as f64 * LINE
    }

    /// Draws the section with its top at `y`.
    pub(super) fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, y: f64) -> Drawn<DB> {
        let note = "How far the gate opens for each word: 0 shuts it out, 1 lets it through \
                    whole. Words in italics are not in the vocabulary.";
        heading(sheet, (MARGIN, y), "a", "Keep probability", note)?;
        color_bar(sheet, (MARGIN + INNER, y), "keep", 1.0)?;
        for (word, chip) in self.words.iter().zip(&self.chips) {
            let top = y + HEADING + chip.line as f64 * LINE;
            let keep = f64::from(word.keep);
            let frame = Frame::new(MARGIN + chip.x, top, chip.width, CHIP_HEIGHT);
            sheet.fill(frame, shade(keep))?;
            let middle = frame.x + frame.width / 2.0;
            let inked = set(word).color(ink_on_shade(keep)).centred();
            sheet.text(&chip.text, (middle, top + 18.0), &inked)?;
            let number = Type::new(9.0).color(QUIET).centred();
            sheet.text(
                &format!("{keep:.2}"),
                (middle, frame.bottom() + 11.0),
                &number,
            )?;
        }
        Ok(())
    }
}

fn set(word: &Word) -> Type {
    Type::new(14.0).italic_if(!word.known)
}
