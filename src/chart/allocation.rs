//! The heat map of words × active neurons, by what each says or by shares, together with what each word owns.

use std::ops::Range;

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::heat::{Grid, Scale, color_bar};
use super::label::Type;
use super::palette::{BANDS, BAR, INK, QUIET, RULE, lean};
use super::sheet::{Frame, HEADING, INNER, Letters, MARGIN, Sheet, heading};
use crate::explain::{Allocation, Explanation, Matrix};

const WIDEST_NAME: f64 = 128.0;
const NUMBER: f64 = 24.0;
const BARS: f64 = 96.0;
const GAP: f64 = 14.0;
const BAND: f64 = 18.0;
/// Height of the marks for what the neurons vote for.
const VOTES: f64 = 5.0;
const AXIS: f64 = 34.0;

/// The section of the sheet that shows the allocation.
pub(super) struct AllocationMap<'a> {
    explanation: &'a Explanation,
    /// Whether colours are shares, not evidence.
    by_share: bool,
    /// Height of a word's row.
    row: f64,
    /// The words, shortened to fit before their rows.
    names: Vec<String>,
    /// The neurons' places in the allocation, in the order of the map.
    columns: Vec<usize>,
}

/// Neighbouring columns that belong to one word.
struct Group {
    owner: usize,
    columns: Range<usize>,
}

impl<'a> AllocationMap<'a> {
    pub(super) fn new(explanation: &'a Explanation, by_share: bool) -> Self {
        let row = match explanation.words.len() {
            0..=24 => 22.0,
            25..=48 => 16.0,
            _ => 12.0,
        };
        let set = Type::new(em(row));
        let words = explanation.words.iter();
        let names = words.map(|word| set.fit(&word.text, WIDEST_NAME)).collect();
        Self {
            explanation,
            by_share,
            row,
            names,
            columns: for_first(&explanation.allocation, explanation.predicted()),
        }
    }

    /// Height of the section.
    pub(super) fn height(&self) -> f64 {
        HEADING + BAND + VOTES + self.map(0.0).height + AXIS
    }

