//! What is reported about a user's labelled texts before a model is fine-tuned on them.

use std::collections::BTreeSet;

use serde::Serialize;

use super::texts::{MAX_CLASSES, TuningData};
use crate::package::Package;
use crate::text::table::{LabelledText, LabelledTexts, Layout, RowProblem, Table};
use crate::text::{Coverage, Decoded, plural};
use crate::train::by_reading;

/// Broken rows that a report lists.
const LISTED_ROWS: usize = 100;

/// Classes for which a report says what they lose.
const LISTED_LOSSES: usize = 5;

/// Conflicts that a report lists.
const LISTED_CONFLICTS: usize = 20;

/// With fewer held-out texts than this, one of them moves the accuracy by more than 5 points.
const FEW_HELD_OUT: usize = 20;

/// What is in a file of labelled texts, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DataReport {
    /// The encoding that it is in; `None` if it is not text.
    pub encoding: Option<String>,
    /// How it is written; `None` if it is not text.
    pub layout: Option<Layout>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Column of the texts.
    pub text_column: Option<String>,
    /// Column of the labels.
    pub label_column: Option<String>,
    /// Texts that can be used.
    pub texts: usize,
    /// Those of them that are kept out of training.
    pub held_out: usize,
    /// The classes in the order of the model's logits.
    pub classes: Vec<ClassCount>,
    /// Whether they differ from the model's classes.
    pub new_head: bool,
    /// Labels that differ only in case, blanks, invisible characters or the way a number is written, in
    /// groups: perhaps each group is one class.
    pub alike: Vec<Vec<String>>,
    /// Rows with neither text nor label, which are left out.
    pub empty: usize,
    /// Rows with only a label.
    pub missing_texts: usize,
    /// Rows with only a text.
    pub missing_labels: usize,
    /// Rows that cannot be used, including the two kinds above.
    pub broken_rows: usize,
    /// The first of them.
    pub broken: Vec<BrokenRow>,
    /// Texts without a word, which are left out.
    pub wordless: usize,
    /// Texts whose words occurred before with the same label.
    pub duplicates: usize,
    /// Different texts that occur with several labels.
    pub conflicting_texts: usize,
    /// The first of them.
    pub conflicts: Vec<Conflict>,
    /// Words of the longest text.
    pub longest: usize,
    /// Maximum number of words of a text that the model reads.
    pub read: usize,
    /// Texts that are longer.
    pub cut: usize,
    /// How many of the words the model knows. It learns no new ones: unknown words are all read
    /// as the one unknown word.
    pub words: Coverage,
    /// What a person should know before training on them, one sentence each.
    pub remarks: Vec<String>,
    /// Why the data cannot be used as they are; `None` if they can.
    pub problem: Option<DataProblem>,
}

/// A class and its texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    /// Its name.
    pub name: String,
    /// Its texts.
    pub texts: usize,
    /// Those of them that are kept out of training.
    pub held_out: usize,
}

/// A row that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrokenRow {
    /// The line in which it begins, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

/// A text that occurs with several labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The text.
    pub text: String,
    /// The labels.
    pub labels: Vec<String>,
    /// Where it occurs.
    pub lines: Vec<usize>,
}

/// Why data cannot be used as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct DataProblem {
    /// Lets programs distinguish the problems.
    pub kind: ProblemKind,
    /// One sentence for people.
    pub message: String,
}

/// The kinds of problems with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The bytes are not text.
    NotText,
    /// There is nothing.
    Empty,
    /// There are only texts.
    NoLabels,
    /// The columns must be chosen.
    Columns,
    /// Rows cannot be used, and nobody said that they may be skipped.
    BrokenRows,
    /// No row can be used.
    NoTexts,
    /// All texts are of one class.
    TooFewClasses,
    /// There are more classes than are accepted.
    TooManyClasses,
    /// Nothing is left to learn from or to measure with.
    TooFewTexts,
    /// There are more rows than are accepted.
    TooManyRows,
    /// The share to hold out is not a share.
    HoldOut,
    /// The bytes are not a table of any known layout.
    Table,
}

impl DataProblem {
    pub(super) fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message }
    }
}

impl DataReport {
    pub(super) fn set_encoding(&mut self, decoded: &Decoded) {
        let encoding = decoded.encoding;
        self.encoding = Some(encoding.to_owned());
        if decoded.guessed {
            self.remarks.push(format!(
                "The file does not say its encoding. It is read as {encoding}; check that accents and signs are right."
            ));
        }
    }

    /// Says how individual lines were read.
    pub(super) fn set_lines(&mut self, table: &Table) {
        let Some(line) = table.stray_quotes.first() else {
            return;
        };
        self.remarks.push(match table.stray_quotes.len() {
            1 => format!("The quote in line {line} opens a field that its row does not close; it is read as a character like any other."),
            count => format!("{count} quotes open fields that their rows do not close, the first in line {line}; they are read as characters like any others."),
        });
    }

