//! Tables in which every line is a row by itself: JSON objects, and texts after `__label__`.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::bytes::without_mark;
use super::remains::Remains;
use super::{Row, RowError, RowProblem, Table, TableError, label};

/// Maximum number of distinct keys, each of which is a field of every row.
const MOST_KEYS: usize = 1000;

/// Maximum number of them per byte of a line, so that memory grows only with the file: a row takes at least five bytes
/// for each key of its own.
const KEYS_A_BYTE: usize = 4;

/// Reads one JSON object per line; the columns are all their keys.
pub(super) fn json(bytes: &[u8]) -> Result<Table, TableError> {
    if without_mark(bytes).trim_ascii_start().starts_with(b"[") {
        return Err(TableError::JsonArray);
    }
    let mut columns = Vec::new();
    let mut known = HashSet::new();
    let mut objects = Vec::new();
    let mut broken = Vec::new();
    for (line, text) in lines(bytes)? {
        match text.and_then(object) {
            Ok(object) => {
                for name in object.keys() {
                    if known.insert(name.clone()) {
                        columns.push(name.clone());
                    }
                }
                objects.push((line, object));
            }
            Err(problem) => broken.push(RowError { line, problem }),
        }
    }
    if let (true, [first, ..]) = (objects.is_empty(), &broken[..]) {
        let (first, count) = (first.clone(), broken.len());
        return Err(TableError::Rows { first, count });
    }
    let most = MOST_KEYS.min(KEYS_A_BYTE * bytes.len() / objects.len().max(1));
    if columns.len() > most {
        return Err(TableError::Keys { most });
    }
    let mut nested = BTreeSet::new();
    let rows = objects.into_iter().map(|(line, mut object)| {
        let values = columns.iter().enumerate().map(|(column, name)| {
            let value = object.remove(name).map(single).unwrap_or_default();
            if value.is_array() || value.is_object() {
                nested.insert((line, column));
            }
            field(value)
        });
        let fields = values.collect();
        Row { line, fields }
    });
    Ok(Table {
        rows: rows.collect(),
        nested,
        remains: vec![Remains::Nothing; broken.len()],
        broken,
        ..Table::with(columns)
    })
}

/// Reads lines of `__label__NAME text`. A line with several labels cannot be used, since a text has one
/// class.
pub(super) fn prefixed(bytes: &[u8]) -> Result<Table, TableError> {
    let mut table = Table::with(["label", "text"].map(str::to_owned).into());
    for (line, text) in lines(bytes)? {
        match text.and_then(labels) {
            Ok((labels, text)) => match &labels[..] {
                [label] => table.rows.push(Row {
                    line,
                    fields: vec![label.clone(), text.to_owned()],
                }),
                _ => {
                    let problem = RowProblem::SeveralLabels(labels.clone());
                    table.lose(RowError { line, problem }, Remains::Labels(labels));
                }
            },
            Err(problem) => table.lose(RowError { line, problem }, Remains::Nothing),
        }
    }
    Ok(table)
}

/// The labels before a text, at least one, and the text.
fn labels(line: &str) -> Result<(Vec<String>, &str), RowProblem> {
    let mut labels = Vec::new();
    let mut rest = line.trim_start();
    while let Some(after) = rest.strip_prefix(label::PREFIX) {
        let (label, text) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
        labels.push(label.trim_end_matches(',').to_owned());
        rest = text.trim_start();
    }
    let later = rest
        .split_whitespace()
        .filter_map(|word| word.strip_prefix(label::PREFIX));
    labels.extend(later.map(|label| label.trim_end_matches(',').to_owned()));
    match labels.is_empty() {
        true => Err(RowProblem::NoLabel),
        false => Ok((labels, rest)),
    }
}

/// The lines that are not blank, with their numbers from 1.
fn lines(
    bytes: &[u8],
) -> Result<impl Iterator<Item = (usize, Result<&str, RowProblem>)>, TableError> {
    if bytes.contains(&0) {
        return Err(TableError::NotText);
    }
    let lines = without_mark(bytes).split(|&byte| byte == b'\n');
    let lines = (1..).zip(lines.map(<[u8]>::trim_ascii));
    let text = |line| std::str::from_utf8(line).map_err(|_| RowProblem::NotUtf8);
    Ok(lines
        .filter(|(_, line)| !line.is_empty())
        .map(move |(number, line)| (number, text(line))))
}

/// The object of a line; a comma after it, as in an array, does not matter.
fn object(line: &str) -> Result<Map<String, Value>, RowProblem> {
    let line = line.strip_suffix(',').unwrap_or(line);
    serde_json::from_str(line).map_err(|error| RowProblem::Json(error.column()))
}

/// A list of one value is that value.
fn single(mut value: Value) -> Value {
    match value.as_array_mut().map(Vec::as_mut_slice) {
        Some([one]) => one.take(),
        _ => value,
    }
}

/// The labels that a list in a field names.
pub(super) fn listed(field: &str) -> Option<Vec<String>> {
    serde_json::from_str(field).ok()
}

/// A value as the text of a field.
fn field(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}