    /// Draws the section with its top at `y`.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        y: f64,
        letters: &mut Letters,
    ) -> Drawn<DB> {
        let allocation = &self.explanation.allocation;
        let (note, measure, scale, colours) = if self.by_share {
            let note = "Each column is one active neuron, under the word with the largest share of it; \
                        colours: each word's share; above: the neuron's vote.";
            (note, "share", Scale::UpTo(1.0), &allocation.shares)
        } else {
            let note = "Each column is one active neuron, under the word with the largest share of it; \
                        colours: how much it says at each word towards the predicted class (blue) or \
                        against it; above: its vote.";
            let scale = Scale::either(&allocation.evidence.values);
            (note, "evidence eᵢₙ", scale, &allocation.evidence)
        };
        heading(sheet, (MARGIN, y), letters, "Neuron allocation", note)?;
        color_bar(sheet, (MARGIN + INNER, y), measure, scale)?;
        let map = self.map(y);
        if allocation.neurons.is_empty() {
            let quiet = Type::new(12.0).color(QUIET);
            sheet.text(
                "No neuron is active.",
                (map.x, map.y + 0.7 * self.row),
                &quiet,
            )?;
        } else {
            let (rows, cols) = (allocation.shares.rows, allocation.shares.cols);
            let shown = Matrix::from_fn(rows, cols, |i, at| colours.at(i, self.columns[at]));
            let grid = Grid {
                frame: map,
                rows,
                cols,
            };
            grid.draw(sheet, &shown, scale)?;
            self.draw_votes(sheet, map)?;
            self.draw_groups(sheet, map)?;
            self.draw_axis(sheet, map)?;
        }
        self.draw_names(sheet, map)?;
        self.draw_bars(sheet, map)
    }

    /// The heat map's frame if the section's top is at `y`.
    fn map(&self, y: f64) -> Frame {
        let before = NUMBER + self.widest_name() + GAP;
        let width = INNER - before - 2.0 * (BARS + GAP);
        let height = self.row * self.names.len() as f64;
        Frame::new(MARGIN + before, y + HEADING + BAND + VOTES, width, height)
    }

    fn widest_name(&self) -> f64 {
        let set = Type::new(em(self.row));
        self.names
            .iter()
            .map(|name| set.width(name))
            .fold(0.0, f64::max)
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

    /// A band for each group, with its word or at least its number if there is room, and a
    /// line between it and the one before.
    fn draw_groups<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let column = map.width / self.explanation.allocation.neurons.len() as f64;
        let label = Type::new(9.0).centred();
        for (at, group) in self.groups().into_iter().enumerate() {
            let x = map.x + group.columns.start as f64 * column;
            let width = group.columns.len() as f64 * column;
            let band = Frame::new(x, map.y - BAND - VOTES, width, BAND - 4.0);
            sheet.fill(band, BANDS[at % BANDS.len()])?;
            if at > 0 {
                sheet.line((x, map.y), (x, map.bottom()), RULE)?;
            }
            let labels = [
                self.names[group.owner].clone(),
                (group.owner + 1).to_string(),
            ];
            if let Some(text) = labels.iter().find(|text| label.width(text) + 6.0 <= width) {
                sheet.text(text, (x + width / 2.0, band.bottom() - 3.5), &label)?;
            }
        }
        Ok(())
    }

    /// A mark above each column: whether the neuron votes for the predicted class or another.
    fn draw_votes<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let column = map.width / self.columns.len() as f64;
        let votes = &self.explanation.allocation.votes;
        let predicted = self.explanation.predicted();
        let is_for = |&at: &usize| Some(votes[at] as usize) == predicted;
        let mut start = 0;
        for run in self.columns.chunk_by(|a, b| is_for(a) == is_for(b)) {
            let x = map.x + start as f64 * column;
            let mark = Frame::new(x, map.y - VOTES, run.len() as f64 * column, VOTES - 2.0);
            sheet.fill(mark, lean(if is_for(&run[0]) { 0.75 } else { -0.75 }))?;
            start += run.len();
        }
        Ok(())
    }

    fn draw_axis<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let active = self.explanation.allocation.neurons.len();
        let quiet = Type::new(10.0).color(QUIET).centred();
        for tick in (0..=active).step_by(tick_step(active)) {
            let x = map.x + map.width * tick as f64 / active as f64;
            sheet.line((x, map.bottom()), (x, map.bottom() + 4.0), QUIET)?;
            sheet.text(&tick.to_string(), (x, map.bottom() + 15.0), &quiet)?;
        }
        let middle = map.x + map.width / 2.0;
        sheet.text("active neurons", (middle, map.bottom() + 30.0), &quiet)
    }

    /// Each row's number and word.
    fn draw_names<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let em = em(self.row);
        let right = map.x - 8.0;
        let number = Type::new(em.min(10.0)).color(QUIET).right();
        for (i, (word, name)) in self.explanation.words.iter().zip(&self.names).enumerate() {
            let base = self.base(map, i);
            let set = Type::new(em).italic_if(!word.known).right();
            sheet.text(name, (right, base), &set)?;
            let left = right - self.widest_name() - 8.0;
            sheet.text(&(i + 1).to_string(), (left, base), &number)?;
        }
        Ok(())
    }

    /// Each row's N_i and C_i.
    fn draw_bars<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, map: Frame) -> Drawn<DB> {
        let words = &self.explanation.words;
        let most = words.iter().map(|word| word.neurons).fold(1.0, f64::max);
        let neurons = map.right() + GAP;
        let capacity = neurons + BARS + GAP;
        let head = Type::new(10.0).color(QUIET);
        let base = map.y - VOTES - 2.0;
        sheet.text("neurons Nᵢ", (neurons, base), &head)?;
        sheet.text("capacity Cᵢ", (capacity, base), &head)?;
        let set = Type::new(em(self.row).min(11.0)).color(INK);
        for (i, word) in words.iter().enumerate() {
            let (count, part) = (
                format!("{:.1}", word.neurons),
                format!("{:.2}", word.capacity),
            );
            let bars = [
                (neurons, word.neurons / most, count),
                (capacity, word.capacity, part),
            ];
            for (x, length, number) in bars {
                let y = map.y + i as f64 * self.row;
                sheet.fill(Frame::new(x, y, length * BARS, self.row - 2.0), BAR)?;
                sheet.text(&number, (x + 4.0, self.base(map, i)), &set)?;
            }
        }
        Ok(())
    }

    /// The base line of text in the middle of row `i`.
    fn base(&self, map: Frame, i: usize) -> f64 {
        map.y + i as f64 * self.row + (self.row - 1.0) / 2.0 + 0.33 * em(self.row)
    }
}

/// The neurons' places in the allocation; of each word's neurons, those that vote for the class `predicted`
/// come first.
fn for_first(allocation: &Allocation, predicted: Option<usize>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..allocation.neurons.len()).collect();
    places.sort_by_key(|&at| {
        let is_for = Some(allocation.votes[at] as usize) == predicted;
        (allocation.owner[at], !is_for)
    });
    places
}

/// The em of text in a row of this height.
fn em(row: f64) -> f64 {
    (0.75 * row).min(13.0)
}

/// A round interval with at most ten steps on an axis up to `end`.
fn tick_step(end: usize) -> usize {
    let powers = (0..).map(|power| 10_usize.pow(power));
    let mut steps = powers.flat_map(|power| [power, 2 * power, 5 * power]);
    steps.find(|step| end / step <= 10).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_neurons_that_vote_for_the_class_stand_first_in_each_group() {
        let allocation = Allocation {
            neurons: vec![9, 3, 4, 7, 1],
            owner: vec![0, 0, 0, 2, 2],
            votes: vec![1, 0, 1, 0, 1],
            ..Allocation::default()
        };
        assert_eq!(for_first(&allocation, Some(1)), [0, 2, 1, 4, 3]);
        assert_eq!(for_first(&allocation, Some(0)), [1, 0, 2, 3, 4]);
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(
            [1, 10, 11, 734, 1024, 4096].map(tick_step),
            [1, 1, 2, 100, 100, 500]
        );
    }
}
