//! A comparison as a table for a document: one line per variant, one column per measure.

use super::chosen::Chosen;
use super::table::{contrasts, describe, interval, label, number, value};
use crate::evaluate::{Compared, Comparison, Difference, LEVEL, Section, Summary};

/// The table, and a line that says what its numbers are.
pub(super) fn of_comparison(comparison: &Comparison, chosen: &Chosen) -> String {
    let names = chosen.of(comparison);
    let mut lines = vec![
        row("", names.iter().map(|(_, name)| format!("`{name}`"))),
        row("---", names.iter().map(|_| "---".to_owned())),
    ];
    lines.extend(comparison.variants.iter().map(|variant| {
        let cells = names
            .iter()
            .map(|&name| cell(variant, name, comparison.data.texts, chosen.digits()));
        row(&label(variant).replace('|', "\\|"), cells)
    }));
    format!(
        "{}\n\n{}: {}, and below it the difference from the first line with its {} % interval ({} paired resamples of texts and runs), bold where the interval excludes 0.\n",
        lines.join("\n"),
        describe(&comparison.data),
        value(comparison),
        LEVEL * 100.0,
        comparison.resamples,
    ) + &contrasts(comparison, chosen.digits())
}

fn row(first: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: String = cells.map(|cell| format!(" {cell} |")).collect();
    format!("| {first} |{cells}")
}

/// A measure, over how many of the `texts` if not all, and its difference.
fn cell(
    variant: &Compared,
    (section, name): (Section, &str),
    texts: usize,
    digits: usize,
) -> String {
    let Some((measure, difference)) = variant.find(section, name) else {
        return String::new();
    };
    let mean = number(measure, digits) + &rests_on(measure, texts);
    match difference {
        None => mean,
        Some(difference) => {
            let text = interval(difference, digits);
            let Difference { interval, .. } = difference;
            let mark = if interval.excludes_zero() { "**" } else { "" };
            format!("{mean}<br>{mark}{text}{mark}")
        }
    }
}

/// Over how many texts a measure is taken, over its runs; nothing if it is over all.
fn rests_on(measure: &Summary, all: usize) -> String {
    let least = measure.texts.iter().min().copied().unwrap_or(all);
    let most = measure.texts.iter().max().copied().unwrap_or(all);
    match (least, most) {
        _ if least == all => String::new(),
        _ if least == most => format!(" ({least} texts)"),
        _ => format!(" ({least} to {most} texts)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::{COMPARISON_VERSION, DataSet, Interval};

    #[test]
    fn a_table_by_hand() {
        let variant = |name: &str, mean, texts: [usize; 2], difference| Compared {
            name: name.into(),
            runs: vec!["1".into(), "2".into()],
            measures: vec![Summary {
                section: Section::Prediction,
                name: "accuracy".into(),
                mean: Some(mean),
                deviation: Some(0.01),
                values: vec![Some(mean - 0.01), Some(mean + 0.01)],
                texts: texts.to_vec(),
            }],
            intervals: vec![None],
            differences: vec![difference],
        };
        let by = |value, low, high| {
            Some(Difference {
                value,
                interval: Interval { low, high },
            })
        };
        let comparison = Comparison {
            version: COMPARISON_VERSION,
            data: DataSet {
                task: "sst2".into(),
                part: "test".into(),
                texts: 9,
                drawn: None,
                sha256: "00".into(),
            },
            resamples: 100,
            seed: 0,
            variants: vec![
                variant("a|b", 0.8, [9, 9], None),
                variant("more", 0.9, [7, 7], by(0.1, 0.05, 0.15)),
                variant("less", 0.75, [5, 9], by(-0.05, -0.1, 0.0)),
            ],
            contrasts: vec![],
        };
        let table = of_comparison(&comparison, &Chosen::default());
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[..5],
            [
                "|  | `accuracy` |",
                "| --- | --- |",
                "| a\\|b (2 runs) | 0.8000 ± 0.0100 |",
                "| more (2 runs) | 0.9000 ± 0.0100 (7 texts)<br>**+0.1000 [+0.0500, +0.1500]** |",
                "| less (2 runs) | 0.7500 ± 0.0100 (5 to 9 texts)<br>-0.0500 [-0.1000, +0.0000] |",
            ]
        );
        assert!(lines[6].starts_with("sst2 test, 9 texts: mean"), "{table}");
    }
}
