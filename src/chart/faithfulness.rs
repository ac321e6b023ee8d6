//! What becomes of the prediction as words fall away: whether the explanation is true.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::label::Type;
use super::palette::{CURVES, GRID, QUIET, RULE};
use super::sheet::{Frame, HEADING, INNER, Letters, MARGIN, Sheet, heading};
use crate::attribute::Ranking;
use crate::evaluate::{Curves, OrderCurve};

const PLOT: (f64, f64) = (560.0, 200.0);
/// Room before the plot, and below it.
const AXES: (f64, f64) = (40.0, 40.0);
/// Height of the names of the curves.
const LEGEND: f64 = 24.0;

/// The section of the sheet that shows the curves.
pub(super) struct Faithfulness<'a>(pub(super) &'a Curves, pub(super) &'a str);

impl Faithfulness<'_> {
    pub(super) const HEIGHT: f64 = HEADING + LEGEND + PLOT.1 + AXES.1;

    /// Draws the section with its top at `y`.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        y: f64,
        letters: &mut Letters,
    ) -> Drawn<DB> {
        let Self(curves, class) = self;
        let note = format!(
            "The probability of {class} as words are deleted, those first that an order calls most important."
        );
        heading(
            sheet,
            (MARGIN, y),
            letters,
            "Is this explanation true?",
            &note,
        )?;
        let (left, top) = (MARGIN + AXES.0, y + HEADING + LEGEND);
        let plot = Frame::new(left, top, PLOT.0, PLOT.1);
        self.draw_legend(sheet, y + HEADING)?;
        self.draw_axes(sheet, plot)?;
        let order = |ranking| {
            curves
                .orders
                .iter()
                .filter(move |order| order.ranking == ranking)
        };
        for (ranking, color, width) in [
            (Ranking::Random, RULE, 1.0),
            (Ranking::Keep, CURVES[1], 2.0),
            (Ranking::Contribution, CURVES[0], 2.0),
        ] {
            for curve in order(ranking) {
                sheet.path(&self.points(curve, plot), color, width)?;
            }
        }
        Ok(())
    }

    fn draw_legend<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, y: f64) -> Drawn<DB> {
        let set = Type::new(11.0).color(QUIET);
        let mut x = MARGIN;
        for (measured, color) in self.0.measures.iter().zip([CURVES[0], CURVES[1], RULE]) {
            let name = match measured.ranking {
                Ranking::Contribution => "by contribution",
                Ranking::Keep => "by keep",
                _ => "at random",
            };
            let name = format!(
                "{name}: comprehensiveness {:.3}, sufficiency {:.3}",
                measured.comprehensiveness, measured.sufficiency
            );
            sheet.fill(Frame::new(x, y + 4.0, 16.0, 3.0), color)?;
            sheet.text(&set.fit(&name, INNER / 3.0), (x + 21.0, y + 10.0), &set)?;
            x += 21.0 + set.width(&name) + 20.0;
        }
        Ok(())
    }

    fn draw_axes<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, plot: Frame) -> Drawn<DB> {
        let quiet = Type::new(10.0).color(QUIET);
        for share in [0.0, 0.5, 1.0] {
            let y = plot.bottom() - share * plot.height;
            sheet.line((plot.x, y), (plot.right(), y), GRID)?;
            sheet.text(
                &share.to_string(),
                (plot.x - 6.0, y + 3.5),
                &quiet.clone().right(),
            )?;
        }
        let last = self.0.gone.last().copied().unwrap_or_default();
        let base = plot.bottom() + 16.0;
        sheet.text("0", (plot.x, base), &quiet.clone().centred())?;
        sheet.text(
            &last.to_string(),
            (plot.right(), base),
            &quiet.clone().centred(),
        )?;
        let middle = (plot.x + plot.width / 2.0, base);
        sheet.text("words deleted", middle, &quiet.centred())
    }

    fn points(&self, curve: &OrderCurve, plot: Frame) -> Vec<(f64, f64)> {
        let last = self.0.gone.last().copied().unwrap_or_default().max(1) as f64;
        let each = self.0.gone.iter().zip(&curve.probabilities);
        each.map(|(&gone, probability)| {
            let x = plot.x + plot.width * gone as f64 / last;
            (x, plot.bottom() - plot.height * probability)
        })
        .collect()
    }
}
