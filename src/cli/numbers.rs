//! Ranges of the numbers on the command line: values outside are refused before any work is done.

use std::str::FromStr;

/// 1 or more.
pub(super) fn count(text: &str) -> Result<usize, &'static str> {
    match text.parse() {
        Ok(0) | Err(_) => Err("it must be a whole number of 1 or more"),
        Ok(count) => Ok(count),
    }
}

/// A weight, a factor or a step size: 0 or more.
pub(super) fn weight<N: FromStr + Into<f64> + Copy>(text: &str) -> Result<N, &'static str> {
    let fits = |value: f64| value.is_finite() && value >= 0.0;
    number(text, fits, "it must be a number of 0 or more")
}

/// Any number except infinity and NaN.
pub(super) fn finite<N: FromStr + Into<f64> + Copy>(text: &str) -> Result<N, &'static str> {
    number(text, f64::is_finite, "it must be a number")
}

/// A share or a rate that is neither nothing nor everything.
pub(super) fn share(text: &str) -> Result<f64, &'static str> {
    let fits = |value: f64| 0.0 < value && value < 1.0;
    number(text, fits, "it must be more than 0 and less than 1")
}

fn number<N: FromStr + Into<f64> + Copy>(
    text: &str,
    fits: impl Fn(f64) -> bool,
    wrong: &'static str,
) -> Result<N, &'static str> {
    let number: N = text.parse().map_err(|_| wrong)?;
    if fits(number.into()) {
        Ok(number)
    } else {
        Err(wrong)
    }
}
