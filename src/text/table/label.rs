//! A label as a table has it.

/// What comes directly before a label, as fastText takes them.
pub(super) const PREFIX: &str = "__label__";

/// A label without blanks around it, and without the prefix.
pub(super) fn bare(label: &str) -> &str {
    let label = label.trim();
    label.strip_prefix(PREFIX).unwrap_or(label)
}
