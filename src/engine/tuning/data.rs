//! From the bytes of a user's file to labelled texts that a model can be fine-tuned on, and a
//! report on what is in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::report::{DataProblem, DataReport, ProblemKind, Repeated};
use super::texts::{HeldOut, MAX_ROWS, TuningData};
use crate::evaluate::EncodedExample;
use crate::model::Stream;
use crate::package::Package;
use crate::text::table::{Columns, LabelledText, LabelledTexts, Layout, Table, TableError};
use crate::text::{Encoded, coverage, decode, tokenize};
use crate::train::{give_back, hold_out};

/// Unknown words that a report lists.
const LISTED_WORDS: usize = 20;

/// What a person says about their data; `None` means: recognise it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataChoices {
    /// The encoding that the file is in, as the web names it.
    #[serde(default)]
    pub encoding: Option<String>,
    /// How the file is written.
    pub layout: Option<Layout>,
    /// Column of the texts.
    pub text_column: Option<String>,
    /// Column of the labels.
    pub label_column: Option<String>,
    /// Whether labels that differ only in case, blanks, invisible characters or the way a number is
    /// written are one class.
    #[serde(default)]
    pub merge_labels: bool,
    /// Whether to go on without the rows that cannot be used.
    pub skip_broken: bool,
    /// Examples that a person has typed in addition to the file.
    #[serde(default)]
    pub typed: Vec<TypedExample>,
    /// Share of each class that is kept out of training, in (0, 1).
    pub hold_out_share: f64,
    /// Seed with which it is drawn.
    pub hold_out_seed: u64,
}

/// A text and its label, as a person has typed them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedExample {
    /// The text.
    pub text: String,
    /// The label.
    pub label: String,
}

impl Default for DataChoices {
    /// A tenth is held out, as in `safr train --task csv`.
    fn default() -> Self {
        Self {
            encoding: None,
            layout: None,
            text_column: None,
            label_column: None,
            merge_labels: false,
            skip_broken: false,
            typed: Vec::new(),
            hold_out_share: 0.1,
            hold_out_seed: 0,
        }
    }
}

/// Reads `bytes` for fine-tuning `model`. The data can be used if the report names no problem.
pub fn examine(bytes: &[u8], choices: &DataChoices, model: &Package) -> (DataReport, TuningData) {
    let mut report = DataReport::default();
    let mut data = TuningData::default();
    if let Err(problem) = fill(&mut report, &mut data, bytes, choices, model) {
        report.problem = Some(problem);
    }
    (report, data)
}

/// Fills the report as far as a problem allows.
fn fill(
    report: &mut DataReport,
    data: &mut TuningData,
    bytes: &[u8],
    choices: &DataChoices,
    model: &Package,
) -> Result<(), DataProblem> {
    let table = table(report, bytes, choices)?;
    let columns = Columns::of(
        &table,
        choices.text_column.as_deref(),
        choices.label_column.as_deref(),
    )?;
    report.text_column = Some(table.columns[columns.text].clone());
    report.label_column = Some(table.columns[columns.label].clone());
    report.set_lines(&table);
    let mut all = table.labelled(columns);
    add_typed(&mut all, &choices.typed);
    report.alike = all.alike();
    if choices.merge_labels {
        all.merge_alike(&model.card.classes);
    }
    report.set_labels(&all, choices.merge_labels);
    let LabelledTexts { texts, .. } = all;
    report.set_repeated(Repeated::of(&texts));
    let words = words(report, &texts, model);
    *data = divided(texts, &words, choices, model)?;
    report.set_classes(data, model);
    report.set_remarks();
    report.check(choices.skip_broken)
}

/// Adds what was typed to the contents of the file, as if it followed there, one line each.
fn add_typed(all: &mut LabelledTexts, typed: &[TypedExample]) {
    let texts = all.texts.iter().map(|text| text.line);
    let last = texts.chain(all.broken.iter().map(|row| row.line)).max();
    let lines = last.unwrap_or(0) + 1..;
    let rows = lines.zip(typed).map(|(line, example)| LabelledText {
        line,
        text: example.text.clone(),
        label: example.label.trim().to_owned(),
    });
    all.texts.extend(rows);
}

