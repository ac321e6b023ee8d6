//! Which columns of a table hold text and label: by the names asked for, or by
//! the names that such columns usually have.

use super::values::{counts, label_of_two};
use super::{Role, Row, Table, TableError};

/// Usual names of a text column, the surest first.
const TEXT: [&str; 12] = [
    "text",
    "sentence",
    "review",
    "comment",
    "content",
    "message",
    "question",
    "utterance",
    "tweet",
    "phrase",
    "document",
    "body",
];
/// Usual names of a label column, the surest first.
const LABEL: [&str; 9] = [
    "label",
    "class",
    "sentiment",
    "category",
    "polarity",
    "target",
    "intent",
    "topic",
    "stars",
];

/// Where a table's texts and labels are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Index of the column of the texts.
    pub text: usize,
    /// Index of the column of the labels.
    pub label: usize,
}

impl Columns {
    /// [`choose`](Self::choose) for a table; of two columns without a usual name, the labels are
    /// those that repeat.
    ///
    /// # Errors
    /// As `choose`, and if the table holds no labels.
    pub fn of(table: &Table, text: Option<&str>, label: Option<&str>) -> Result<Self, TableError> {
        if table.columns.len() < 2 {
            return Err(TableError::NoLabels);
        }
        let chosen = Self::choose(&table.columns, text, label);
        if chosen.is_ok() || (text, label) != (None, None) || table.columns.len() > 2 {
            return chosen;
        }
        let rows: Vec<&Row> = table.rows.iter().collect();
        let label = label_of_two(&rows);
        let labels = counts(&rows, label).len();
        if labels > 2 && labels > rows.len() / 2 {
            return Err(TableError::NoLabels);
        }
        let text = 1 - label;
        Ok(Self { text, label })
    }

    /// Finds the columns named `text` and `label`, or, if no column has that name, those with that number, from 1;
    /// for `None`, one with a usual name, in upper or lower case, or the remaining one of two.
    ///
    /// # Errors
    /// Lists the existing columns if a name is not among them or none is
    /// usual.
    pub fn choose(
        columns: &[String],
        text: Option<&str>,
        label: Option<&str>,
    ) -> Result<Self, TableError> {
        let found = (
            find(columns, text, Role::Text)?,
            find(columns, label, Role::Label)?,
        );
        let other = |index: usize| (columns.len() == 2).then(|| 1 - index);
        let missing = |role| TableError::NoColumn {
            role,
            asked: None,
            columns: columns.to_vec(),
        };
        let (text, label) = match found {
            (Some(text), Some(label)) => (text, label),
            (Some(text), None) => (text, other(text).ok_or_else(|| missing(Role::Label))?),
            (None, Some(label)) => (other(label).ok_or_else(|| missing(Role::Text))?, label),
            (None, None) => return Err(missing(Role::Text)),
        };
        if text == label {
            return Err(TableError::OneColumn(columns[text].clone()));
        }
        Ok(Self { text, label })
    }

    /// Index of the column of the texts, where no labels are needed, found as by [`choose`](Self::choose); a column
    /// that is alone needs no name.
    ///
    /// # Errors
    /// Lists the existing columns if a name is not among them or none is usual.
    pub fn text(columns: &[String], text: Option<&str>) -> Result<usize, TableError> {
        let alone = (text.is_none() && columns.len() == 1).then_some(0);
        let found = find(columns, text, Role::Text)?.or(alone);
        found.ok_or_else(|| TableError::NoColumn {
            role: Role::Text,
            asked: None,
            columns: columns.to_vec(),
        })
    }
}

/// Whether text or label columns usually have that name.
pub(super) fn is_usual(name: &str) -> bool {
    let mut names = TEXT.iter().chain(&LABEL);
    names.any(|usual| usual.eq_ignore_ascii_case(name.trim()))
}

