//! Two heat maps of word pairs, side by side: neurons they share, or what one brings to the other's place; and
//! attention they pay.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::heat::{Grid, Scale, color_bar};
use super::label::Type;
use super::palette::{BLANK, QUIET};
use super::sheet::{Frame, HEADING, INNER, Letters, MARGIN, Sheet, heading};
use crate::explain::{Explanation, Matrix, Word};

const BETWEEN: f64 = 48.0;
const PANEL: f64 = (INNER - BETWEEN) / 2.0;
const WIDEST_NAME: f64 = 92.0;
const LARGEST_EM: f64 = 12.0;
/// Room for numbers instead of names.
const NUMBERS: f64 = 32.0;
const LARGEST_CELL: f64 = 34.0;
/// Cells smaller than this are numbered, not named.
const SMALLEST_NAMED_CELL: f64 = 9.0;

/// The section of the sheet that shows the interaction.
pub(super) struct InteractionMaps<'a> {
    explanation: &'a Explanation,
    /// Whether the first shows contributions, not sharing.
    by_contribution: bool,
    /// Whether there is room for the words' names.
    named: bool,
    /// Room before the rows and above the columns.
    labels: f64,
    /// Width and height of a pair's cell.
    cell: f64,
}

impl<'a> InteractionMaps<'a> {
    pub(super) fn new(explanation: &'a Explanation, by_contribution: bool) -> Self {
        let words = &explanation.words;
        let cell_beside = |labels: f64| ((PANEL - labels) / words.len() as f64).min(LARGEST_CELL);
        let names = widest_name(words) + 10.0;
        let named = cell_beside(names) >= SMALLEST_NAMED_CELL;
        let labels = if named { names } else { NUMBERS };
        Self {
            explanation,
            by_contribution,
            named,
            labels,
            cell: cell_beside(labels),
        }
    }

    /// Height of the section.
    pub(super) fn height(&self) -> f64 {
        HEADING + self.labels + self.side()
    }

    /// Draws the section with its top at `y`.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        y: f64,
        letters: &mut Letters,
    ) -> Drawn<DB> {
        let interaction = &self.explanation.interaction;
        let grid = self.grid(MARGIN, y);
        if self.by_contribution {
            let brought = &interaction.contribution;
            let note = "What the column's word brings to the place of the row's, towards the predicted class (blue) or against it.";
            heading(sheet, (MARGIN, y), letters, "Contributions", note)?;
            let scale = Scale::either(&brought.values);
            color_bar(sheet, (MARGIN + PANEL, y), "contribution eᵢ←ₖ", scale)?;
            self.draw_map(sheet, &grid, brought, scale)?;
        } else {
            let note = "The part of the smaller word's neurons that the pair shares, faded if these are less than one.";
            heading(sheet, (MARGIN, y), letters, "Shared neurons", note)?;
            let scale = Scale::UpTo(1.0);
            color_bar(sheet, (MARGIN + PANEL, y), "sharing Sᵢₖ", scale)?;
            self.draw_map(sheet, &grid, &interaction.faded(), scale)?;
            blank_diagonal(sheet, &grid)?;
        }

        let x = MARGIN + PANEL + BETWEEN;
        let note = "The weight that the row's word gives the column's, mean over heads.";
        heading(sheet, (x, y), letters, "Attention", note)?;
        let weights = interaction.attention.values.iter().copied();
        let scale = Scale::UpTo(weights.fold(f32::MIN_POSITIVE, f32::max));
        color_bar(sheet, (x + PANEL, y), "attention Aᵢₖ", scale)?;
        self.draw_map(sheet, &self.grid(x, y), &interaction.attention, scale)
    }

    fn side(&self) -> f64 {
        self.cell * self.explanation.words.len() as f64
    }

    /// The cells of the panel with its top left corner at `(x, y)`.
    fn grid(&self, x: f64, y: f64) -> Grid {
        let words = self.explanation.words.len();
        let (x, y) = (x + self.labels, y + HEADING + self.labels);
        Grid {
            frame: Frame::new(x, y, self.side(), self.side()),
            rows: words,
            cols: words,
        }
    }

    fn draw_map<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        grid: &Grid,
        values: &Matrix,
        scale: Scale,
    ) -> Drawn<DB> {
        grid.draw(sheet, values, scale)?;
        if self.named {
            self.name_cells(sheet, grid.frame)
        } else {
            self.number_cells(sheet, grid.frame)
        }
    }

    fn name_cells<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let em = (0.75 * self.cell).min(LARGEST_EM);
        for (i, word) in self.explanation.words.iter().enumerate() {
            let base = (i as f64 + 0.5) * self.cell + 0.33 * em;
            let set = Type::new(em).italic_if(!word.known);
            let name = set.fit(&word.text, WIDEST_NAME);
            sheet.text(&name, (map.x + base, map.y - 6.0), &set.clone().upward())?;
            sheet.text(&name, (map.x - 6.0, map.y + base), &set.right())?;
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

/// Width of the widest word in the largest type used.
fn widest_name(words: &[Word]) -> f64 {
    let set = Type::new(LARGEST_EM);
    let width = |word: &Word| set.width(&set.fit(&word.text, WIDEST_NAME));
    words.iter().map(width).fold(0.0, f64::max)
}

/// A word has no pair with itself.
fn blank_diagonal<DB: DrawingBackend>(sheet: &Sheet<DB>, grid: &Grid) -> Drawn<DB> {
    (0..grid.rows).try_for_each(|i| sheet.fill(grid.cell(i, i), BLANK))
}
