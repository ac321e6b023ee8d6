//! Tables of which every line is a row by itself: JSON objects, and texts behind `__label__`.

use serde_json::{Map, Value};

use super::{Row, RowError, RowProblem, Table, TableError, without_mark};

/// What stands before a label, directly.
pub(super) const LABEL_PREFIX: &str = "__label__";

/// Reads one JSON object a line; the columns are all its keys.
pub(super) fn json(bytes: &[u8]) -> Result<Table, TableError> {
    if without_mark(bytes).trim_ascii_start().starts_with(b"[") {
        return Err(TableError::JsonArray);
    }
    let mut columns: Vec<String> = Vec::new();
    let mut objects = Vec::new();
    let mut broken = Vec::new();
    for (line, text) in lines(bytes)? {
        match text.and_then(object) {
            Ok(object) => {
                for name in object.keys() {
                    if !columns.contains(name) {
                        columns.push(name.clone());
                    }
                }
                objects.push((line, object));
            }
            Err(problem) => broken.push(RowError { line, problem }),
        }
    }
    let rows = objects.into_iter().map(|(line, mut object)| Row {
        line,
        fields: columns
            .iter()
            .map(|name| object.remove(name).map(field).unwrap_or_default())
            .collect(),
    });
    Ok(Table {
        rows: rows.collect(),
        columns,
        broken,
        empty: 0,
    })
}

/// Reads lines of `__label__NAME text`.
pub(super) fn prefixed(bytes: &[u8]) -> Result<Table, TableError> {
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    for (line, text) in lines(bytes)? {
        let row = text.and_then(|text| {
            let rest = text.trim_start().strip_prefix(LABEL_PREFIX);
            let rest = rest.ok_or(RowProblem::NoLabel)?;
            let (label, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let fields = vec![label.to_owned(), text.to_owned()];
            Ok(Row { line, fields })
        });
        match row {
            Ok(row) => rows.push(row),
            Err(problem) => broken.push(RowError { line, problem }),
        }
    }
    Ok(Table {
        columns: ["label", "text"].map(str::to_owned).into(),
        rows,
        broken,
        empty: 0,
    })
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

fn object(line: &str) -> Result<Map<String, Value>, RowProblem> {
    serde_json::from_str(line).map_err(|error| RowProblem::Json(error.to_string()))
}

/// A value as the text of a field.
fn field(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}
