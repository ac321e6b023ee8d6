//! From a table's rows to texts with a label, and from labels to classes.

use std::collections::{BTreeMap, BTreeSet};

use super::label::bare;
use super::lines::listed;
use super::remains::Places;
use super::{Columns, Role, RowError, RowProblem, Table, TableError};
use crate::text::{Example, Tokenizer, tokenize};

/// A text with the label that its table gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledText {
    /// The line in which its row begins, counted from 1.
    pub line: usize,
    /// The text as it is in the table.
    pub text: String,
    /// The label, without blanks around it.
    pub label: String,
}

impl LabelledText {
    /// Label and text.
    pub fn pair(&self) -> (&str, &str) {
        (&self.label, &self.text)
    }
}

/// What a table yields: the labelled texts, and the lines that yield none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledTexts {
    /// The texts in the order of their lines.
    pub texts: Vec<LabelledText>,
    /// The lines that cannot be used, in order.
    pub broken: Vec<RowError>,
    /// Rows with neither text nor label, which are left out.
    pub empty: usize,
    /// How many of the lines that cannot be used have each label, as far as it can be told.
    pub lost: BTreeMap<String, usize>,
    /// How many of the lines that cannot be used have a label that cannot be told.
    pub untold: usize,
}

impl Table {
    /// The texts of one column with the labels of another.
    pub fn labelled(self, columns: Columns) -> LabelledTexts {
        let places = Places {
            width: self.width,
            text: self.places[columns.text],
            label: self.places[columns.label],
        };
        let (mut texts, mut broken, mut empty) = (Vec::new(), Vec::new(), self.empty);
        let mut losses = Losses::default();
        for mut row in self.rows {
            let line = row.line;
            let mut lose = |problem, labels: &[String]| {
                losses.add(&problem, labels);
                broken.push(RowError { line, problem });
            };
            let nests = |column| self.nested.contains(&(line, column));
            let label = bare(&row.fields[columns.label]).to_owned();
            if nests(columns.label) {
                match listed(&label) {
                    Some(labels) if labels.is_empty() => lose(RowProblem::NoLabel, &[]),
                    Some(labels) => lose(RowProblem::SeveralLabels(labels.clone()), &labels),
                    None => lose(RowProblem::Nested(Role::Label), &[]),
                }
                continue;
            }
            if nests(columns.text) {
                lose(RowProblem::Nested(Role::Text), &[label]);
                continue;
            }
            let text = std::mem::take(&mut row.fields[columns.text]);
            match (text.trim().is_empty(), label.is_empty()) {
                (false, false) => texts.push(LabelledText { line, text, label }),
                (true, true) => empty += 1,
                (true, false) => lose(RowProblem::NoText, &[label]),
                (false, true) => lose(RowProblem::NoLabel, &[]),
            }
        }
        let known = texts.iter().map(|text: &LabelledText| text.label.as_str());
        let known = known.collect();
        for (error, remains) in self.broken.into_iter().zip(self.remains) {
            losses.add(&error.problem, &remains.labels(places, &known));
            broken.push(error);
        }
        broken.sort_by_key(|error| error.line);
        LabelledTexts {
            texts,
            broken,
            empty,
            lost: losses.lost,
            untold: losses.untold,
        }
    }
}

/// What the lines that cannot be used take away.
#[derive(Default)]
struct Losses {
    lost: BTreeMap<String, usize>,
    untold: usize,
}

impl Losses {
    /// Adds a line with its labels, as far as they can be told.
    fn add(&mut self, problem: &RowProblem, labels: &[String]) {
        let labels = labels.iter().map(|label| bare(label));
        let labels: Vec<&str> = labels.filter(|label| !label.is_empty()).collect();
        self.untold += usize::from(labels.is_empty() && *problem != RowProblem::NoLabel);
        for label in labels {
            *self.lost.entry(label.to_owned()).or_default() += 1;
        }
    }
}

impl LabelledTexts {
    /// What is lost by going on without the lines that cannot be used, in sentences: how many of them have a label that
    /// cannot be told, and what each class loses.
    pub fn losses(&self) -> Vec<String> {
        let untold = match self.untold {
            0 => None,
            1 => Some("the label of 1 line that cannot be used is unknown".to_owned()),
            lines => Some(format!(
                "the labels of {lines} lines that cannot be used are unknown"
            )),
        };
        let losses = self.lost.iter().map(|(label, lost)| {
            let left = self
                .texts
                .iter()
                .filter(|text| text.label == *label)
                .count();
            let all = lost + left;
            match all {
                1 => format!("the only text with the label \"{label}\" cannot be used"),
                _ => format!("{lost} of the {all} texts with the label \"{label}\" cannot be used"),
            }
        });
        untold.into_iter().chain(losses).collect()
    }

    /// The texts of a table in which every line must be usable.
    ///
    /// # Errors
    /// Names the first line that is not, and counts them.
    pub fn whole(mut self) -> Result<Vec<LabelledText>, TableError> {
        let count = self.broken.len();
        match count {
            0 => Ok(self.texts),
            _ => Err(TableError::Rows {
                first: self.broken.swap_remove(0),
                count,
            }),
        }
    }
}

impl LabelledText {
    /// Index of the label among `classes`.
    ///
    /// # Errors
    /// Names the line if the label is not one of them.
    pub fn class(&self, classes: &[String]) -> Result<usize, RowError> {
        classes
            .iter()
            .position(|class| *class == self.label)
            .ok_or_else(|| RowError {
                line: self.line,
                problem: RowProblem::UnknownLabel {
                    label: self.label.clone(),
                    classes: classes.to_vec(),
                },
            })
    }

    /// The text as a model that reads `words` sees it, with its class.
    ///
    /// # Errors
    /// Names the line if the label is not one of `classes`.
    pub fn example(&self, classes: &[String], words: Tokenizer) -> Result<Example, RowError> {
        let words = tokenize(&self.text, words);
        Ok(Example {
            words: words.into_iter().map(|token| token.word).collect(),
            label: self.class(classes)?,
        })
    }
}

/// The labels that occur, each once, sorted: the classes' names in the order
/// of their indices.
///
/// # Errors
/// If there are fewer than two.
pub fn classes(texts: &[LabelledText]) -> Result<Vec<String>, TableError> {
    let labels: BTreeSet<&str> = texts.iter().map(|text| text.label.as_str()).collect();
    let classes: Vec<String> = labels.into_iter().map(str::to_owned).collect();
    if classes.len() < 2 {
        return Err(TableError::TooFewClasses(classes));
    }
    Ok(classes)
}
