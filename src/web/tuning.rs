//! Fine-tuning as the page's Worker calls it; `www/src/tuning-protocol.js` has the shapes of all
//! values.

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::convert::{failure, files_of, js_files, to_js};
use super::session::{ModelInfo, Session};
use super::{advised, advised_report, command, view};
use crate::engine::{self, DataChoices, EngineError, TuningOptions};
use crate::package::huggingface::{self, Import};
use crate::package::{self, Files, Package, Precision};

#[wasm_bindgen]
impl Session {
    /// What a file of labelled texts holds, for the model `id`: a `DataReport`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if there is no such model. What is wrong with the file is in
    /// the report.
    pub fn examine(&self, id: &str, data: &[u8], choices: JsValue) -> Result<JsValue, JsValue> {
        let choices: DataChoices = serde_wasm_bindgen::from_value(choices)?;
        let report = self.inner.examine(id, data, &choices)?;
        to_js(&advised_report(report))
    }

    /// How data are read by default: `DataChoices`.
    ///
    /// # Errors
    /// Never in practice: if the value cannot be passed on.
    pub fn data_choices(&self) -> Result<JsValue, JsValue> {
        to_js(&DataChoices::default())
    }

    /// How the model `id` is fine-tuned by default: `TuningOptions`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if there is no such model.
    pub fn tuning_options(&self, id: &str) -> Result<JsValue, JsValue> {
        let model = self.inner.model(id)?;
        to_js(&TuningOptions::of(&model.package))
    }

    /// Prepares fine-tuning of the model `id` on a file of labelled texts.
    ///
    /// # Errors
    /// `{kind, message, hint}` if there is no such model, or the data or an option cannot be used.
    pub fn tune(
        &self,
        id: &str,
        data: Vec<u8>,
        choices: JsValue,
        options: JsValue,
    ) -> Result<Tuning, JsValue> {
        let choices: DataChoices = serde_wasm_bindgen::from_value(choices)?;
        let options: TuningOptions = serde_wasm_bindgen::from_value(options)?;
        let inner = self.inner.tune(id, data, &choices, &options);
        Ok(Tuning { inner: inner? })
    }

    /// Resumes the run of a checkpoint, on this engine's device.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the bytes are not a checkpoint.
    pub fn resume(&self, checkpoint: &[u8]) -> Result<Tuning, JsValue> {
        let inner = self.inner.resume(checkpoint);
        Ok(Tuning { inner: inner? })
    }
}

/// A fine-tuning run. One call at a time: each must be awaited before the next.
#[wasm_bindgen]
pub struct Tuning {
    pub(super) inner: engine::Tuning,
}

#[wasm_bindgen]
impl Tuning {
    /// What the run is: `TuningInfo`.
    ///
    /// # Errors
    /// Never in practice: if the value cannot be passed on.
    #[wasm_bindgen(getter)]
    pub fn info(&self) -> Result<JsValue, JsValue> {
        to_js(&self.inner.info())
    }

    /// The labelled texts that the run was started with, as their file has them: `{bytes, report}`.
    ///
    /// # Errors
    /// Never in practice: if the values cannot be passed on.
    pub fn data(&self) -> Result<Object, JsValue> {
        let (bytes, report) = self.inner.data();
        let data = Object::new();
        Reflect::set(&data, &"bytes".into(), &Uint8Array::from(bytes))?;
        Reflect::set(&data, &"report".into(), &to_js(&report)?)?;
        Ok(data)
    }

    /// Continues for about this long, for at least one batch, and not beyond the end of an epoch;
    /// returns what happened, a list of `TuningEvent`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device was lost or failed.
    pub async fn advance(&mut self, milliseconds: f64) -> Result<JsValue, JsValue> {
        let events = self.inner.advance(milliseconds).await?;
        let events: Vec<_> = events.into_iter().map(advised).collect();
        to_js(&events)
    }

    /// Ends training; `advance` then measures the result.
    pub fn stop(&mut self) {
        self.inner.stop();
    }

