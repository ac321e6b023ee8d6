//! Puts tables into a document, between marks; everything else in it is left as it is.

use anyhow::{Context, Result};

/// Ends every table.
const END: &str = "<!-- end -->";

/// `document` with `text` as its table `name`.
///
/// # Errors
/// If the document has no place for it.
pub fn put(document: &str, name: &str, text: &str) -> Result<String> {
    let begin = format!("<!-- table: {name} -->");
    let problem = || {
        format!(
            "the document has no place for the table {name}: write {begin} and {END} where it belongs"
        )
    };
    let (before, rest) = document.split_once(&begin).with_context(problem)?;
    let (former, after) = rest.split_once(END).with_context(problem)?;
    let next = former.contains("<!-- table:");
    anyhow::ensure!(!next, "the table {name} of the document has no {END}");
    let text = text.trim();
    Ok(format!("{before}{begin}\n{text}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str =
        "Mine.\n<!-- table: a -->\nold\n<!-- end -->\nMine, too.\n<!-- table: b --><!-- end -->";

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() -> Result<()> {
        let once = put(DOCUMENT, "a", "new\n\n")?;
        assert_eq!(once, DOCUMENT.replace("old", "new"));
        assert_eq!(put(&once, "a", "new")?, once);
        let both = put(&once, "b", "x")?;
        assert!(
            both.ends_with("Mine, too.\n<!-- table: b -->\nx\n<!-- end -->"),
            "{both}"
        );
        Ok(())
    }

    #[test]
    fn a_table_without_a_place_is_named() {
        for (document, name) in [
            (DOCUMENT, "c"),
            ("<!-- table: c --> x", "c"),
            ("<!-- table: c --> <!-- table: a --> <!-- end -->", "c"),
        ] {
            let problem = put(document, name, "x")
                .err()
                .map(|problem| problem.to_string());
            assert!(problem.is_some_and(|problem| problem.contains("the table c")));
        }
    }
}
