//! The values in the columns of a table.

use std::collections::HashMap;

use super::Row;

/// Which of two columns holds the labels: the one with fewer distinct values, on a tie the
/// first.
pub(super) fn label_of_two(rows: &[&Row]) -> usize {
    usize::from(counts(rows, 1).len() < counts(rows, 0).len())
}

/// How often each value occurs in a column.
pub(super) fn counts<'a>(rows: &[&'a Row], column: usize) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for value in rows.iter().filter_map(|row| row.fields.get(column)) {
        *counts.entry(value.trim()).or_default() += 1;
    }
    counts
}
