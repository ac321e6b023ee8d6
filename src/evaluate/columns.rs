//! From the values of text after text to one column per measure.

use super::{Column, Section};

/// The measures of one text by name.
pub(super) type Values = Vec<(String, Option<f64>)>;

/// One column for each name, from texts that all have the same names in the same order.
pub(super) fn columns(section: Section, texts: &[Values]) -> Vec<Column> {
    let names = texts.first().into_iter().flatten().map(|(name, _)| name);
    let column = |(at, name): (usize, &String)| Column {
        section,
        name: name.clone(),
        values: texts
            .iter()
            .map(|text| text[at].1.map(|value| value as f32))
            .collect(),
    };
    names.enumerate().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_holds_one_value_a_text() {
        let text = |a, b| vec![("a".to_owned(), a), ("b".to_owned(), b)];
        let texts = [text(Some(1.0), None), text(Some(0.5), Some(2.0))];
        let columns = columns(Section::Faithfulness, &texts);
        let found: Vec<_> = columns
            .iter()
            .map(|column| (column.name.as_str(), &column.values[..]))
            .collect();
        assert_eq!(
            found,
            [
                ("a", &[Some(1.0), Some(0.5)][..]),
                ("b", &[None, Some(2.0)][..])
            ]
        );
    }
}