/// The rows of the file, if there are not too many.
fn table(
    report: &mut DataReport,
    bytes: &[u8],
    choices: &DataChoices,
) -> Result<Table, DataProblem> {
    let decoded = decode(bytes, choices.encoding.as_deref()).map_err(TableError::from)?;
    let recognised = || Layout::recognise(&decoded.bytes);
    let layout = choices.layout.unwrap_or_else(recognised);
    let table = Table::read(&decoded.bytes, layout);
    if table != Err(TableError::NotText) {
        report.set_encoding(&decoded);
        report.layout = Some(layout);
    }
    let table = table?;
    report.columns.clone_from(&table.columns);
    let rows = table.rows.len() + table.broken.len() + choices.typed.len();
    if rows > MAX_ROWS {
        return Err(DataProblem::new(
            ProblemKind::TooManyRows,
            format!("there are {rows} rows, but at most {MAX_ROWS} are accepted"),
        ));
    }
    Ok(table)
}

/// The texts as words, and how many of these the model knows.
fn words(report: &mut DataReport, texts: &[LabelledText], model: &Package) -> Vec<Vec<String>> {
    let words = |text: &LabelledText| -> Vec<String> {
        let tokens = tokenize(&text.text, model.config.reading.words);
        tokens.into_iter().map(|token| token.word).collect()
    };
    let words: Vec<Vec<String>> = texts.iter().map(words).collect();
    let lengths = || words.iter().map(Vec::len);
    report.wordless = lengths().filter(|&length| length == 0).count();
    report.longest = lengths().max().unwrap_or(0);
    report.read = model.config.max_len;
    let longer = |&length: &usize| length > model.config.max_len;
    report.cut = lengths().filter(longer).count();
    let all = words.iter().map(Vec::as_slice);
    report.words = coverage(
        all,
        (&model.vocabulary, model.config.reading.words),
        LISTED_WORDS,
    );
    words
}

/// The texts that have words, some of each class held out, which the model reads unlike all others. The classes keep
/// the model's order if they are the model's; otherwise they are sorted.
fn divided(
    texts: Vec<LabelledText>,
    words: &[Vec<String>],
    choices: &DataChoices,
    model: &Package,
) -> Result<TuningData, DataProblem> {
    let share = choices.hold_out_share;
    if !(share > 0.0 && share < 1.0) {
        return Err(DataProblem::new(
            ProblemKind::HoldOut,
            format!("{share} cannot be held out; a share lies between 0 and 1"),
        ));
    }
    let labelled: Vec<_> = texts.iter().map(LabelledText::pair).collect();
    let mut held = hold_out(&labelled, share, &mut Stream::new(choices.hold_out_seed));
    let different: BTreeSet<&str> = labelled.into_iter().map(|(label, _)| label).collect();
    let mut classes: Vec<String> = different.into_iter().map(str::to_owned).collect();
    if model.knows(&classes) {
        classes.clone_from(&model.card.classes);
    }
    let reads = model.config.reading.words;
    let encoded = words.iter();
    let encoded = encoded.map(|words| reads.encode(words, &model.vocabulary));
    let encoded: Vec<Encoded> = encoded.collect();
    let most = model.config.max_len;
    let read = encoded
        .iter()
        .map(|text| &text.ids[..text.ids.len().min(most)]);
    give_back(&mut held, &read.collect::<Vec<_>>());
    let index: BTreeMap<String, usize> = classes.iter().cloned().zip(0..).collect();
    let mut data = TuningData {
        classes,
        ..TuningData::default()
    };
    for ((source, text), held) in texts.into_iter().zip(encoded).zip(held) {
        if text.ids.is_empty() {
            continue;
        }
        let example = EncodedExample::new(text, index[&source.label]);
        if held {
            data.held_out.push(HeldOut { source, example });
        } else {
            data.training.push(example);
        }
    }
    Ok(data)
}

impl From<TableError> for DataProblem {
    fn from(error: TableError) -> Self {
        let kind = match &error {
            TableError::NotText => ProblemKind::NotText,
            TableError::Empty => ProblemKind::Empty,
            TableError::NoLabels => ProblemKind::NoLabels,
            TableError::NoColumn { .. } | TableError::TwoColumns(_) | TableError::OneColumn(_) => {
                ProblemKind::Columns
            }
            TableError::Rows { .. }
            | TableError::TooFewClasses(_)
            | TableError::JsonArray
            | TableError::Keys { .. }
            | TableError::Encoding(_)
            | TableError::Delimiter(_) => ProblemKind::Table,
        };
        Self::new(kind, error.to_string())
    }
}
