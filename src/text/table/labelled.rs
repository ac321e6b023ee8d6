//! From a table's rows to texts with a label, and from labels to classes.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::{LABEL_PREFIX, listed};
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
    /// How many of the lines that cannot be used have each label, as far as it can be read.
    pub lost: BTreeMap<String, usize>,
}

impl Table {
    /// The texts of one column with the labels of another.
    pub fn labelled(self, columns: Columns) -> LabelledTexts {
        let (mut texts, mut broken, mut empty) = (Vec::new(), self.broken, self.empty);
        let mut lost = BTreeMap::new();
        let mut lose = |label: &str| *lost.entry(label.trim().to_owned()).or_default() += 1;
        for row in &self.remains {
            lose(&row.fields[columns.label]);
        }
        for mut row in self.rows {
            let nests = |column| self.nested.contains(&(row.line, column));
            let problem = match (nests(columns.text), nests(columns.label)) {
                (_, true) => match listed(&row.fields[columns.label]) {
                    Some(labels) if labels.is_empty() => Some(RowProblem::NoLabel),
                    Some(labels) => Some(RowProblem::SeveralLabels(labels)),
                    None => Some(RowProblem::Nested(Role::Label)),
                },
                (true, false) => Some(RowProblem::Nested(Role::Text)),
                (false, false) => None,
            };
            if let Some(problem) = problem {
                let line = row.line;
                broken.push(RowError { line, problem });
                continue;
            }
            let label = row.fields[columns.label].trim();
            let label = label.strip_prefix(LABEL_PREFIX).unwrap_or(label).to_owned();
            let text = std::mem::take(&mut row.fields[columns.text]);
            let line = row.line;
            match (text.trim().is_empty(), label.is_empty()) {
                (false, false) => texts.push(LabelledText { line, text, label }),
                (true, true) => empty += 1,
                (true, false) => {
                    lose(&label);
                    broken.push(RowError {
                        line,
                        problem: RowProblem::NoText,
                    });
                }
                (false, true) => broken.push(RowError {
                    line,
                    problem: RowProblem::NoLabel,
                }),
            }
        }
        broken.sort_by_key(|error| error.line);
        LabelledTexts {
            texts,
            broken,
            empty,
            lost,
        }
    }
}

impl LabelledTexts {
    /// What each class loses by going on without the lines that cannot be used, in a sentence each.
    pub fn losses(&self) -> Vec<String> {
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
        losses.collect()
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
