//! The figure of an explanation, or of one of its charts: a header, the panels, and where it was made.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;
use serde::{Deserialize, Serialize};

use super::allocation::AllocationMap;
use super::evidence::Contributions;
use super::faithfulness::Faithfulness;
use super::interaction::InteractionMaps;
use super::label::Type;
use super::palette::QUIET;
use super::sheet::{INNER, Letters, MARGIN, Sheet};
use super::words::Words;
use super::{Drawn, Figure, header};
use crate::evaluate::Curves;
use crate::explain::{Explanation, Origin, shortened};

/// Space between one panel and the next.
const GAP: f64 = 24.0;
/// Height of the line that says where the explanation was made.
const FOOT: f64 = 20.0;

/// Longest text in a title, in characters.
const TITLE: usize = 200;

/// What a figure of an explanation shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chart {
    /// All of it.
    #[default]
    Explanation,
    /// What each word brings to the predicted class.
    Evidence,
    /// The words, and how much of each is kept.
    Words,
    /// Which neurons each word takes, and what they say there.
    Allocation,
    /// Which neurons each word takes, and how much of each.
    Shares,
    /// Which words share neurons, and attend to each other.
    Interaction,
    /// What words bring to each other's places, and how they attend to each other.
    Contributions,
    /// What becomes of the prediction as words are deleted.
    Faithfulness,
}

impl Chart {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::Explanation,
        Self::Evidence,
        Self::Words,
        Self::Allocation,
        Self::Shares,
        Self::Interaction,
        Self::Contributions,
        Self::Faithfulness,
    ];

    /// Those of the figure of the whole explanation.
    const WHOLE: [Self; 5] = [
        Self::Evidence,
        Self::Words,
        Self::Allocation,
        Self::Interaction,
        Self::Faithfulness,
    ];

    /// Its name on the command line and in the page.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Explanation => "explanation",
            Self::Evidence => "evidence",
            Self::Words => "words",
            Self::Allocation => "allocation",
            Self::Shares => "shares",
            Self::Interaction => "interaction",
            Self::Contributions => "contributions",
            Self::Faithfulness => "faithfulness",
        }
    }
}

/// One chart of an explanation, or all of them.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a> {
    /// The explanation.
    pub explanation: &'a Explanation,
    /// What becomes of its prediction as words are deleted, if that was measured.
    pub curves: Option<&'a Curves>,
    /// What of it is shown.
    pub chart: Chart,
}

enum Panel<'a> {
    Evidence(Contributions<'a>),
    Words(Words<'a>),
    Allocation(AllocationMap<'a>),
    Interaction(InteractionMaps<'a>),
    Faithfulness(Faithfulness<'a>),
}

impl<'a> Excerpt<'a> {
    fn panels(&self) -> Vec<Panel<'a>> {
        if self.explanation.words.is_empty() {
            return Vec::new();
        }
        match self.chart {
            Chart::Explanation => Chart::WHOLE
                .into_iter()
                .filter_map(|one| self.panel(one))
                .collect(),
            one => self.panel(one).into_iter().collect(),
        }
    }

    /// The panel of one chart; `None` if there is nothing to show in it.
    fn panel(&self, chart: Chart) -> Option<Panel<'a>> {
        let explanation = self.explanation;
        match chart {
            Chart::Explanation => None,
            Chart::Evidence => Contributions::new(explanation).map(Panel::Evidence),
            Chart::Words => Some(Panel::Words(Words::new(&explanation.words))),
            Chart::Allocation | Chart::Shares => {
                let by_share = chart == Chart::Shares;
                Some(Panel::Allocation(AllocationMap::new(explanation, by_share)))
            }
            Chart::Interaction | Chart::Contributions => {
                let by_contribution = chart == Chart::Contributions;
                let maps = InteractionMaps::new(explanation, by_contribution);
                Some(Panel::Interaction(maps))
            }
            Chart::Faithfulness => {
                let curves = self.curves?;
                let class = explanation.prediction.as_ref()?.classes.get(curves.class)?;
                Some(Panel::Faithfulness(Faithfulness(curves, class)))
            }
        }
    }
}

impl Panel<'_> {
    fn height(&self) -> f64 {
        match self {
            Self::Evidence(panel) => panel.height(),
            Self::Words(panel) => panel.height(),
            Self::Allocation(panel) => panel.height(),
            Self::Interaction(panel) => panel.height(),
            Self::Faithfulness(_) => Faithfulness::HEIGHT,
        }
    }

    fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        y: f64,
        letters: &mut Letters,
    ) -> Drawn<DB> {
        match self {
            Self::Evidence(panel) => panel.draw(sheet, y, letters),
            Self::Words(panel) => panel.draw(sheet, y, letters),
            Self::Allocation(panel) => panel.draw(sheet, y, letters),
            Self::Interaction(panel) => panel.draw(sheet, y, letters),
            Self::Faithfulness(panel) => panel.draw(sheet, y, letters),
        }
    }
}

impl Figure for Excerpt<'_> {
    fn size(&self) -> (u32, u32) {
        let panels = self.panels();
        let panels: f64 = panels.iter().map(|panel| GAP + panel.height()).sum();
        let foot = self.explanation.origin.as_ref().map_or(0.0, |_| FOOT);
        let height = header::HEIGHT + panels + foot;
        (
            (INNER + 2.0 * MARGIN) as u32,
            (height + 2.0 * MARGIN).ceil() as u32,
        )
    }

    fn title(&self) -> Option<String> {
        let Explanation {
            text,
            model,
            origin,
            ..
        } = self.explanation;
        let text = shortened(text.trim(), TITLE);
        Some(match origin {
            Some(origin) => format!("“{text}”: {}", origin_line(origin)),
            None => format!("“{text}”: {model}"),
        })
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn<DB> {
        let sheet = Sheet::new(area, self.size())?;
        let mut y = MARGIN;
        header::draw(&sheet, self.explanation, y)?;
        y += header::HEIGHT;
        let mut letters = match self.chart {
            Chart::Explanation => Letters::after(0),
            _ => Letters::NONE,
        };
        for panel in self.panels() {
            panel.draw(&sheet, y + GAP, &mut letters)?;
            y += GAP + panel.height();
        }
        let Some(origin) = &self.explanation.origin else {
            return Ok(());
        };
        let quiet = Type::new(10.0).color(QUIET);
        let line = quiet.fit(&origin_line(origin), INNER);
        sheet.text(&line, (MARGIN, y + FOOT), &quiet)
    }
}

impl Figure for Explanation {
    fn size(&self) -> (u32, u32) {
        self.whole().size()
    }

    fn title(&self) -> Option<String> {
        self.whole().title()
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn<DB> {
        self.whole().draw(area)
    }
}

impl Explanation {
    fn whole(&self) -> Excerpt<'_> {
        Excerpt {
            explanation: self,
            curves: None,
            chart: Chart::Explanation,
        }
    }
}

fn origin_line(origin: &Origin) -> String {
    format!("{} · {} · {}", origin.title, origin.date, origin.address)
}
