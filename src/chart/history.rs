//! The figure of a training run: a header and six small panels over its epochs.

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::DrawingBackend;

use super::curves::{Curve, Panel};
use super::label::Type;
use super::palette::QUIET;
use super::sheet::{Frame, Sheet};
use super::{Drawn, Figure};
use crate::explain::History;

const MARGIN: f64 = 40.0;
const HEAD: f64 = 64.0;
const PANEL: (f64, f64) = (346.0, 270.0);
const GAP: (f64, f64) = (41.0, 24.0);
const COLUMNS: usize = 3;

const PANELS: [Panel; 6] = [
    Panel {
        name: "Cross entropy (nats)",
        range: None,
        curves: &[
            Curve {
                name: "train",
                value: |epoch| Some(epoch.train_cross_entropy),
            },
            Curve {
                name: "dev",
                value: |epoch| Some(epoch.dev_cross_entropy),
            },
        ],
    },
    Panel {
        name: "Accuracy",
        range: None,
        curves: &[
            Curve {
                name: "train",
                value: |epoch| Some(epoch.train_accuracy),
            },
            Curve {
                name: "dev",
                value: |epoch| Some(epoch.dev_accuracy),
            },
        ],
    },
    Panel {
        name: "Regularisers",
        range: None,
        curves: &[
            Curve {
                name: "importance",
                value: |epoch| Some(epoch.weighted_importance),
            },
            Curve {
                name: "interaction",
                value: |epoch| Some(epoch.weighted_interaction),
            },
            Curve {
                name: "gate guard",
                value: |epoch| Some(epoch.gate_guard),
            },
        ],
    },
    Panel {
        name: "Mean keep probability",
        range: Some((0.0, 1.0)),
        curves: &[
            Curve {
                name: "words",
                value: |epoch| Some(epoch.word_keep),
            },
            Curve {
                name: "PAD",
                value: |epoch| epoch.pad_keep,
            },
        ],
    },
    Panel {
        name: "Attention entropy (normalised)",
        range: Some((0.0, 1.0)),
        curves: &[Curve {
            name: "",
            value: |epoch| Some(epoch.attention_entropy),
        }],
    },
    Panel {
        name: "Mean embedding norm",
        range: None,
        curves: &[Curve {
            name: "",
            value: |epoch| Some(epoch.embedding_norm),
        }],
    },
];

impl Figure for History {
    fn size(&self) -> (u32, u32) {
        let rows = PANELS.len().div_ceil(COLUMNS) as f64;
        let width = COLUMNS as f64 * (PANEL.0 + GAP.0) - GAP.0 + 2.0 * MARGIN;
        let height = HEAD + rows * (PANEL.1 + GAP.1) - GAP.1 + 2.0 * MARGIN;
        (width as u32, height as u32)
    }

    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Drawn<DB> {
        let sheet = Sheet::new(area, self.size())?;
        sheet.text("Training", (MARGIN, MARGIN + 18.0), &Type::new(20.0).bold())?;
        let quiet = Type::new(12.0).color(QUIET);
        sheet.text(&summary(self), (MARGIN, MARGIN + 42.0), &quiet)?;
        if self.records.is_empty() {
            return Ok(());
        }
        for (at, panel) in PANELS.iter().enumerate() {
            let (row, column) = ((at / COLUMNS) as f64, (at % COLUMNS) as f64);
            let x = MARGIN + column * (PANEL.0 + GAP.0);
            let y = MARGIN + HEAD + row * (PANEL.1 + GAP.1);
            panel.draw(&sheet, Frame::new(x, y, PANEL.0, PANEL.1), self)?;
        }
        Ok(())
    }
}

/// How long training took and its result, in one line.
fn summary(history: &History) -> String {
    let Some(best) = history.best() else {
        return "No epoch is finished yet.".to_owned();
    };
    let epochs = match history.records.len() {
        1 => "1 epoch".to_owned(),
        epochs => format!("{epochs} epochs"),
    };
    let seconds: f64 = history.records.iter().map(|epoch| epoch.seconds).sum();
    let (number, accuracy) = (best.epoch, best.dev_accuracy);
    format!(
        "{epochs} in {seconds:.0} s; the dotted line marks the best: epoch {number}, dev accuracy \
         {accuracy:.3}."
    )
}
