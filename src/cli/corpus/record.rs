//! What is said about each line of a corpus, whatever form it is written in.

use serde::Serialize;

use crate::explain::{Cut, Explanation, Margin, Prediction};

/// An explanation that has a prediction, as every text with words does.
#[derive(Clone, Copy)]
pub(super) struct Predicted<'a> {
    pub(super) explanation: &'a Explanation,
    prediction: &'a Prediction,
    margin: &'a Margin,
}

impl<'a> Predicted<'a> {
    /// `None` for the explanation of a text without words.
    pub(super) fn of(explanation: &'a Explanation) -> Option<Self> {
        Some(Self {
            explanation,
            prediction: explanation.prediction.as_ref()?,
            margin: &explanation.evidence.as_ref()?.margin,
        })
    }
}

/// What is said about a line: a summary, or why there is none.
pub(super) struct Record {
    pub(super) line: u64,
    pub(super) content: Result<Summary, String>,
}

/// An explanation without its tables, in its own terms; measures in single precision, as the
/// model computes.
#[derive(Serialize)]
pub(super) struct Summary {
    prediction: Prediction,
    margin: MarginSummary,
    cut: Option<Cut>,
    known: f32,
    pub(super) words: Vec<WordSummary>,
}

#[derive(Serialize)]
struct MarginSummary {
    class: usize,
    total: f32,
    bias: f32,
    positions: f32,
    padding: f32,
    past: f32,
}

/// What is said about a word.
#[derive(Serialize)]
pub(super) struct WordSummary {
    text: String,
    start: usize,
    end: usize,
    known: bool,
    keep: f32,
    neurons: f32,
    evidence: f32,
    contribution: f32,
    capacity: f32,
}

impl Summary {
    /// The summary of an explanation.
    pub(super) fn of(predicted: Predicted) -> Self {
        let Predicted {
            explanation,
            prediction,
            margin,
        } = predicted;
        let words = explanation.words.iter().map(|word| WordSummary {
            text: word.text.clone(),
            start: word.start,
            end: word.end,
            known: word.known,
            keep: word.keep,
            neurons: word.neurons as f32,
            evidence: word.evidence as f32,
            contribution: word.contribution as f32,
            capacity: word.capacity as f32,
        });
        Self {
            prediction: prediction.clone(),
            margin: MarginSummary {
                class: margin.class,
                total: margin.total as f32,
                bias: margin.bias as f32,
                positions: margin.positions as f32,
                padding: margin.padding as f32,
                past: margin.past as f32,
            },
            cut: explanation.cut,
            known: explanation.known as f32,
            words: words.collect(),
        }
    }

    /// Words beyond the model's length.
    fn unread(&self) -> u64 {
        self.cut.map_or(0, |cut| (cut.total - cut.read) as u64)
    }
}

/// The column that counts the lines, from 1.
pub(super) const LINE: &str = "line";
/// The column that says why there is no summary.
pub(super) const ERROR: &str = "error";

/// A column of a table of records, and what it holds of a `T`.
pub(super) struct Column<T> {
    pub(super) name: String,
    pub(super) value: Value<T>,
}

/// How a value is found.
pub(super) type Get<T, V> = Box<dyn Fn(&T) -> V + Send + Sync>;

/// What a column holds of a `T`.
pub(super) enum Value<T> {
    /// A text.
    Text(Box<dyn Fn(&T) -> &str + Send + Sync>),
    /// A whole number.
    Whole(Get<T, u64>),
    /// A measure.
    Number(Get<T, f32>),
    /// Yes or no.
    Truth(Get<T, bool>),
}

impl<T> Value<T> {
    /// The value as csv has it.
    pub(super) fn written(&self, of: &T) -> String {
        match self {
            Self::Text(get) => get(of).to_owned(),
            Self::Whole(get) => get(of).to_string(),
            Self::Number(get) => get(of).to_string(),
            Self::Truth(get) => get(of).to_string(),
        }
    }
}

fn column<T>(name: &str, value: Value<T>) -> Column<T> {
    let name = name.to_owned();
    Column { name, value }
}

fn number<T>(name: &str, get: impl Fn(&T) -> f32 + Send + Sync + 'static) -> Column<T> {
    column(name, Value::Number(Box::new(get)))
}

fn whole<T>(name: &str, get: impl Fn(&T) -> u64 + Send + Sync + 'static) -> Column<T> {
    column(name, Value::Whole(Box::new(get)))
}

/// The columns of a whole text, behind [`LINE`] and [`ERROR`], for a model with these classes.
pub(super) fn text_columns(classes: &[String]) -> Vec<Column<Summary>> {
    let predicted = Value::Text(Box::new(|summary: &Summary| {
        let Prediction {
            classes, predicted, ..
        } = &summary.prediction;
        &classes[*predicted]
    }));
    let mut columns = vec![column("predicted", predicted)];
    columns.extend(classes.iter().enumerate().map(|(at, class)| {
        number(&format!("p_{class}"), move |summary: &Summary| {
            summary.prediction.probabilities[at]
        })
    }));
    columns.extend([
        number("margin", |summary: &Summary| summary.margin.total),
        number("margin_bias", |summary: &Summary| summary.margin.bias),
        number("margin_positions", |summary: &Summary| {
            summary.margin.positions
        }),
        number("margin_padding", |summary: &Summary| summary.margin.padding),
        number("margin_past", |summary: &Summary| summary.margin.past),
        whole("unread", Summary::unread),
        number("text_known", |summary: &Summary| summary.known),
    ]);
    columns
}

/// The columns of a word.
pub(super) fn word_columns() -> Vec<Column<WordSummary>> {
    vec![
        column(
            "word",
            Value::Text(Box::new(|word: &WordSummary| &word.text)),
        ),
        whole("start", |word: &WordSummary| word.start as u64),
        whole("end", |word: &WordSummary| word.end as u64),
        column(
            "known",
            Value::Truth(Box::new(|word: &WordSummary| word.known)),
        ),
        number("keep", |word: &WordSummary| word.keep),
        number("neurons", |word: &WordSummary| word.neurons),
        number("evidence", |word: &WordSummary| word.evidence),
        number("contribution", |word: &WordSummary| word.contribution),
        number("capacity", |word: &WordSummary| word.capacity),
    ]
}
