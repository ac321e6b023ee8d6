//! What is written for each line of a corpus: JSON on one line, or rows of CSV.

use clap::ValueEnum;
use serde::Serialize;

use super::lines::LineProblem;
use crate::explain::{Cut, Explanation, Margin, Prediction, Word};

/// Columns before the classes' probabilities.
const BEFORE: [&str; 3] = ["line", "error", "predicted"];
/// Columns after them.
const BEHIND: [&str; 16] = [
    "margin",
    "margin_bias",
    "margin_positions",
    "margin_padding",
    "margin_past",
    "unread",
    "text_known",
    "word",
    "start",
    "end",
    "known",
    "keep",
    "neurons",
    "evidence",
    "contribution",
    "capacity",
];

/// Form of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A JSON object per line of the corpus
    Jsonl,
    /// A row per word, under a line of column names
    Csv,
}

/// Makes records of explanations.
pub(super) struct Records<'a> {
    format: Format,
    full: bool,
    classes: &'a [String],
}

/// An explanation that has a prediction, as every text with words does.
#[derive(Clone, Copy)]
pub(super) struct Predicted<'a> {
    explanation: &'a Explanation,
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

/// A JSON record: the line's number, and what there is to say about it.
#[derive(Serialize)]
struct Numbered<T> {
    line: u64,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Problem {
    error: String,
}

/// An explanation without its tables, in its own terms; measures in single precision, as the
/// model computes.
#[derive(Serialize)]
struct Summary<'a> {
    prediction: &'a Prediction,
    margin: MarginSummary,
    cut: Option<Cut>,
    known: f32,
    words: Vec<WordSummary<'a>>,
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

#[derive(Serialize)]
struct WordSummary<'a> {
    text: &'a str,
    start: usize,
    end: usize,
    known: bool,
    keep: f32,
    neurons: f32,
    evidence: f32,
    contribution: f32,
    capacity: f32,
}

impl<'a> Records<'a> {
    /// Records of a model with the given classes.
    ///
    /// # Errors
    /// If full explanations are asked for in CSV.
    pub(super) fn new(format: Format, full: bool, classes: &'a [String]) -> anyhow::Result<Self> {
        anyhow::ensure!(
            !(full && format == Format::Csv),
            "a full explanation does not fit into rows; leave out --full or --format csv"
        );
        Ok(Self {
            format,
            full,
            classes,
        })
    }

    /// What comes before the first record.
    pub(super) fn header(&self) -> anyhow::Result<Vec<u8>> {
        let owned = |names: &[&str]| names.iter().copied().map(str::to_owned).collect();
        let classes = self.classes.iter().map(|class| format!("p_{class}"));
        let names: [Vec<String>; 3] = [owned(&BEFORE), classes.collect(), owned(&BEHIND)];
        match self.format {
            Format::Jsonl => Ok(Vec::new()),
            Format::Csv => rows([names.concat()]),
        }
    }

    /// The record of a line.
    pub(super) fn record(
        &self,
        line: u64,
        explained: Result<Predicted, &LineProblem>,
    ) -> anyhow::Result<Vec<u8>> {
        match (self.format, explained) {
            (Format::Jsonl, Ok(predicted)) if self.full => json(line, predicted.explanation),
            (Format::Jsonl, Ok(predicted)) => json(line, summary(predicted)),
            (Format::Jsonl, Err(problem)) => {
                let error = problem.to_string();
                json(line, Problem { error })
            }
            (Format::Csv, Ok(predicted)) => rows(word_rows(line, predicted)),
            (Format::Csv, Err(problem)) => rows([self.problem_row(line, problem)]),
        }
    }

    /// A row without a word.
    fn problem_row(&self, line: u64, problem: &LineProblem) -> Vec<String> {
        let mut row = vec![String::new(); BEFORE.len() + self.classes.len() + BEHIND.len()];
        row[0] = line.to_string();
        row[1] = problem.to_string();
        row
    }
}

fn json(line: u64, content: impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(&Numbered { line, content })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn summary(predicted: Predicted) -> Summary {
    let Predicted {
        explanation,
        prediction,
        margin,
    } = predicted;
    let words = explanation.words.iter().map(|word| WordSummary {
        text: &word.text,
        start: word.start,
        end: word.end,
        known: word.known,
        keep: word.keep,
        neurons: word.neurons as f32,
        evidence: word.evidence as f32,
        contribution: word.contribution as f32,
        capacity: word.capacity as f32,
    });
    Summary {
        prediction,
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

/// One row per word; what is said about the whole text is repeated in each.
fn word_rows(line: u64, predicted: Predicted) -> Vec<Vec<String>> {
    let Predicted {
        explanation,
        prediction,
        margin,
    } = predicted;
    let class = &prediction.classes[prediction.predicted];
    let mut text = vec![line.to_string(), String::new(), class.clone()];
    text.extend(prediction.probabilities.iter().map(f32::to_string));
    let single = |part: f64| (part as f32).to_string();
    text.extend([
        single(margin.total),
        single(margin.bias),
        single(margin.positions),
        single(margin.padding),
        single(margin.past),
    ]);
    let unread = explanation.cut.map_or(0, |cut| cut.total - cut.read);
    text.extend([unread.to_string(), single(explanation.known)]);
    let row = |word: &Word| {
        let of_word = [
            word.text.clone(),
            word.start.to_string(),
            word.end.to_string(),
            word.known.to_string(),
            word.keep.to_string(),
            single(word.neurons),
            single(word.evidence),
            single(word.contribution),
            single(word.capacity),
        ];
        [text.as_slice(), &of_word].concat()
    };
    explanation.words.iter().map(row).collect()
}

fn rows(rows: impl IntoIterator<Item = Vec<String>>) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    Ok(writer.into_inner()?)
}
