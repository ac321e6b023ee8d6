//! What can be wrong with a table of labelled texts, and in which line.

use super::meant;
use crate::text::{UnknownEncoding, plural};

/// A table that cannot be used as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The bytes are not text in which a table could be looked for.
    #[error("this is not a text file; save the table as csv or tsv")]
    NotText,
    /// The encoding that was asked for is not known.
    #[error(transparent)]
    Encoding(#[from] UnknownEncoding),
    /// There is no first line.
    #[error("the table is empty; its first line must name the columns")]
    Empty,
    /// There is only one column.
    #[error(
        "there are texts here, but no labels; write label, tab and text in each line, or name the two columns of a csv file text and label"
    )]
    NoLabels,
    /// The whole file is one JSON value.
    #[error(
        "this is one JSON array; write its objects one per line, without brackets and commas around them (JSON lines)"
    )]
    JsonArray,
    /// Objects with ever new keys.
    #[error(
        "the lines have more than {most} different keys among them, more than a table has columns; give each line the same two, such as text and label, and leave out the others"
    )]
    Keys {
        /// How many a file of such lines may have.
        most: usize,
    },
    /// Not a possible delimiter of a text table.
    #[error("{0:?} cannot separate two fields; choose a comma, a semicolon, a bar or a tab")]
    Delimiter(char),
    /// No column has the requested name, or one that a text or label column usually has.
    #[error("{}; choose one of: {}", unknown_column(*role, asked.as_deref()), listed(columns))]
    NoColumn {
        /// What the column is for.
        role: Role,
        /// The name or number that was asked for.
        asked: Option<String>,
        /// The existing columns.
        columns: Vec<String>,
    },
    /// Two columns have the requested name.
    #[error("two columns are named \"{0}\"; rename one, or choose it by its number")]
    TwoColumns(String),
    /// One column would be both text and label.
    #[error("the column \"{0}\" cannot be text and label at once")]
    OneColumn(String),
    /// There are lines that cannot be used.
    #[error("{first}{}", others(*.count))]
    Rows {
        /// The first of them.
        first: RowError,
        /// How many are known.
        count: usize,
    },
    /// There is nothing to distinguish.
    #[error("a classifier needs texts of two classes or more; {}", few(.0))]
    TooFewClasses(Vec<String>),
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It holds the texts.
    Text,
    /// It holds their classes.
    Label,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Label => "label",
        })
    }
}

/// A line that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct RowError {
    /// The line in which the row begins, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: RowProblem,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// It does not have the fields of the first line.
    #[error(
        "{} where the first line has {expected}; a text that holds the delimiter must be in quotes", plural(*found, "field")
    )]
    Fields {
        /// Fields of the first line.
        expected: usize,
        /// Fields of this one.
        found: usize,
    },
    /// It is not UTF-8.
    #[error("the line is not UTF-8; save the file in UTF-8")]
    NotUtf8,
    /// It is not a JSON object.
    #[error(
        "the line is not a JSON object (see its character {0}); write one object per line, such as {{\"text\": \"…\", \"label\": \"…\"}}"
    )]
    Json(usize),
    /// It has several labels.
    #[error("the text has several labels ({}), but can be of one class only; keep one of them", .0.join(", "))]
    SeveralLabels(Vec<String>),
    /// Its text or label is a list or an object.
    #[error("the {0} is a list or an object; write a string")]
    Nested(Role),
    /// The text is missing.
    #[error("there is a label, but no text")]
    NoText,
    /// The label is missing.
    #[error("there is a text, but no label")]
    NoLabel,
    /// The label is not one of the classes.
    #[error("the label \"{label}\" is not one of the classes: {}{}", classes.join(", "), likeness(label, classes))]
    UnknownLabel {
        /// The label.
        label: String,
        /// The existing classes.
        classes: Vec<String>,
    },
}

impl From<RowError> for TableError {
    fn from(first: RowError) -> Self {
        Self::Rows { first, count: 1 }
    }
}

/// What is wrong with the choice of a column.
fn unknown_column(role: Role, asked: Option<&str>) -> String {
    match asked {
        Some(name) => format!("there is no column \"{name}\" for the {role}s"),
        None => format!("cannot tell which column holds the {role}s"),
    }
}

/// The columns; those without a name are chosen by their numbers.
fn listed(columns: &[String]) -> String {
    let named = (1..)
        .zip(columns)
        .map(|(number, name)| match name.as_str() {
            "" => format!("{number} (without a name)"),
            name => name.to_owned(),
        });
    named.collect::<Vec<_>>().join(", ")
}

/// Which classes there are instead of two or more.
fn few(classes: &[String]) -> String {
    match classes {
        [one] => format!("all of these have the label \"{one}\""),
        _ => "there are none here".to_owned(),
    }
}

/// The class from which a label differs only in how it is written.
fn likeness(label: &str, classes: &[String]) -> String {
    let class = meant(label, classes);
    class.map_or_else(String::new, |class| {
        format!("; it differs from \"{class}\" only in case, blanks, invisible characters or the way a number is written")
    })
}

fn others(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        _ => format!(" ({count} lines in all cannot be used)"),
    }
}
