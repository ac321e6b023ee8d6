//! Columns on a terminal: as wide as what is seen, where a CJK character takes two places and an accent none.

use unicode_width::UnicodeWidthStr;

use super::out::printable;

/// Places that a text takes.
pub(super) fn width(text: &str) -> usize {
    printable(text).width()
}

/// The text at the left of a column.
pub(super) fn left(text: &str, column: usize) -> String {
    text.to_owned() + &blanks(text, column)
}

/// The text at the right of a column.
pub(super) fn right(text: &str, column: usize) -> String {
    blanks(text, column) + text
}

fn blanks(text: &str, column: usize) -> String {
    " ".repeat(column.saturating_sub(width(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_counted() {
        for (text, places) in [
            ("film", 4),
            ("电影", 4),
            ("cafe\u{301}", 4),
            ("👍🏽", 2),
            ("a\u{1b}b", 8),
        ] {
            assert_eq!(width(text), places, "{text:?}");
            assert_eq!(width(&left(text, 9)), 9, "{text:?}");
            assert_eq!(width(&right(text, 9)), 9, "{text:?}");
        }
        assert_eq!(right("电影", 6), "  电影");
        assert_eq!(left("longer", 2), "longer");
    }
}
