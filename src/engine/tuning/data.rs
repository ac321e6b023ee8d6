//! From the bytes of a person's file to labelled texts that a model can be fine-tuned on, and a
//! report of what is in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::report::{ClassCount, DataProblem, DataReport, ProblemKind, Repeated};
use crate::evaluate::EncodedExample;
use crate::model::Stream;
use crate::package::Package;
use crate::text::table::{Columns, LabelledText, LabelledTexts, Layout, Table, TableError};
use crate::text::{coverage, tokenize};
use crate::train::hold_out;

/// Most rows of a file: what a page can hold and train on in some minutes.
pub const MAX_ROWS: usize = 10_000;

/// Most classes.
pub const MAX_CLASSES: usize = 20;

/// Unknown words that a report lists.
const LISTED_WORDS: usize = 20;

/// What a person says of their data; `None` means: recognise it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataChoices {
    /// How the file is written.
    pub layout: Option<Layout>,
    /// Column of the texts.
    pub text_column: Option<String>,
    /// Column of the labels.
    pub label_column: Option<String>,
    /// Whether to go on without the rows that cannot be used.
    pub skip_broken: bool,
    /// Share of each class that is kept from training, in (0, 1).
    pub hold_out_share: f64,
    /// Seed by which it is drawn.
    pub hold_out_seed: u64,
}

impl Default for DataChoices {
    /// A tenth is held out, as by `safr train --task csv`.
    fn default() -> Self {
        Self {
            layout: None,
            text_column: None,
            label_column: None,
            skip_broken: false,
            hold_out_share: 0.1,
            hold_out_seed: 0,
        }
    }
}

/// Labelled texts as a model reads them.
#[derive(Clone, Debug, Default)]
pub struct TuningData {
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
    /// The texts that are trained on.
    pub training: Vec<EncodedExample>,
    /// The others.
    pub held_out: Vec<HeldOut>,
}

/// A text that is kept from training.
#[derive(Clone, Debug)]
pub struct HeldOut {
    /// The text as it stands in the file, and its line.
    pub source: LabelledText,
    /// The text as the model reads it.
    pub example: EncodedExample,
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

/// Fills the report as far as a problem lets it.
fn fill(
    report: &mut DataReport,
    data: &mut TuningData,
    bytes: &[u8],
    choices: &DataChoices,
    model: &Package,
) -> Result<(), DataProblem> {
    let layout = choices.layout.unwrap_or_else(|| Layout::recognise(bytes));
    let table = Table::read(bytes, layout)?;
    report.layout = Some(layout);
    report.columns.clone_from(&table.columns);
    let rows = table.rows.len() + table.broken.len();
    let columns = Columns::of(
        &table,
        choices.text_column.as_deref(),
        choices.label_column.as_deref(),
    )?;
    report.text_column = Some(table.columns[columns.text].clone());
    report.label_column = Some(table.columns[columns.label].clone());
    if rows > MAX_ROWS {
        return Err(DataProblem::new(
            ProblemKind::TooManyRows,
            format!(
                "the file has {rows} rows, and a page takes {MAX_ROWS} at most; take a part of them, or train with the command safr train"
            ),
        ));
    }
    let LabelledTexts {
        mut texts,
        broken,
        empty,
    } = table.labelled(columns);
    report.empty = empty;
    report.set_broken(&broken);

    let words = |text: &LabelledText| -> Vec<String> {
        let tokens = tokenize(&text.text, model.config.reading.words);
        tokens.into_iter().map(|token| token.word).collect()
    };
    let words: Vec<Vec<String>> = texts.iter().map(words).collect();
    let lengths = || words.iter().map(Vec::len);
    report.wordless = lengths().filter(|&length| length == 0).count();
    report.longest = lengths().max().unwrap_or(0);
    let longer = |&length: &usize| length > model.config.max_len;
    report.cut = lengths().filter(longer).count();
    let all_words = words.iter().map(Vec::as_slice);
    report.words = coverage(all_words, &model.vocabulary, LISTED_WORDS);
    report.set_repeated(Repeated::of(&texts));

    let labels: BTreeSet<&str> = texts.iter().map(|text| text.label.as_str()).collect();
    let labels: Vec<String> = labels.into_iter().map(str::to_owned).collect();
    report.new_head = !model.knows(&labels);
    let classes = match report.new_head {
        true => labels,
        false => model.card.classes.clone(),
    };
    if !(choices.hold_out_share > 0.0 && choices.hold_out_share < 1.0) {
        return Err(DataProblem::new(
            ProblemKind::HoldOut,
            format!(
                "{} cannot be held out; a share lies between 0 and 1",
                choices.hold_out_share
            ),
        ));
    }
    let of_texts: Vec<&str> = texts.iter().map(|text| text.label.as_str()).collect();
    let mut stream = Stream::new(choices.hold_out_seed);
    let held = hold_out(&of_texts, choices.hold_out_share, &mut stream);
    let index: BTreeMap<&str, usize> = classes.iter().map(String::as_str).zip(0..).collect();
    let mut counts = vec![(0, 0); classes.len()];
    for ((text, words), held) in texts.drain(..).zip(words).zip(held) {
        if words.is_empty() {
            continue;
        }
        let example = EncodedExample {
            ids: model.vocabulary.encode_words(&words),
            label: index[text.label.as_str()],
        };
        counts[example.label].0 += 1;
        counts[example.label].1 += usize::from(held);
        if held {
            let source = text;
            data.held_out.push(HeldOut { source, example });
        } else {
            data.training.push(example);
        }
    }
    let counts = classes.iter().zip(counts);
    report.classes = counts
        .map(|(name, (texts, held_out))| ClassCount {
            name: name.clone(),
            texts,
            held_out,
        })
        .collect();
    report.held_out = data.held_out.len();
    report.texts = data.held_out.len() + data.training.len();
    data.classes = classes;
    report.check(choices.skip_broken)
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
            | TableError::Delimiter(_) => ProblemKind::Table,
        };
        Self::new(kind, error.to_string())
    }
}
