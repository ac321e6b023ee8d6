//! Tables: columns as wide as their visible contents, where a CJK character takes two places and an accent or a colour
//! takes none.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Padding, Style};

use super::Styled;

impl Styled {
    /// Rows of cells, each at the right of its column, except in the columns `left`.
    pub(in crate::cli) fn table(rows: Vec<Vec<Self>>, left: &[usize]) -> Self {
        let cells = rows
            .into_iter()
            // A line end would be taken for the table's own.
            .map(|row| row.into_iter().map(|cell| cell.0.replace('\n', "\\n")));
        let mut table = Builder::from_iter(cells).build();
        table
            .with(Style::empty())
            .with(Padding::new(0, 2, 0, 0))
            .with(Alignment::right());
        for &column in left {
            table.modify(Columns::one(column), Alignment::left());
        }
        let table = table.to_string();
        Self(
            table
                .lines()
                .map(|line| line.trim_end().to_owned() + "\n")
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::out::FOR;

    #[test]
    fn what_is_seen_is_counted() {
        let texts = ["film", "电影", "cafe\u{301}", "👍🏽", "a\u{1b}b", "a\nb"];
        let rows = |left: &[usize]| {
            let row =
                |text: &str| vec![Styled::from(text), Styled::in_style(FOR, "+1"), "x".into()];
            Styled::table(texts.map(row).into(), left).to_string()
        };
        let green = "\u{1b}[32m+1\u{1b}[0m";
        let seen = [
            "    film",
            "    电影",
            "    cafe\u{301}",
            "      👍🏽",
            "a\\u{1b}b",
            "    a\\nb",
        ];
        assert_eq!(
            rows(&[]),
            seen.map(|text| format!("{text}  {green}  x\n")).concat()
        );
        let seen = [
            "film    ",
            "电影    ",
            "cafe\u{301}    ",
            "👍🏽      ",
            "a\\u{1b}b",
            "a\\nb    ",
        ];
        assert_eq!(
            rows(&[0]),
            seen.map(|text| format!("{text}  {green}  x\n")).concat()
        );
    }

    #[test]
    fn rows_may_be_short_or_empty() {
        let rows = [vec!["title"], vec![], vec!["a", "b"]];
        let rows = rows.map(|row| row.into_iter().map(Styled::from).collect());
        assert_eq!(
            Styled::table(rows.into(), &[0]).to_string(),
            "title\n\na      b\n"
        );
    }
}
