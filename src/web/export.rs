//! What a person takes home from the page: a chart as a picture or as numbers, and the explanation.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::convert::failure;
use super::{Session, Tuning};
use crate::chart::{self, Chart, ChartError, Excerpt};
use crate::engine::EngineError;
use crate::evaluate::Curves;
use crate::explain::{Explanation, Origin};

/// What is taken.
#[derive(Deserialize)]
struct Wanted {
    chart: Chart,
    form: Form,
    origin: Origin,
    /// What was measured of it.
    faithfulness: Option<Curves>,
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
impl Tuning {
    /// The curves of the run so far, to be kept in a file: one of `svg`, `csv` and `json`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if they cannot be drawn.
    pub fn export(&self, form: JsValue) -> Result<String, JsValue> {
        let history = self.inner.history();
        Ok(match serde_wasm_bindgen::from_value(form)? {
            Form::Svg => chart::svg(history)?,
            Form::Csv => chart::history_csv(history)?,
            Form::Json => chart::json(history)?,
        })
    }
}

#[wasm_bindgen]
impl Session {
    /// What the model `id`, changed as `without` says, makes of a text, by the neurons of its layer number
    /// `layer`, to be kept in a file. `wanted` is
    /// `{chart, form, origin, faithfulness}`: a [`Chart`], one of `svg`, `csv` and `json`, an [`Origin`], and the
    /// [`Curves`] if they were measured. As JSON it is all of that, from which `safr explain --from` draws the same charts.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails or there is no such model or part.
    pub async fn export(
        &self,
        id: String,
        text: String,
        without: &str,
        layer: Option<usize>,
        wanted: JsValue,
    ) -> Result<String, JsValue> {
        let Wanted {
            chart,
            form,
            origin,
            faithfulness,
        } = serde_wasm_bindgen::from_value(wanted)?;
        let changes = without.parse().map_err(EngineError::Options)?;
        let model = self.inner.model(&id)?;
        let explanation = Explanation {
            origin: Some(origin),
            ..model
                .explain_layer(&text, &changes, model.layer(layer))
                .await?
        };
        let excerpt = Excerpt {
            explanation: &explanation,
            curves: faithfulness.as_ref(),
            chart,
        };
        Ok(match form {
            Form::Svg => chart::svg(&excerpt)?,
            Form::Csv => chart::csv(&excerpt)?,
            Form::Json => excerpt.json()?,
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
