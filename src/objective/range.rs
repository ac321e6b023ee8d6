//! Ranges of an objective's and a recipe's numbers: a value outside is refused with its place in the file.

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected};

use crate::model::Winners;

/// A weight, a factor or a step size: 0 or more.
pub(crate) fn weight<'de, D: Deserializer<'de>>(number: D) -> Result<f64, D::Error> {
    let fits = |value: f64| value.is_finite() && value >= 0.0;
    within(number, fits, "a number of 0 or more")
}

/// A share or a rate that is neither nothing nor everything.
pub(crate) fn share<'de, D: Deserializer<'de>>(number: D) -> Result<f64, D::Error> {
    let fits = |value: f64| 0.0 < value && value < 1.0;
    within(number, fits, "a number of more than 0 and less than 1")
}

/// A part of a whole, which may be nothing or everything.
pub(crate) fn part<'de, D: Deserializer<'de>>(number: D) -> Result<f64, D::Error> {
    let fits = |value: f64| (0.0..=1.0).contains(&value);
    within(number, fits, "a number between 0 and 1")
}

/// A probability of leaving something out, which must not leave out everything.
pub(crate) fn dropout<'de, D: Deserializer<'de>>(number: D) -> Result<f64, D::Error> {
    let fits = |value: f64| (0.0..1.0).contains(&value);
    within(number, fits, "a number of 0 or more and less than 1")
}

/// The same where a key may be left out.
pub(crate) fn some_dropout<'de, D: Deserializer<'de>>(number: D) -> Result<Option<f64>, D::Error> {
    dropout(number).map(Some)
}

/// 1 or more.
pub(crate) fn count<'de, D: Deserializer<'de>>(number: D) -> Result<usize, D::Error> {
    match usize::deserialize(number)? {
        0 => Err(Error::invalid_value(
            Unexpected::Unsigned(0),
            &"a whole number of 1 or more",
        )),
        value => Ok(value),
    }
}

/// Winners, if there are any.
pub(crate) fn winners<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Winners>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct InRange {
        #[serde(deserialize_with = "count")]
        count: usize,
        #[serde(default, deserialize_with = "part")]
        correlated: f64,
    }
    let InRange { count, correlated } = InRange::deserialize(value)?;
    Ok(Some(Winners { count, correlated }))
}

fn within<'de, D: Deserializer<'de>>(
    number: D,
    fits: impl Fn(f64) -> bool,
    range: &'static str,
) -> Result<f64, D::Error> {
    let value = f64::deserialize(number)?;
    match fits(value) {
        true => Ok(value),
        false => Err(Error::invalid_value(Unexpected::Float(value), &range)),
    }
}
