//! The files of `safr explain`: the explanation as JSON, csv and figures.

use super::draft::Draft;
use crate::chart::{self, Chart, Excerpt, Figure, Models};
use crate::evaluate::Curves;
use crate::explain::Explanation;

/// The files that were asked for.
pub(super) struct Files {
    pub(super) json: Option<Draft>,
    pub(super) svg: Option<Draft>,
    pub(super) png: Option<Draft>,
    pub(super) csv: Option<Draft>,
    pub(super) chart: Chart,
}

impl Files {
    /// Of one explanation.
    pub(super) fn write(
        mut self,
        explanation: &Explanation,
        curves: Option<&Curves>,
    ) -> anyhow::Result<()> {
        anyhow::ensure!(
            curves.is_some() || self.chart != Chart::Faithfulness,
            "how the prediction fares as words are deleted is measured by the page; give --from a file in which it was"
        );
        let excerpt = Excerpt {
            explanation,
            curves,
            chart: self.chart,
        };
        if let Some(file) = self.csv.take() {
            file.fill(chart::csv(&excerpt)?.as_bytes())?;
        }
        if let Some(file) = self.json.take() {
            file.fill((excerpt.json()? + "\n").as_bytes())?;
        }
        self.draw(&excerpt)
    }

    /// Of several, side by side.
    pub(super) fn write_all(mut self, explanations: &[Explanation]) -> anyhow::Result<()> {
        if let Some(file) = self.json.take() {
            file.fill_json(explanations)?;
        }
        self.draw(&Models(explanations))
    }

    fn draw(self, figure: &impl Figure) -> anyhow::Result<()> {
        if let Some(file) = self.svg {
            file.fill(chart::svg(figure)?.as_bytes())?;
        }
        if let Some(file) = self.png {
            file.fill(&chart::png(figure)?)?;
        }
        Ok(())
    }
}
