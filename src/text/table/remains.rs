//! What can be read of rows that cannot be used: which labels their texts have.

use std::collections::BTreeSet;

use super::label::bare;

/// What can be read of a row that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remains {
    /// Nothing.
    Nothing,
    /// Its fields, which may be more or fewer than the table has columns.
    Fields(Vec<String>),
    /// Its labels, of which there are several.
    Labels(Vec<String>),
}

/// Where text and label are among the fields of a row that can be used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    /// Number of its fields.
    pub(super) width: usize,
    /// Place of the text.
    pub(super) text: usize,
    /// Place of the label.
    pub(super) label: usize,
}

impl Remains {
    /// The labels of the row; none if they cannot be told. In a row with too few fields or too many, it is one of the
    /// `known` labels that stands where labels do, counted from the last field or from the first: a text that holds
    /// the delimiter moves what comes after it.
    pub(super) fn labels(self, places: Places, known: &BTreeSet<&str>) -> Vec<String> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Labels(labels) => labels,
            Self::Fields(fields) => places.label(&fields, known).into_iter().collect(),
        }
    }
}

impl Places {
    fn label(self, fields: &[String], known: &BTreeSet<&str>) -> Option<String> {
        let at = |place: usize| fields.get(place).map(|field| bare(field));
        if fields.len() == self.width {
            let is_whole = |label: &&str| !label.is_empty() && !label.contains('\u{fffd}');
            return at(self.label).filter(is_whole).map(str::to_owned);
        }
        let from_first = Some(self.label);
        let from_last = (fields.len() + self.label).checked_sub(self.width);
        let places = match self.label < self.text {
            true => [from_first, from_last],
            false => [from_last, from_first],
        };
        let labels = places.into_iter().flatten().filter_map(at);
        let mut labels = labels.filter(|label| known.contains(label));
        labels.next().map(str::to_owned)
    }
}
