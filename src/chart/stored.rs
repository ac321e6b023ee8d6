//! What a figure shows as JSON, and back.

use serde::{Deserialize, Serialize};

use super::{ChartError, Excerpt};
use crate::evaluate::Curves;
use crate::explain::{Explanation, ExplanationError};

/// What is written: the explanation's own fields, and what was measured of it.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    explanation: &'a Explanation,
    #[serde(skip_serializing_if = "Option::is_none")]
    faithfulness: Option<&'a Curves>,
}

/// What is read besides the explanation.
#[derive(Deserialize)]
struct Measured {
    faithfulness: Option<Curves>,
}

impl Excerpt<'_> {
    /// All that it is a part of.
    ///
    /// # Errors
    /// Never in practice: if it cannot be written.
    pub fn json(&self) -> Result<String, ChartError> {
        json(&Written {
            explanation: self.explanation,
            faithfulness: self.curves,
        })
    }
}

/// A value as JSON.
///
/// # Errors
/// Never in practice: if it cannot be written.
pub fn json(value: &impl Serialize) -> Result<String, ChartError> {
    serde_json::to_string(value).map_err(|error| ChartError::Draw(error.to_string()))
}

/// Reads what [`Excerpt::json`] has written, or an explanation alone.
///
/// # Errors
/// If it is no explanation of this version, or its parts do not fit each other.
pub fn read(json: &str) -> Result<(Explanation, Option<Curves>), ExplanationError> {
    let explanation = Explanation::from_json(json)?;
    let Measured { faithfulness } = serde_json::from_str(json)?;
    let classes = explanation.prediction.as_ref();
    let classes = classes.map_or(0, |prediction| prediction.classes.len());
    if faithfulness
        .as_ref()
        .is_some_and(|curves| curves.class >= classes)
    {
        return Err(ExplanationError::Broken("its curves are of another class"));
    }
    Ok((explanation, faithfulness))
}
