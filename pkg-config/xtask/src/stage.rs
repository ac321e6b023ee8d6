//! Says what is being done, and how long it took.

use std::fmt::Display;
use std::time::Instant;

use anyhow::Result;

/// Does `work`, and says so before it and after it; `note` is what one should know meanwhile.
pub(crate) fn stage<T>(
    name: impl Display,
    note: impl Display,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    println!("{name}: {note} …");
    let start = Instant::now();
    let result = work();
    let outcome = if result.is_ok() {
        "done in"
    } else {
        "failed after"
    };
    println!("{name}: {outcome} {}", since(start));
    result
}

/// The time since `start`, for people.
pub(crate) fn since(start: Instant) -> String {
    duration(start.elapsed().as_secs_f64())
}

/// Seconds for people.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_for_people() {
        let said = [0.4, 59.4, 59.6, 3599.0, 3600.0, 36_123.0].map(duration);
        assert_eq!(
            said,
            [
                "0 s",
                "59 s",
                "1 min 0 s",
                "59 min 59 s",
                "1 h 0 min",
                "10 h 2 min"
            ]
        );
    }
}