    /// Explains what the model as it is now makes of a text; once training has ended, with its
    /// best weights.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device was lost or failed.
    pub async fn explain(&mut self, text: String) -> Result<JsValue, JsValue> {
        let explanation = self.inner.explain(&text).await;
        view::explanation(explanation?, None)
    }

    /// Explains what the start model makes of a text.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device was lost or failed.
    pub async fn explain_start(&self, text: String) -> Result<JsValue, JsValue> {
        let explanation = self.inner.explain_start(&text).await;
        view::explanation(explanation?, None)
    }

    /// All that `Session.resume` needs to continue from here.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device was lost or failed, or the run is over.
    pub async fn checkpoint(&mut self) -> Result<Vec<u8>, JsValue> {
        let bytes = self.inner.checkpoint().await;
        Ok(bytes?)
    }

    /// The tuned model's files by name, under a new id and title.
    ///
    /// # Errors
    /// `{kind, message, hint}` if there is no tuned model yet, or the device failed.
    pub async fn files(&self, id: String, title: String) -> Result<Object, JsValue> {
        let files = self.inner.files(&id, &title, &command(&self.inner)).await;
        js_files(&files?)
    }
}

/// A model directory's files as one zip.
///
/// # Errors
/// `{kind, message, hint}` if they cannot be packed.
#[wasm_bindgen]
pub fn zip(files: &Object) -> Result<Vec<u8>, JsValue> {
    Ok(package::zip_of(&files_of(files)?).map_err(EngineError::from)?)
}

/// The model directory's files in a zip, or those that are made of a Hugging Face model in it, under `title`.
///
/// # Errors
/// `{kind, message, hint}` if the bytes are not a zip of a model.
#[wasm_bindgen]
pub fn unzip(zip: &[u8], title: &str) -> Result<Object, JsValue> {
    let files = package::files_of_zip(zip).map_err(EngineError::from)?;
    if huggingface::holds_one(&files) {
        return imported(&files, title);
    }
    let files = package::model_of_files(files);
    js_files(&files.map_err(EngineError::from)?)
}

/// The files as they are or, if they are those of a Hugging Face model, of the model directory that is made of them,
/// under `title`.
///
/// # Errors
/// `{kind, message, hint}` if such a model cannot be taken in.
#[wasm_bindgen]
pub fn take_in(files: &Object, title: &str) -> Result<Object, JsValue> {
    let given = files_of(files)?;
    match huggingface::holds_one(&given) {
        true => imported(&given, title),
        false => Ok(files.clone()),
    }
}

fn imported(files: &Files, title: &str) -> Result<Object, JsValue> {
    let options = Import {
        id: title.to_owned(),
        ..Import::default()
    };
    let package = huggingface::import(files, None, &options);
    let only_for_command = match files.contains_key("model.safetensors") {
        true => "",
        false => " (the command safr import also reads pytorch_model.bin)",
    };
    let package =
        package.map_err(|error| failure("model", &format!("{error}{only_for_command}"), ""))?;
    let files = package.to_files(Precision::F32);
    js_files(&files.map_err(EngineError::from)?)
}

/// What the files of a model say about it, checked, under its card's id: `ModelInfo`.
///
/// # Errors
/// `{kind, message, hint}` if the files are not a model.
#[wasm_bindgen]
pub fn describe(files: &Object) -> Result<JsValue, JsValue> {
    let package = Package::from_files(&files_of(files)?);
    let package = package.map_err(EngineError::from)?;
    to_js(&ModelInfo::of(&package.card.id, &package))
}

/// The files of a model under another id and title.
///
/// # Errors
/// `{kind, message, hint}` if the files are not a model.
#[wasm_bindgen]
pub fn entitle(files: &Object, id: &str, title: &str) -> Result<Object, JsValue> {
    let files = package::entitled(files_of(files)?, id, title);
    js_files(&files.map_err(EngineError::from)?)
}
