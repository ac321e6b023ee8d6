//! What each word brings to the predicted class, as bars up and down along the sentence, and what
//! they add up to.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::flow::{Place, flow, lines};
use super::label::Type;
use super::palette::{QUIET, RULE, lean};
use super::sheet::{Frame, HEADING, INNER, Letters, MARGIN, Sheet, heading};
use crate::explain::{Evidence, Explanation, Sentences, margin_name, signed};

/// Longest bar to either side.
const BAR: f64 = 30.0;
/// Height of the words between the bars.
const TEXT: f64 = 20.0;
/// Room for a number after a bar.
const NUMBER: f64 = 11.0;
/// Height of a line of words with bars to both sides.
const LINE: f64 = TEXT + 2.0 * (BAR + NUMBER) + 6.0;
const WIDTH: f64 = 18.0;
const GAP: f64 = 7.0;
/// Height of a sentence below.
const SENTENCE: f64 = 18.0;
/// A bar has its number from this fraction of the longest on.
const NUMBERED: f64 = 0.1;

/// The section of the sheet that says why this class.
pub(super) struct Contributions<'a> {
    evidence: &'a Evidence,
    bars: Vec<Bar>,
    places: Vec<Place>,
    /// The amount of the longest bar.
    longest: f64,
    sentences: Vec<String>,
}

/// A word, or another part of the margin.
struct Bar {
    text: String,
    set: Type,
    amount: f64,
    width: f64,
}

impl<'a> Contributions<'a> {
    /// The section for an explanation; `None` if it has no contributions.
    pub(super) fn new(explanation: &'a Explanation) -> Option<Self> {
        let evidence = explanation.evidence.as_ref()?;
        let words = explanation.words.iter().map(|word| {
            let set = Type::new(14.0).italic_if(!word.known);
            Bar::new(&word.text, set, word.contribution)
        });
        let Sentences {
            parts,
            sum,
            remarks,
            ..
        } = Sentences::of(explanation);
        let rest = parts.iter().map(|part| {
            let set = Type::new(12.0).color(QUIET);
            Bar::new(&format!("+ {}", part.title), set, part.amount)
        });
        let bars: Vec<Bar> = words.chain(rest).collect();
        let amounts = bars.iter().map(|bar| bar.amount.abs());
        Some(Self {
            evidence,
            places: flow(bars.iter().map(|bar| bar.width), GAP),
            longest: amounts.fold(f64::MIN_POSITIVE, f64::max),
            bars,
            sentences: sum.into_iter().chain(remarks).collect(),
        })
    }

    /// Height of the section.
    pub(super) fn height(&self) -> f64 {
        HEADING + lines(&self.places) as f64 * LINE + self.sentences.len() as f64 * SENTENCE
    }

    /// Draws the section with its top at `y`.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        y: f64,
        letters: &mut Letters,
    ) -> Drawn<DB> {
        let class = &self.evidence.classes[self.evidence.margin.class];
        let note = format!(
            "What each word adds to the {} of the predicted class: up, towards {class}; down, against it.",
            margin_name(self.evidence.classes.len()),
        );
        heading(sheet, (MARGIN, y), letters, "Why this class", &note)?;
        for (bar, place) in self.bars.iter().zip(&self.places) {
            let top = y + HEADING + place.line as f64 * LINE;
            self.draw_bar(sheet, bar, (MARGIN + place.x, top + NUMBER + BAR))?;
        }
        let below = y + HEADING + lines(&self.places) as f64 * LINE;
        let quiet = Type::new(12.0);
        for (at, sentence) in self.sentences.iter().enumerate() {
            let base = below + (at as f64 + 0.7) * SENTENCE;
            sheet.text(&quiet.fit(sentence, INNER), (MARGIN, base), &quiet)?;
        }
        Ok(())
    }

    /// A word with the top of its text, where bars upwards begin, at `(x, y)`.
    fn draw_bar<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        bar: &Bar,
        (x, y): (f64, f64),
    ) -> Drawn<DB> {
        let part = bar.amount / self.longest;
        let length = part.abs() * BAR;
        let middle = x + bar.width / 2.0;
        let (top, number) = if part < 0.0 {
            (y + TEXT, y + TEXT + length + 10.0)
        } else {
            (y - length, y - length - 3.0)
        };
        sheet.line((x, y), (x + bar.width, y), RULE)?;
        sheet.line((x, y + TEXT), (x + bar.width, y + TEXT), RULE)?;
        if length > 0.0 {
            let frame = Frame::new(middle - WIDTH / 2.0, top, WIDTH, length);
            sheet.fill(frame, lean(0.75 * part.signum()))?;
        }
        if part.abs() >= NUMBERED {
            let set = Type::new(9.0).color(QUIET).centred();
            sheet.text(&signed(bar.amount), (middle, number), &set)?;
        }
        sheet.text(&bar.text, (middle, y + 15.0), &bar.set.clone().centred())
    }
}

impl Bar {
    fn new(text: &str, set: Type, amount: f64) -> Self {
        let text = set.fit(text, INNER / 4.0);
        // Room for the number, too.
        let width = set.width(&text).max(30.0);
        Self {
            text,
            set,
            amount,
            width,
        }
    }
}
