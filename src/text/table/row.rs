//! A row of a table.

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line in which it begins, counted from 1.
    pub line: usize,
    /// Its fields, quotes undone.
    pub fields: Vec<String>,
}
