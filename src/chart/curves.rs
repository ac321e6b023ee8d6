//! One small panel of curves over the epochs of a training run.

use std::ops::Range;

use plotters::chart::ChartBuilder;
use plotters::prelude::DrawingBackend;
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::{Color, FontStyle, RGBColor, TRANSPARENT, TextStyle};

use super::Drawn;
use super::font::font;
use super::label::Type;
use super::palette::{CURVES, GRID, INK, QUIET};
use super::sheet::{Frame, Sheet};
use crate::explain::{EpochRecord, History};

/// A measure over the epochs.
pub(super) struct Curve {
    /// Its name in the panel's legend.
    pub(super) name: &'static str,
    /// Its value at one epoch, if it has one.
    pub(super) value: fn(&EpochRecord) -> Option<f64>,
}

/// Curves on one scale.
pub(super) struct Panel {
    pub(super) name: &'static str,
    /// The scale's ends; `None` if the values decide.
    pub(super) range: Option<(f64, f64)>,
    /// At most as many as there are colours in [`CURVES`].
    pub(super) curves: &'static [Curve],
}

const HEADING: f64 = 44.0;

impl Panel {
    /// Draws the panel into `frame`; `history` has at least one epoch.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        frame: Frame,
        history: &History,
    ) -> Drawn<DB> {
        self.draw_legend(sheet, frame)?;
        let plot = Frame::new(
            frame.x,
            frame.y + HEADING,
            frame.width,
            frame.height - HEADING,
        );
        self.draw_plot(sheet, plot, history)
    }

    fn draw_legend<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, frame: Frame) -> Drawn<DB> {
        sheet.text(
            self.name,
            (frame.x, frame.y + 12.0),
            &Type::new(13.0).bold(),
        )?;
        let mut x = frame.x;
        for (curve, color) in self
            .curves
            .iter()
            .zip(CURVES)
            .filter(|(curve, _)| !curve.name.is_empty())
        {
            sheet.fill(Frame::new(x, frame.y + 25.0, 16.0, 3.0), color)?;
            let set = Type::new(11.0).color(INK);
            sheet.text(curve.name, (x + 21.0, frame.y + 31.0), &set)?;
            x += 21.0 + set.width(curve.name) + 16.0;
        }
        Ok(())
    }

    fn draw_plot<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        frame: Frame,
        history: &History,
    ) -> Drawn<DB> {
        let pixels = |units: f64| (units * sheet.scale()).round() as u32;
        let stroke = |color: RGBColor, units| color.stroke_width(pixels(units));
        let label: TextStyle = font(10.0 * sheet.scale(), FontStyle::Normal).color(&QUIET);
        let records = &history.records;
        let range = self
            .range
            .map_or_else(|| self.spread(records), |(low, high)| low..high);

        let area = sheet.part(frame);
        let mut chart = ChartBuilder::on(&area)
            .x_label_area_size(pixels(36.0))
            .y_label_area_size(pixels(42.0))
            .margin_right(pixels(6.0))
            .margin_top(pixels(6.0))
            .build_cartesian_2d(epochs(records), range.clone())?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(stroke(GRID, 1.0))
            .axis_style(stroke(QUIET, 1.0))
            .label_style(label)
            .set_all_tick_mark_size(pixels(4.0))
            .x_labels(8)
            .y_labels(6)
            .x_desc("epoch")
            .draw()?;
        if let Some(best) = history.best() {
            let ends = [(best.epoch, range.start), (best.epoch, range.end)];
            let (dash, space) = (pixels(2.0), pixels(3.0));
            chart.draw_series(DashedLineSeries::new(ends, dash, space, stroke(QUIET, 1.0)))?;
        }
        for (curve, color) in self.curves.iter().zip(CURVES) {
            for run in curve.runs(records) {
                let line = LineSeries::new(run, stroke(color, 2.0).filled());
                chart.draw_series(line.point_size(pixels(2.5)))?;
            }
        }
        Ok(())
    }

    /// From a little below the lowest to a little above the highest value.
    fn spread(&self, records: &[EpochRecord]) -> Range<f64> {
        let values = self
            .curves
            .iter()
            .flat_map(|curve| curve.runs(records))
            .flatten();
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = values.fold(ends, |(low, high), (_, value)| {
            (value.min(low), value.max(high))
        });
        if low > high {
            return 0.0..1.0;
        }
        let pad = if low < high {
            0.06 * (high - low)
        } else {
            low.abs().max(1.0) / 2.0
        };
        low - pad..high + pad
    }
}

impl Curve {
    /// Epoch and value of neighbouring epochs with a finite value: a run that has diverged
    /// leaves gaps.
    fn runs(&self, records: &[EpochRecord]) -> Vec<Vec<(usize, f64)>> {
        let finite = |record: &EpochRecord| (self.value)(record).filter(|value| value.is_finite());
        records
            .chunk_by(|a, b| finite(a).is_some() == finite(b).is_some())
            .map(|run| {
                run.iter()
                    .filter_map(|record| Some((record.epoch, finite(record)?)))
                    .collect()
            })
            .collect()
    }
}

/// The epochs' numbers, at least two of them so that there is an axis.
fn epochs(records: &[EpochRecord]) -> Range<usize> {
    let last = records.iter().map(|record| record.epoch).max().unwrap_or(1);
    1..last.max(2)
}