fn find(columns: &[String], name: Option<&str>, role: Role) -> Result<Option<usize>, TableError> {
    let Some(name) = name else {
        let usual: &[&str] = match role {
            Role::Text => &TEXT,
            Role::Label => &LABEL,
        };
        let place = |name: &&str| {
            columns
                .iter()
                .position(|column| column.eq_ignore_ascii_case(name))
        };
        return Ok(usual.iter().find_map(place));
    };
    let mut places = (0..columns.len()).filter(|&at| columns[at] == name);
    match (places.next(), places.next()) {
        (Some(_), Some(_)) => Err(TableError::TwoColumns(name.to_owned())),
        (Some(place), None) => Ok(Some(place)),
        (None, _) => match name.parse().unwrap_or(0) {
            number if (1..=columns.len()).contains(&number) => Ok(Some(number - 1)),
            _ => Err(TableError::NoColumn {
                role,
                asked: Some(name.to_owned()),
                columns: columns.to_vec(),
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(
        columns: &[&str],
        text: Option<&str>,
        label: Option<&str>,
    ) -> Result<(usize, usize), TableError> {
        let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
        Columns::choose(&columns, text, label).map(|columns| (columns.text, columns.label))
    }

    #[test]
    fn usual_names_are_found_the_surest_first() {
        assert_eq!(choose(&["id", "Label", "TEXT"], None, None), Ok((2, 1)));
        assert_eq!(choose(&["body", "class", "text"], None, None), Ok((2, 1)));
        assert_eq!(choose(&["sentiment", "remark"], None, None), Ok((1, 0)));
        assert_eq!(choose(&["mood", "sentence"], None, None), Ok((1, 0)));
    }

    #[test]
    fn columns_asked_for_come_before_usual_ones() {
        let columns = ["text", "label", "note", "mood"];
        assert_eq!(choose(&columns, Some("note"), Some("mood")), Ok((2, 3)));
        assert_eq!(choose(&columns, None, Some("mood")), Ok((0, 3)));
        assert_eq!(choose(&columns, Some("3"), Some("4")), Ok((2, 3)));
        assert_eq!(choose(&["3", "2", "1"], Some("1"), Some("2")), Ok((2, 1)));
        assert!(
            choose(&columns, Some("0"), None).is_err()
                && choose(&columns, Some("5"), None).is_err()
        );
    }

    #[test]
    fn texts_are_found_where_there_are_no_labels() {
        let of = |columns: &[&str], text| {
            let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
            Columns::text(&columns, text)
        };
        assert_eq!(of(&["id", "Review", "body"], None), Ok(1));
        assert_eq!(of(&["remark"], None), Ok(0));
        assert_eq!(of(&["id", "remark"], Some("remark")), Ok(1));
        assert_eq!(of(&["id", "remark"], Some("2")), Ok(1));
        for (columns, text) in [
            (&["id", "remark"][..], None),
            (&["id"], Some("text")),
            (&[], None),
        ] {
            assert!(of(columns, text).is_err(), "{columns:?}");
        }
    }

    #[test]
    fn what_cannot_be_told_lists_the_columns() {
        let error = choose(&["id", "mood", "note"], None, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot tell which column holds the texts; choose one of: id, mood, note"
        );
        let error = choose(&["", "v1", "v2"], None, None).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("choose one of: 1 (without a name), v1, v2"),
            "{error}"
        );
        let error = choose(&["1", "2", "3"], Some("7"), Some("1")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("there is no column \"7\" for the texts"),
            "{error}"
        );
        let error = choose(&["text", "mood", "note"], None, Some("Mood")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no column \"Mood\" for the labels; choose one of: text, mood, note"
        );
        assert_eq!(
            choose(&["text", "a", "a"], None, Some("a")),
            Err(TableError::TwoColumns("a".into()))
        );
        assert_eq!(
            choose(&["text", "a"], None, Some("text")),
            Err(TableError::OneColumn("text".into()))
        );
    }
}
