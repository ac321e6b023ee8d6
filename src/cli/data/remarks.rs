//! What is said about a file of the user's own texts as it is read.

use crate::text::Decoded;
use crate::text::table::{Columns, LabelledText, LabelledTexts, Layout, Table};
use crate::train::by_reading;

/// What a person should know about how a file is read.
pub(super) fn remarks(
    decoded: &Decoded,
    layout: Layout,
    table: &Table,
    columns: Columns,
) -> Vec<String> {
    let mut remarks = Vec::new();
    if decoded.guessed {
        let encoding = decoded.encoding;
        remarks.push(format!(
            "it does not say its encoding and is read as {encoding}; --layout encoding=NAME sets another"
        ));
    }
    let of = |at: usize| &table.columns[at];
    remarks.extend(match &table.header {
        Some(row) => Some(format!(
            "line {} names the columns (--layout header=no if it does not): texts are in {:?}, labels in {:?}",
            row.line,
            of(columns.text),
            of(columns.label)
        )),
        None => match layout {
            Layout::Delimited { .. } => Some(format!(
                "texts are in column {}, labels in column {}",
                of(columns.text),
                of(columns.label)
            )),
            Layout::JsonLines => Some(format!(
                "texts are under the key {:?}, labels under {:?}",
                of(columns.text),
                of(columns.label)
            )),
            Layout::Prefixed => None,
        },
    });
    if let Some(line) = table.stray_quotes.first() {
        let others = match table.stray_quotes.len() - 1 {
            0 => String::new(),
            others => format!(", and so are {others} more"),
        };
        remarks.push(format!(
            "the quote in line {line} opens a field that its row does not close, and is read as a character{others}"
        ));
    }
    remarks
}

/// What they should know about its labels, and about the lines that are skipped.
pub(super) fn remarks_on_labels(texts: &LabelledTexts, skips: bool) -> Vec<String> {
    let alike = texts.alike();
    let alike = alike.iter().map(|labels| {
        let labels: Vec<String> = labels.iter().map(|label| format!("{label:?}")).collect();
        let labels = labels.join(", ");
        format!("the labels {labels} look like one class; --layout labels=merge makes them one")
    });
    let mut remarks: Vec<String> = alike.collect();
    remarks.extend(conflicts(&texts.texts));
    if let (true, Some(first)) = (skips, texts.broken.first()) {
        let count = texts.broken.len();
        let skipped = match count {
            1 => format!("1 line skipped, {first}"),
            _ => format!("{count} lines skipped, the first of them {first}"),
        };
        remarks.push(skipped);
        remarks.extend(texts.losses());
    }
    remarks
}

/// What to say if texts of the same words have different labels.
fn conflicts(texts: &[LabelledText]) -> Option<String> {
    let groups = by_reading(texts).into_values();
    let firsts: Vec<usize> = groups
        .filter_map(|group| {
            let other = group.iter().find(|text| text.label != group[0].label);
            other.map(|text| text.line)
        })
        .collect();
    let first = firsts.iter().min()?;
    Some(match firsts.len() {
        1 => format!("a text has several labels, again in line {first}"),
        count => format!("{count} texts have several labels, one of them again in line {first}"),
    })
}
