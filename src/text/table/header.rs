//! Whether the first row of a table names the columns.

use std::collections::{HashMap, HashSet};

use super::records::Broken;
use super::{Row, columns};

/// Words of the longest name.
const NAME_WORDS: usize = 3;

/// Whether the first row names the columns: one of its fields is a usual name, or all of them may be names,
/// and of two columns the labels' name is no label.
pub(super) fn has_header(rows: &[Result<Row, Broken>]) -> bool {
    let rows: Vec<&Row> = rows.iter().flatten().collect();
    let Some(first) = rows.first() else {
        return true;
    };
    if first.fields.iter().any(|name| columns::is_usual(name)) {
        return true;
    }
    if !may_be_names(&first.fields) {
        return false;
    }
    if first.fields.len() != 2 {
        return true;
    }
    let label = label_of_two(&rows);
    let counts = counts(&rows, label);
    counts.get(first.fields[label].trim()) == Some(&1) && counts.values().any(|&count| count > 1)
}

/// Names are short, no numbers, and different. Some columns have none.
fn may_be_names(fields: &[String]) -> bool {
    let names = fields.iter().map(|field| field.trim());
    let mut seen = HashSet::new();
    names.filter(|name| !name.is_empty()).all(|name| {
        name.split_whitespace().count() <= NAME_WORDS
            && name.parse::<f64>().is_err()
            && seen.insert(name)
    })
}

/// Which of two columns holds the labels: the one that has fewer different values, on a tie the
/// first.
pub(super) fn label_of_two(rows: &[&Row]) -> usize {
    usize::from(counts(rows, 1).len() < counts(rows, 0).len())
}

/// How often each value stands in a column.
pub(super) fn counts<'a>(rows: &[&'a Row], column: usize) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for value in rows.iter().filter_map(|row| row.fields.get(column)) {
        *counts.entry(value.trim()).or_default() += 1;
    }
    counts
}
