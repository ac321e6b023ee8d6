//! The heat map of words × active neurons, with what each word owns beside it.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::explanation::{HEADING, INNER, MARGIN, heading};
use super::heat::{color_bar, heat_map};
use super::label::Type;
use super::palette::{BANDS, BAR, INK, QUIET, RULE};
use super::sheet::{Frame, Sheet};
use crate::explain::{Explanation, Word};

const LABELS: f64 = 150.0;
const NUMBERS: f64 = 96.0;
const GAP: f64 = 14.0;
const MAP: f64 = INNER - LABELS - 2.0 * (NUMBERS + GAP);
const BAND: f64 = 18.0;
const AXIS: f64 = 34.0;

/// The section of the sheet that shows the allocation.
pub(super) struct AllocationMap<'a> {
    explanation: &'a Explanation,
    row: f64,
}

/// Neighbouring columns that belong to one word.
struct Group {
    owner: usize,
    columns: std::ops::Range<usize>,
}

impl<'a> AllocationMap<'a> {
    pub(super) fn new(explanation: &'a Explanation) -> Self {
        let row = match explanation.words.len() {
            0..=24 => 22.0,
            25..=48 => 16.0,
            _ => 12.0,
        };
        Self { explanation, row }
    }

    /// Height of the section.
    pub(super) fn height(&self) -> f64 {
        HEADING + BAND + self.map(0.0).height + AXIS
    }

    /// Draws the section with its top at `y`.
    pub(super) fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, y: f64) -> Drawn<DB> {
        let note = "Each column is one active neuron, under the word that has the largest share \
                    of it; a neuron that is dark in several rows is shared.";
        heading(sheet, (MARGIN, y), "b", "Neuron allocation", note)?;
        color_bar(sheet, (MARGIN + INNER, y), "share αᵢₙ of the neuron", 1.0)?;
        let map = self.map(y);
        let allocation = &self.explanation.allocation;
        if allocation.neurons.is_empty() {
            let quiet = Type::new(12.0).color(QUIET);
            sheet.text(
                "No neuron is active.",
                (map.x, map.y + self.row * 0.7),
                &quiet,
            )?;
        } else {
            heat_map(sheet, map, &allocation.shares, 1.0)?;
            self.draw_groups(sheet, map)?;
            self.draw_axis(sheet, map)?;
        }
        self.draw_rows(sheet, map)
    }

    /// The heat map's frame where the section's top is at `y`.
    fn map(&self, y: f64) -> Frame {
        let height = self.row * self.explanation.words.len() as f64;
        Frame::new(MARGIN + LABELS, y + HEADING + BAND, MAP, height)
    }

    fn groups(&self) -> Vec<Group> {
        let owner = &self.explanation.allocation.owner;
        let mut start = 0;
        let group = |run: &[u32]| {
            let columns = start..start + run.len();
            start = columns.end;
            Group {
                owner: run[0] as usize,
                columns,
            }
        };
        owner.chunk_by(|a, b| a == b).map(group).collect()
    }

    /// A band for each group, with its word where there is room, and a line at its end.
    fn draw_groups<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let column = map.width / self.explanation.allocation.neurons.len() as f64;
        for (at, group) in self.groups().iter().enumerate() {
            let x = map.x + group.columns.start as f64 * column;
            let width = group.columns.len() as f64 * column;
            let band = Frame::new(x, map.y - BAND, width, BAND - 4.0);
            sheet.fill(band, BANDS[at % BANDS.len()])?;
            if at > 0 {
                sheet.line((x, map.y), (x, map.bottom()), RULE)?;
            }
            let label = Type::new(9.0).centred();
            let word = label.fit(&self.explanation.words[group.owner].text, f64::INFINITY);
            let number = (group.owner + 1).to_string();
            let fitting = [word, number]
                .into_iter()
                .find(|text| label.width(text) + 6.0 <= width);
            if let Some(text) = fitting {
                sheet.text(&text, (x + width / 2.0, band.bottom() - 3.5), &label)?;
            }
        }
        Ok(())
    }

    fn draw_axis<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let active = self.explanation.allocation.neurons.len();
        let quiet = Type::new(10.0).color(QUIET);
        let mut tick = 0;
        let step = tick_step(active);
        while tick <= active {
            let x = map.x + map.width * tick as f64 / active as f64;
            sheet.line((x, map.bottom()), (x, map.bottom() + 4.0), QUIET)?;
            sheet.text(
                &tick.to_string(),
                (x, map.bottom() + 15.0),
                &quiet.clone().centred(),
            )?;
            tick += step;
        }
        let middle = map.x + map.width / 2.0;
        sheet.text(
            "active neurons",
            (middle, map.bottom() + 30.0),
            &quiet.centred(),
        )
    }

    /// Each row's word, N_i and C_i.
    fn draw_rows<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let words = &self.explanation.words;
        let most = words.iter().map(|word| word.neurons).fold(1.0, f64::max);
        let neurons = Frame::new(map.right() + GAP, map.y, NUMBERS, self.row);
        let capacity = Frame {
            x: neurons.right() + GAP,
            ..neurons
        };
        let head = Type::new(10.0).color(QUIET);
        sheet.text("neurons Nᵢ", (neurons.x, map.y - 7.0), &head)?;
        sheet.text("capacity Cᵢ", (capacity.x, map.y - 7.0), &head)?;
        for (i, word) in words.iter().enumerate() {
            let y = map.y + i as f64 * self.row;
            self.draw_label(
                sheet,
                i,
                word,
                Frame::new(MARGIN, y, LABELS - 8.0, self.row),
            )?;
            let count = (word.neurons / most, format!("{:.1}", word.neurons));
            self.draw_number(sheet, Frame { y, ..neurons }, count)?;
            let part = (word.capacity, format!("{:.2}", word.capacity));
            self.draw_number(sheet, Frame { y, ..capacity }, part)?;
        }
        Ok(())
    }

    fn draw_label<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        i: usize,
        word: &Word,
        frame: Frame,
    ) -> Drawn<DB> {
        let base = self.base(frame);
        let number = Type::new(self.em().min(10.0)).color(QUIET).right();
        sheet.text(&(i + 1).to_string(), (frame.x + 20.0, base), &number)?;
        let set = Type::new(self.em()).italic_if(!word.known).right();
        let text = set.fit(&word.text, frame.width - 28.0);
        sheet.text(&text, (frame.right(), base), &set)
    }

    /// A bar as long as its part, and the number on it.
    fn draw_number<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        frame: Frame,
        (part, number): (f64, String),
    ) -> Drawn<DB> {
        let bar = Frame {
            width: frame.width * part,
            height: self.row - 2.0,
            ..frame
        };
        if part > 0.0 {
            sheet.fill(bar, BAR)?;
        }
        let set = Type::new(self.em().min(11.0)).color(INK);
        sheet.text(&number, (frame.x + 4.0, self.base(frame)), &set)
    }

    fn em(&self) -> f64 {
        (self.row * 0.75).min(13.0)
    }

    /// The base line of text in the middle of a row.
    fn base(&self, frame: Frame) -> f64 {
        frame.y + (self.row - 1.0) / 2.0 + 0.33 * self.em()
    }
}

/// A round distance that puts at most ten ticks on an axis up to `end`.
fn tick_step(end: usize) -> usize {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_usize.pow(power)));
    steps
        .into_iter()
        .find(|step| end / step <= 10)
        .unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::tick_step;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(
            [1, 10, 11, 734, 1024, 4096].map(tick_step),
            [1, 1, 2, 100, 100, 500]
        );
    }
}
