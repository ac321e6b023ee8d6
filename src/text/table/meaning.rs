//! What a label means, however it is written.

use crate::text::plain::Plain;

/// The one of `names` that a label means: itself, otherwise the first that is alike.
pub fn meant<'a>(label: &str, names: &'a [String]) -> Option<&'a String> {
    let itself = names.iter().find(|name| *name == label);
    itself.or_else(|| names.iter().find(|name| meaning(name) == meaning(label)))
}

/// What a label means, however it is written.
pub(super) fn meaning(label: &str) -> String {
    let plain = Plain::of(label).text().to_lowercase();
    match plain.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ => plain.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}
