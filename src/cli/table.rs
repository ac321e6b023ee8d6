//! Reports and comparisons as aligned tables for a terminal.

use super::chosen::Chosen;
use super::out::Styled;
use crate::evaluate::{
    Compared, Comparison, Contrasted, DataSet, Difference, Interval, LEVEL, Report, Section,
    Summary,
};
use crate::text::plural;

/// One line of a table: a measure, and a cell for each column.
struct Row {
    section: Section,
    name: String,
    cells: Vec<String>,
}

/// A report: a line for each measure except points of curves, with the number of texts where some are left
/// out.
pub(super) fn of_report(report: &Report) -> Styled {
    let selection = match &report.reference {
        Some(reference) => format!("; words and pairs of “reference” are chosen by {reference}"),
        None => String::new(),
    };
    let title = format!("{}{selection}", describe(&report.data));
    let measures = report.measures.iter();
    let chosen = Chosen::default();
    let shown = measures.filter(|m| chosen.place(m.section, &m.name).is_some());
    // Recalls follow everything else in a report.
    let mut shown: Vec<_> = shown.collect();
    shown.sort_by_key(|measure| measure.section);
    let rows = shown.into_iter().map(|measure| Row {
        section: measure.section,
        name: measure.name.clone(),
        cells: vec![
            plain(measure.value, chosen.digits()),
            if measure.texts < report.data.texts {
                plural(measure.texts, "text")
            } else {
                String::new()
            },
        ],
    });
    render(&title, vec![report.model.clone()], rows.collect())
}

/// A comparison: the first variant's values, then those of each other one with their differences from them.
pub(super) fn of_comparison(comparison: &Comparison, chosen: &Chosen) -> Styled {
    let rows = chosen
        .of(comparison)
        .into_iter()
        .map(|(section, name)| Row {
            section,
            name: name.to_owned(),
            cells: comparison
                .variants
                .iter()
                .map(|variant| cell(variant, section, name, chosen.digits()))
                .collect(),
        });
    let title = format!(
        "{}; {}, and its difference from the first with a {} % interval ({} resamples); * marks an interval that excludes 0",
        describe(&comparison.data),
        value(comparison),
        LEVEL * 100.0,
        comparison.resamples,
    );
    let head = comparison.variants.iter().map(label);
    let table = render(&title, head.collect(), rows.collect());
    Styled::all([table, contrasts(comparison, chosen.digits()).into()])
}

/// A line for each contrast, if there are any.
pub(super) fn contrasts(comparison: &Comparison, digits: usize) -> String {
    let line = |Contrasted {
                    contrast,
                    difference,
                }: &Contrasted| {
        let difference = difference.as_ref();
        let difference = difference.map(|difference| interval(difference, digits));
        let difference = difference.unwrap_or_else(|| "–".to_owned());
        format!("\n{contrast}: {difference}\n")
    };
    comparison.contrasts.iter().map(line).collect()
}

fn cell(variant: &Compared, section: Section, name: &str, digits: usize) -> String {
    let Some((measure, difference)) = variant.find(section, name) else {
        return String::new();
    };
    let value = number(measure, digits);
    match difference {
        None => value,
        Some(difference) => {
            let star = if difference.interval.excludes_zero() {
                '*'
            } else {
                ' '
            };
            format!("{value}  {}{star}", interval(difference, digits))
        }
    }
}

/// What the first number of a cell is.
pub(super) fn value(comparison: &Comparison) -> &'static str {
    if comparison
        .variants
        .iter()
        .any(|variant| variant.runs.len() > 1)
    {
        "mean ± standard deviation over runs"
    } else {
        "value"
    }
}

/// A variant's name, and the number of its runs if there are several.
pub(super) fn label(variant: &Compared) -> String {
    match variant.runs.len() {
        1 => variant.name.clone(),
        runs => format!("{} ({runs} runs)", variant.name),
    }
}

/// A mean, and how far the runs scatter.
pub(super) fn number(measure: &Summary, digits: usize) -> String {
    let mean = plain(measure.mean, digits);
    match measure.deviation {
        Some(deviation) => format!("{mean} ± {deviation:.digits$}"),
        None => mean,
    }
}

/// A difference and its interval.
pub(super) fn interval(difference: &Difference, digits: usize) -> String {
    let Interval { low, high } = difference.interval;
    let value = difference.value;
    format!("{value:+.digits$} [{low:+.digits$}, {high:+.digits$}]")
}

/// What was measured.
pub(super) fn describe(data: &DataSet) -> String {
    let drawn = match data.drawn {
        Some(drawn) => format!(" drawn from {} with seed {}", drawn.from, drawn.seed),
        None => String::new(),
    };
    let texts = plural(data.texts, "text");
    format!("{} {}, {texts}{drawn}", data.task, data.part)
}

fn plain(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
}

/// Rows under their sections' names.
fn render(title: &str, head: Vec<String>, rows: Vec<Row>) -> Styled {
    let line = |first: String, cells: Vec<String>| -> Vec<Styled> {
        let cells = std::iter::once(first).chain(cells);
        cells.map(Styled::from).collect()
    };
    let mut lines = vec![line(String::new(), head)];
    let mut section = None;
    for row in rows {
        if section.replace(row.section) != Some(row.section) {
            lines.push(line(row.section.to_string(), Vec::new()));
        }
        lines.push(line(format!("  {}", row.name), row.cells));
    }
    Styled::all([format!("{title}\n\n").into(), Styled::table(lines, &[0])])
}

#[cfg(test)]
mod tests {
    use super::*;

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
            row(Section::Collapse, "电影", ["0.25", ""]),
        ];
        let expected = "title\n\n            safr\nprediction\n  accuracy   0.9\ncollapse\n  norm         –  12 texts\n  电影      0.25\n";
        let table = render("title", vec!["safr".into()], rows);
        assert_eq!(table.to_string(), expected);
    }
}
