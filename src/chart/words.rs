//! The words of an explanation, shaded by keep probability.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::flow::{Place, flow, lines};
use super::heat::{Scale, color_bar};
use super::label::Type;
use super::palette::{QUIET, ink_on_shade, shade};
use super::sheet::{Frame, HEADING, INNER, Letters, MARGIN, Sheet, heading};
use crate::explain::Word;

const LINE: f64 = 46.0;
const CHIP_HEIGHT: f64 = 26.0;
const PADDING: f64 = 7.0;
const GAP: f64 = 6.0;

/// The section of the sheet that shows the words in lines.
pub(super) struct Words<'a> {
    words: &'a [Word],
    chips: Vec<Chip>,
    places: Vec<Place>,
}

/// One word as it is shown.
struct Chip {
    text: String,
    width: f64,
}

impl<'a> Words<'a> {
    /// Breaks `words` into lines.
    pub(super) fn new(words: &'a [Word]) -> Self {
        let chip = |word: &Word| {
            let text = set(word).fit(&word.text, INNER / 4.0);
            // Room for the number below, too.
            let width = (set(word).width(&text) + 2.0 * PADDING).max(30.0);
            Chip { text, width }
        };
        let chips: Vec<Chip> = words.iter().map(chip).collect();
        Self {
            words,
            places: flow(chips.iter().map(|chip| chip.width), GAP),
            chips,
        }
    }

    /// Height of the section.
    pub(super) fn height(&self) -> f64 {
        HEADING + lines(&self.places) as f64 * LINE
    }

    /// Draws the section with its top at `y`.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        y: f64,
        letters: &mut Letters,
    ) -> Drawn<DB> {
        let note = "How far the gate opens for each word: 0 shuts it out, 1 lets all of it \
                    through. Words in italics are not in the vocabulary.";
        heading(sheet, (MARGIN, y), letters, "Keep probability", note)?;
        color_bar(sheet, (MARGIN + INNER, y), "keep", Scale::UpTo(1.0))?;
        for ((word, chip), place) in self.words.iter().zip(&self.chips).zip(&self.places) {
            let top = y + HEADING + place.line as f64 * LINE;
            let keep = f64::from(word.keep);
            let frame = Frame::new(MARGIN + place.x, top, chip.width, CHIP_HEIGHT);
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
