//! Two heat maps of word pairs, side by side: neurons they share, attention
//! they pay.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::explanation::{HEADING, INNER, MARGIN, heading};
use super::heat::{color_bar, heat_map};
use super::label::Type;
use super::palette::{BLANK, QUIET};
use super::sheet::{Frame, Sheet};
use crate::explain::{Explanation, Matrix};

const BETWEEN: f64 = 48.0;
const PANEL: f64 = (INNER - BETWEEN) / 2.0;
const ROW_LABELS: f64 = 104.0;
const COLUMN_LABELS: f64 = 88.0;
const LARGEST_CELL: f64 = 34.0;
/// Cells smaller than this are numbered instead of named.
const SMALLEST_NAMED_CELL: f64 = 9.0;

/// The section of the sheet that shows the interaction.
pub(super) struct InteractionMaps<'a> {
    explanation: &'a Explanation,
    cell: f64,
}

impl<'a> InteractionMaps<'a> {
    pub(super) fn new(explanation: &'a Explanation) -> Self {
        let words = explanation.words.len() as f64;
        let cell = ((PANEL - ROW_LABELS) / words).min(LARGEST_CELL);
        Self { explanation, cell }
    }

    /// Height of the section.
    pub(super) fn height(&self) -> f64 {
        HEADING + COLUMN_LABELS + self.side()
    }

    /// Draws the section with its top at `y`.
    pub(super) fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, y: f64) -> Drawn<DB> {
        let interaction = &self.explanation.interaction;
        let note = "The part of the smaller word's neurons that the pair shares.";
        heading(sheet, (MARGIN, y), "c", "Shared neurons", note)?;
        color_bar(sheet, (MARGIN + PANEL, y), "sharing Sᵢₖ", 1.0)?;
        let map = self.draw_map(sheet, (MARGIN, y), &interaction.sharing, 1.0)?;
        self.blank_diagonal(sheet, map)?;

        let x = MARGIN + PANEL + BETWEEN;
        let note = "The weight that the row's word gives the column's, mean over heads.";
        heading(sheet, (x, y), "d", "Attention", note)?;
        let largest = interaction
            .attention
            .values
            .iter()
            .copied()
            .fold(f32::MIN_POSITIVE, f32::max);
        color_bar(sheet, (x + PANEL, y), "attention Aᵢₖ", largest)?;
        self.draw_map(sheet, (x, y), &interaction.attention, largest)?;
        Ok(())
    }

    fn side(&self) -> f64 {
        self.cell * self.explanation.words.len() as f64
    }

    /// Draws the labelled cells of the panel with its top left corner at `(x, y)`.
    fn draw_map<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        (x, y): (f64, f64),
        values: &Matrix,
        darkest: f32,
    ) -> Result<Frame, plotters::drawing::DrawingAreaErrorKind<DB::ErrorType>> {
        let map = Frame::new(
            x + ROW_LABELS,
            y + HEADING + COLUMN_LABELS,
            self.side(),
            self.side(),
        );
        heat_map(sheet, map, values, darkest)?;
        if self.cell >= SMALLEST_NAMED_CELL {
            self.name_cells(sheet, map)?;
        } else {
            self.number_cells(sheet, map)?;
        }
        Ok(map)
    }

    /// A word has no pair with itself.
    fn blank_diagonal<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        for i in 0..self.explanation.words.len() {
            let at = i as f64 * self.cell;
            sheet.fill(
                Frame::new(map.x + at, map.y + at, self.cell, self.cell),
                BLANK,
            )?;
        }
        Ok(())
    }

    fn name_cells<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let em = (0.75 * self.cell).min(12.0);
        for (i, word) in self.explanation.words.iter().enumerate() {
            let base = (i as f64 + 0.5) * self.cell + 0.33 * em;
            let set = Type::new(em).italic_if(!word.known);
            let row = set.fit(&word.text, ROW_LABELS - 8.0);
            sheet.text(&row, (map.x - 6.0, map.y + base), &set.clone().right())?;
            let column = set.fit(&word.text, COLUMN_LABELS - 8.0);
            sheet.text(&column, (map.x + base, map.y - 6.0), &set.upward())?;
        }
        Ok(())
    }

    /// The numbers that the allocation's rows carry, every tenth.
    fn number_cells<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let set = Type::new(10.0).color(QUIET);
        let words = self.explanation.words.len();
        for number in std::iter::once(1).chain((10..=words).step_by(10)) {
            let middle = (number as f64 - 0.5) * self.cell;
            let (x, y) = (map.x + middle, map.y + middle);
            sheet.line((map.x - 5.0, y), (map.x, y), QUIET)?;
            sheet.line((x, map.y - 5.0), (x, map.y), QUIET)?;
            let text = number.to_string();
            sheet.text(&text, (map.x - 8.0, y + 3.5), &set.clone().right())?;
            sheet.text(&text, (x, map.y - 8.0), &set.clone().centred())?;
        }
        Ok(())
    }
}
