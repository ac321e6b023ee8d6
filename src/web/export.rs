//! What a person takes home from the page: a chart as a picture or as numbers, and the explanation.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::Session;
use super::convert::failure;
use crate::chart::{self, Chart, ChartError, Excerpt};
use crate::engine::EngineError;
use crate::explain::{Explanation, Origin};

/// What is taken.
#[derive(Deserialize)]
struct Wanted {
    chart: Chart,
    form: Form,
    origin: Origin,
}

/// As what.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    Svg,
    Csv,
    Json,
}

#[wasm_bindgen]
impl Session {
    /// What the model `id`, changed as `without` says, makes of a text, to be kept in a file. `wanted` is
    /// `{chart, form, origin}`: a [`Chart`], one of `svg`, `csv` and `json`, and an [`Origin`]. As JSON it is the whole
    /// explanation, from which `safr explain --from` draws the same charts.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails or there is no such model or part.
    pub async fn export(
        &self,
        id: String,
        text: String,
        without: &str,
        wanted: JsValue,
    ) -> Result<String, JsValue> {
        let Wanted {
            chart,
            form,
            origin,
        } = serde_wasm_bindgen::from_value(wanted)?;
        let changes = without.parse().map_err(EngineError::Options)?;
        let model = self.inner.model(&id)?;
        let explanation = Explanation {
            origin: Some(origin),
            ..model.explain_changed(&text, &changes).await?
        };
        let excerpt = Excerpt {
            explanation: &explanation,
            chart,
        };
        Ok(match form {
            Form::Svg => chart::svg(&excerpt)?,
            Form::Csv => chart::csv(&excerpt)?,
            Form::Json => serde_json::to_string(&explanation)
                .map_err(|error| JsError::new(&error.to_string()))?,
        })
    }
}

impl From<ChartError> for JsValue {
    fn from(error: ChartError) -> Self {
        failure(
            "chart",
            &error.to_string(),
            "Take it as another kind of file.",
        )
    }
}
