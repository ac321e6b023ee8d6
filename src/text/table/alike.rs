//! Labels that people mean as one class although they are written in several ways.

use std::collections::BTreeMap;

use super::meaning::meaning;
use super::{LabelledText, LabelledTexts, meant};

impl LabelledTexts {
    /// The labels that differ only in case, blanks, invisible characters or the way a number is written, in
    /// groups of two or more: in each, the most frequent one comes first.
    pub fn alike(&self) -> Vec<Vec<String>> {
        let mut groups: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
        for text in &self.texts {
            let group = groups.entry(meaning(&text.label)).or_default();
            *group.entry(&text.label).or_default() += 1;
        }
        let several = groups.into_values().filter(|group| group.len() > 1);
        several
            .map(|group| {
                let mut labels: Vec<_> = group.into_iter().collect();
                labels.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
                labels
                    .into_iter()
                    .map(|(label, _)| label.to_owned())
                    .collect()
            })
            .collect()
    }

    /// Makes one label of each group of [`alike`](Self::alike) ones: the one of `names` that is meant, otherwise the
    /// most frequent one.
    pub fn merge_alike(&mut self, names: &[String]) {
        let groups = self.alike().into_iter();
        let chosen: BTreeMap<String, String> = groups
            .filter_map(|group| Some((meaning(group.first()?), group.first()?.clone())))
            .collect();
        for LabelledText { label, .. } in &mut self.texts {
            if let Some(name) = meant(label, names).or_else(|| chosen.get(&meaning(label))) {
                label.clone_from(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Columns, Format, Table};

    fn merged(labels: &[&str], names: &[&str]) -> (Vec<Vec<String>>, Vec<String>) {
        let rows: String = labels
            .iter()
            .map(|label| format!("a text,{label}\n"))
            .collect();
        let table = Table::parse(
            format!("text,label\n{rows}").as_bytes(),
            Format::recognise(b"a,b"),
        )
        .unwrap();
        let mut texts = table.labelled(Columns { text: 0, label: 1 });
        let alike = texts.alike();
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        texts.merge_alike(&names);
        (
            alike,
            texts.texts.into_iter().map(|text| text.label).collect(),
        )
    }

    #[test]
    fn labels_that_mean_the_same_are_found_and_merged() {
        let labels = [
            "Pos",
            "pos",
            "pos",
            "neg",
            "PO\u{ad}S",
            "very  good",
            "very good",
            "1",
            "1.0",
            "2",
        ];
        let (alike, merged_labels) = merged(&labels, &[]);
        assert_eq!(
            alike,
            [
                vec!["1", "1.0"],
                vec!["pos", "PO\u{ad}S", "Pos"],
                vec!["very  good", "very good"]
            ]
        );
        let expected = [
            "pos",
            "pos",
            "pos",
            "neg",
            "pos",
            "very  good",
            "very  good",
            "1",
            "1",
            "2",
        ];
        assert_eq!(merged_labels, expected);
        assert_eq!(
            merged(&["Pos", "pos", "neg"], &["POS", "NEG"]).1,
            ["POS", "POS", "NEG"]
        );
        assert_eq!(
            merged(&["pos", "Pos", "POS"], &["Pos", "POS"]).1,
            ["Pos", "Pos", "POS"],
            "what is a name stays"
        );
        assert_eq!(
            merged(&["pos", "neg", "1", "10"], &[]).0,
            Vec::<Vec<String>>::new()
        );
    }
}
