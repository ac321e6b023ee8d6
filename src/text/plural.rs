//! Numbers of things in sentences.

/// A number with its noun, such as "1 text" and "2 texts".
pub(crate) fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
