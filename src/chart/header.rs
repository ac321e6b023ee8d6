//! The header of an explanation's sheet: the text, the prediction, and what was
//! read.

use plotters::prelude::DrawingBackend;

use super::Drawn;
use super::label::Type;
use super::palette::{ACCENT, QUIET};
use super::sheet::{INNER, MARGIN, Sheet};
use crate::explain::{Explanation, Prediction, Sentences};

/// Height of the header.
pub(super) const HEIGHT: f64 = 80.0;

/// Draws the header with its top at `y`.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    explanation: &Explanation,
    y: f64,
) -> Drawn<DB> {
    let title = Type::new(20.0).bold();
    let quotes = title.width("“”");
    let text = title.fit(explanation.text.trim(), INNER - quotes);
    sheet.text(&format!("“{text}”"), (MARGIN, y + 18.0), &title)?;
    if let Some(prediction) = &explanation.prediction {
        let first = if explanation.is_little_known() {
            Type::new(15.0).color(QUIET)
        } else {
            Type::new(15.0).bold().color(ACCENT)
        };
        draw_prediction(sheet, prediction, &first, y + 46.0)?;
    }
    let quiet = Type::new(12.0).color(QUIET);
    let doubt = Sentences::of(explanation).doubt;
    let said = [doubt, Some(reading(explanation))];
    let said: Vec<String> = said.into_iter().flatten().collect();
    let reading = quiet.fit(&said.join(" "), INNER);
    sheet.text(&reading, (MARGIN, y + 70.0), &quiet)
}

/// The predicted class, in the type `first`, then as many others as fit.
fn draw_prediction<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    prediction: &Prediction,
    first: &Type,
    base: f64,
) -> Drawn<DB> {
    let class = |class: usize| {
        let (name, probability) = (&prediction.classes[class], prediction.probabilities[class]);
        format!("{name} {probability:.3}")
    };
    let plain = Type::new(15.0).color(QUIET);
    let predicted = first.fit(&class(prediction.predicted), INNER);
    sheet.text(&predicted, (MARGIN, base), first)?;
    let mut x = MARGIN + first.width(&predicted) + 24.0;
    let others = (0..prediction.classes.len()).filter(|&other| other != prediction.predicted);
    for other in others.map(class) {
        let width = plain.width(&other);
        if x + width > MARGIN + INNER {
            break;
        }
        sheet.text(&other, (x, base), &plain)?;
        x += width + 24.0;
    }
    Ok(())
}

/// Which model read how much of the text, in one line.
fn reading(explanation: &Explanation) -> String {
    let mut model = explanation.model.clone();
    if !explanation.changes.is_empty() {
        model = format!("{model}, changed ({}),", explanation.changes);
    }
    let words = match (&explanation.cut, explanation.words.len()) {
        (Some(cut), _) => format!("the first {} of {} words", cut.read, cut.total),
        (None, 0) => return format!("Model {model} found no words in this text."),
        (None, 1) => "1 word".to_owned(),
        (None, words) => format!("{words} words"),
    };
    let (active, width) = (
        explanation.allocation.neurons.len(),
        explanation.allocation.width,
    );
    let of = match (explanation.layer + 1, explanation.layer_count()) {
        (_, 1) => String::new(),
        (layer, count) => format!(" of layer {layer} of {count}"),
    };
    format!("Model {model} read {words}; {active} of {width} neurons{of} are active.")
}
