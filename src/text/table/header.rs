//! Whether the first row of a table names the columns.

use std::collections::HashSet;

use super::records::Broken;
use super::values::{counts, label_of_two};
use super::{Row, columns};

/// Words of the longest name.
const NAME_WORDS: usize = 3;

/// Whether the first row names the columns: one of its fields is a usual name, or all of them may be names,
/// and with two columns the labels' name is not a label.
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

/// Names are short, not numbers, and different. Some columns have none.
fn may_be_names(fields: &[String]) -> bool {
    let names = fields.iter().map(|field| field.trim());
    let mut seen = HashSet::new();
    names.filter(|name| !name.is_empty()).all(|name| {
        name.split_whitespace().count() <= NAME_WORDS
            && name.parse::<f64>().is_err()
            && seen.insert(name)
    })
}