    /// Says what cannot be used, and which labels may be one class, unless they are `merged`.
    pub(super) fn set_labels(&mut self, all: &LabelledTexts, merged: bool) {
        let count = |problem| {
            all.broken
                .iter()
                .filter(|row| row.problem == problem)
                .count()
        };
        self.missing_texts = count(RowProblem::NoText);
        self.missing_labels = count(RowProblem::NoLabel);
        self.empty = all.empty;
        self.broken_rows = all.broken.len();
        let listed = all.broken.iter().take(LISTED_ROWS);
        self.broken = listed
            .map(|row| BrokenRow {
                line: row.line,
                message: row.problem.to_string(),
            })
            .collect();
        let losses = all.losses().into_iter().take(LISTED_LOSSES);
        self.remarks.extend(losses.map(|loss| sentence(&loss)));
        if !merged {
            self.remarks.extend(self.alike.iter().map(|labels| {
                format!(
                    "The labels {} look like one class, written in several ways.",
                    all_quoted(labels)
                )
            }));
        }
    }

    pub(super) fn set_repeated(&mut self, repeated: Repeated) {
        self.duplicates = repeated.duplicates;
        self.conflicting_texts = repeated.conflicts.len();
        self.conflicts = repeated.conflicts;
        self.conflicts.truncate(LISTED_CONFLICTS);
    }

    pub(super) fn set_classes(&mut self, data: &TuningData, model: &Package) {
        self.new_head = !model.knows(&data.classes);
        self.held_out = data.held_out.len();
        self.texts = data.held_out.len() + data.training.len();
        let mut counts = vec![(0, 0); data.classes.len()];
        for example in &data.training {
            counts[example.label].0 += 1;
        }
        for text in &data.held_out {
            counts[text.example.label].0 += 1;
            counts[text.example.label].1 += 1;
        }
        let named = data.classes.iter().cloned().zip(counts);
        self.classes = named
            .map(|(name, (texts, held_out))| ClassCount {
                name,
                texts,
                held_out,
            })
            .collect();
    }

    /// Says what makes the result less reliable, although the data can be used.
    pub(super) fn set_remarks(&mut self) {
        if self.words.tokens > 0 && 2 * self.words.known < self.words.tokens {
            self.remarks.push(
                "The model knows fewer than half of these words. It cannot tell the others apart, and will learn little from them.".to_owned(),
            );
        }
        let unmeasured = self.classes.iter().filter(|class| class.held_out == 0);
        self.remarks.extend(unmeasured.map(|class| {
            format!(
                "No text of {} is held out, so nothing will show how well it is recognised: a class needs two texts that the model reads differently.",
                quoted(&class.name)
            )
        }));
        if (1..FEW_HELD_OUT).contains(&self.held_out) {
            self.remarks.push(format!(
                "With {} held out, the accuracy is no more than a hint; {FEW_HELD_OUT} would say more.",
                plural(self.held_out, "text")
            ));
        }
    }

    /// Whether the texts can be trained on.
    pub(super) fn check(&self, skip_broken: bool) -> Result<(), DataProblem> {
        let classes = self.classes.len();
        let problem = |kind, message: String| Err(DataProblem::new(kind, message));
        if self.texts == 0 {
            let why = match self.broken.first() {
                Some(row) => format!(": line {}: {}", row.line, row.message),
                None => String::new(),
            };
            return problem(
                ProblemKind::NoTexts,
                format!("no row holds a text with a label that can be used{why}"),
            );
        }
        if classes < 2 {
            let name = quoted(&self.classes[0].name);
            return problem(
                ProblemKind::TooFewClasses,
                format!(
                    "all texts have the label {name}; there must be at least two different labels"
                ),
            );
        }
        if classes > MAX_CLASSES {
            return problem(
                ProblemKind::TooManyClasses,
                format!(
                    "there are {classes} different labels, but at most {MAX_CLASSES} are accepted; is {} the column of the labels?",
                    quoted(self.label_column.as_deref().unwrap_or_default())
                ),
            );
        }
        if self.held_out == 0 || self.held_out == self.texts {
            return problem(
                ProblemKind::TooFewTexts,
                "no class has two texts that the model reads differently, one to learn from and one to measure with; add some"
                    .to_owned(),
            );
        }
        if self.broken_rows > 0 && !skip_broken {
            return problem(
                ProblemKind::BrokenRows,
                match self.broken_rows {
                    1 => "1 row cannot be used; mend it, or skip it".to_owned(),
                    rows => format!("{rows} rows cannot be used; mend them, or skip them"),
                },
            );
        }
        Ok(())
    }
}

/// With a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

/// A name in quotation marks, with what cannot be seen in it as code points.
fn quoted(name: &str) -> String {
    let escaped = format!("{name:?}");
    format!("“{}”", &escaped[1..escaped.len() - 1])
}

/// “a”, “b” and “c”.
fn all_quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Texts that occur more than once.
pub(super) struct Repeated {
    duplicates: usize,
    conflicts: Vec<Conflict>,
}

impl Repeated {
    pub(super) fn of(texts: &[LabelledText]) -> Self {
        let mut duplicates = 0;
        let mut conflicts = Vec::new();
        for places in by_reading(texts).into_values() {
            let labels: BTreeSet<&str> = places.iter().map(|text| text.label.as_str()).collect();
            duplicates += places.len() - labels.len();
            if labels.len() > 1 {
                conflicts.push(Conflict {
                    text: places[0].text.trim().to_owned(),
                    labels: labels.into_iter().map(str::to_owned).collect(),
                    lines: places.iter().map(|text| text.line).collect(),
                });
            }
        }
        conflicts.sort_by_key(|conflict| conflict.lines[0]);
        Self {
            duplicates,
            conflicts,
        }
    }
}
