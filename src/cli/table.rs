//! Reports and comparisons as aligned tables for a terminal.

use crate::evaluate::{Compared, Comparison, DataSet, Difference, LEVEL, Report, Section};

/// One line of a table: a measure, and a cell for each column.
struct Row {
    section: Section,
    name: String,
    cells: Vec<String>,
}

/// A report: a line for each measure, with the number of texts where some are left out, but for
/// [details](is_detail).
pub(super) fn of_report(report: &Report) -> String {
    let selection = match &report.reference {
        Some(reference) => format!("; words and pairs of “reference” are chosen by {reference}"),
        None => String::new(),
    };
    let title = format!("{}{selection}", describe(&report.data));
    let measures = report.measures.iter();
    let rows = measures.filter(|m| !is_detail(&m.name)).map(|measure| Row {
        section: measure.section,
        name: measure.name.clone(),
        cells: vec![
            number(measure.value),
            if measure.texts < report.data.texts {
                format!("{} texts", measure.texts)
            } else {
                String::new()
            },
        ],
    });
    render(&title, vec![report.model.clone()], rows.collect())
}

/// A comparison: the first model's values, then each other's with their differences to it.
pub(super) fn of_comparison(comparison: &Comparison) -> String {
    let mut names: Vec<(Section, &str)> = Vec::new();
    for measure in comparison.models.iter().flat_map(|model| &model.measures) {
        let name = (measure.section, measure.name.as_str());
        if !is_detail(name.1) && !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_by_key(|name| name.0);
    let rows = names.into_iter().map(|(section, name)| Row {
        section,
        name: name.to_owned(),
        cells: comparison
            .models
            .iter()
            .map(|model| cell(model, section, name))
            .collect(),
    });
    let title = format!(
        "{}; value, difference to the first, its {} % interval ({} resamples), * if without 0",
        describe(&comparison.data),
        LEVEL * 100.0,
        comparison.resamples,
    );
    let head = comparison.models.iter().map(|model| model.model.clone());
    render(&title, head.collect(), rows.collect())
}

fn cell(model: &Compared, section: Section, name: &str) -> String {
    let mut measures = model.measures.iter();
    let Some(at) = measures.position(|m| m.section == section && m.name == name) else {
        return String::new();
    };
    let value = number(model.measures[at].value);
    match model.differences[at] {
        None => value,
        Some(Difference {
            value: by,
            interval,
        }) => format!(
            "{value}  {by:+.4} [{:+.4}, {:+.4}]{}",
            interval.low,
            interval.high,
            if interval.excludes_zero() { '*' } else { ' ' },
        ),
    }
}

/// Whether a measure is one point of a curve, such as `post_hoc_accuracy_3/keep/delete`; there are
/// hundreds of them, for JSON's readers.
fn is_detail(name: &str) -> bool {
    let measure = name.split('/').next().unwrap_or_default();
    let point = measure.rsplit_once('_').map(|(_, point)| point);
    point.is_some_and(|point| point.parse::<u32>().is_ok())
}

fn describe(data: &DataSet) -> String {
    let drawn = match data.drawn {
        Some(drawn) => format!(" drawn from {} with seed {}", drawn.from, drawn.seed),
        None => String::new(),
    };
    format!("{} {}, {} texts{drawn}", data.task, data.part, data.texts)
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
}

/// Rows under their sections' names, columns as wide as their widest cell.
fn render(title: &str, head: Vec<String>, rows: Vec<Row>) -> String {
    let width = |cells: &mut dyn Iterator<Item = &String>| {
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let name_width = width(&mut rows.iter().map(|row| &row.name));
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            width(
                &mut rows
                    .iter()
                    .map(|row| &row.cells)
                    .chain([&head])
                    .filter_map(|cells| cells.get(at)),
            )
        })
        .collect();
    let line = |name: &str, cells: &[String]| {
        let cells = cells.iter().zip(&widths);
        let cells: String = cells
            .map(|(cell, width)| format!("  {cell:>width$}"))
            .collect();
        format!("  {name:name_width$}{cells}").trim_end().to_owned() + "\n"
    };
    let mut table = format!("{title}\n\n{}", line("", &head));
    let mut section = None;
    for row in &rows {
        if section != Some(row.section) {
            section = Some(row.section);
            table += &format!("{}\n", row.section);
        }
        table += &line(&row.name, &row.cells);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_curves_are_details() {
        assert!(is_detail("comprehensiveness_50/keep/delete"));
        for name in [
            "macro_f1",
            "f1/keep/treebank",
            "fall/random/8",
            "aopc/keep/delete",
        ] {
            assert!(!is_detail(name), "{name}");
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |section, name: &str, cells: [&str; 2]| Row {
            section,
            name: name.into(),
            cells: cells.map(str::to_owned).into(),
        };
        let rows = vec![
            row(Section::Prediction, "accuracy", ["0.9", ""]),
            row(Section::Collapse, "norm", ["–", "12 texts"]),
            row(Section::Collapse, "keep", ["0.25", ""]),
        ];
        let expected = "title\n\n            safr\nprediction\n  accuracy   0.9\ncollapse\n  norm         –  12 texts\n  keep      0.25\n";
        assert_eq!(render("title", vec!["safr".into()], rows), expected);
    }
}
