//! How long things take, for people.

use std::fmt::Display;
use std::time::{Duration, Instant};

use humantime::format_duration;

/// The time since `start`, as `1m 30s`.
pub fn since(start: Instant) -> impl Display {
    duration(start.elapsed().as_secs_f64())
}

/// These seconds, as `1m 30s`.
pub fn duration(seconds: f64) -> impl Display {
    format_duration(Duration::from_secs(seconds.round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_whole() {
        let said = [0.4, 59.4, 59.6, 3599.0, 36_123.0].map(|seconds| duration(seconds).to_string());
        assert_eq!(said, ["0s", "59s", "1m", "59m 59s", "10h 2m 3s"]);
    }
}
