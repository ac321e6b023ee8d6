//! Labels that people mean as one class although they are written in several ways.

use std::collections::BTreeMap;

use super::meaning::meaning;
use super::{LabelledText, LabelledTexts, meant};

impl LabelledTexts {
    /// The labels that differ only in case, blanks, invisible characters or the way a number is written, in
    /// groups of two or more: in each, the most frequent one comes first.
    pub fn alike(&self) -> Vec<Vec<String>> {
        let groups = self.by_meaning().into_values();
        groups.filter(|group| group.len() > 1).collect()
    }

    /// The labels of the texts by what they mean, the most frequent one first.
    fn by_meaning(&self) -> BTreeMap<String, Vec<String>> {
        let mut groups: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
        for text in &self.texts {
            let group = groups.entry(meaning(&text.label)).or_default();
            *group.entry(&text.label).or_default() += 1;
        }
        let sorted = groups.into_iter().map(|(meaning, group)| {
            let mut labels: Vec<_> = group.into_iter().collect();
            labels.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
            let labels = labels.into_iter().map(|(label, _)| label.to_owned());
            (meaning, labels.collect())
        });
        sorted.collect()
    }

    /// Makes one label of each group of [`alike`](Self::alike) ones: the one of `names` that is meant, otherwise the
    /// most frequent one. So do those of the lines that cannot be used.
    pub fn merge_alike(&mut self, names: &[String]) {
        let groups = self.by_meaning();
        let chosen = |label: &str| {
            let likeliest = || groups.get(&meaning(label))?.first();
            meant(label, names).or_else(likeliest).cloned()
        };
        for LabelledText { label, .. } in &mut self.texts {
            if let Some(name) = chosen(label) {
                *label = name;
            }
        }
        for (label, count) in std::mem::take(&mut self.lost) {
            *self
                .lost
                .entry(chosen(&label).unwrap_or(label))
                .or_default() += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Columns, Format, Table};
    use super::*;

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

    /// A label of which no other text is left counts with those that it is merged into.
    #[test]
    fn what_is_lost_is_merged_with_what_is_left() {
        let rows = "a,pos\na,pos\na,neg\n,POS\n,Pos\n,__label__Neg\n,other\n";
        let table = format!("text,label\n{rows}");
        let table = Table::parse(table.as_bytes(), Format::recognise(b"a,b")).unwrap();
        let mut texts = table.labelled(Columns { text: 0, label: 1 });
        let lost = |lost: &[(&str, usize)]| {
            let lost = lost.iter().map(|&(label, count)| (label.to_owned(), count));
            lost.collect::<BTreeMap<_, _>>()
        };
        assert_eq!(
            texts.lost,
            lost(&[("Neg", 1), ("POS", 1), ("Pos", 1), ("other", 1)])
        );
        texts.merge_alike(&["NEG".to_owned()]);
        assert_eq!(texts.lost, lost(&[("NEG", 1), ("other", 1), ("pos", 2)]));
        assert_eq!(
            texts.losses(),
            [
                "1 of the 2 texts with the label \"NEG\" cannot be used",
                "the only text with the label \"other\" cannot be used",
                "2 of the 4 texts with the label \"pos\" cannot be used"
            ]
        );
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
