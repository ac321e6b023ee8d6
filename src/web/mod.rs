//! What the page's Worker calls: the engine behind wasm-bindgen.

mod log;
mod memory;
mod tuning;
mod view;

pub use tuning::{Tuning, describe, entitle, unzip, zip};

use js_sys::{Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::engine::{self, AdapterFacts, Backend, EngineError, Measured};
use crate::package::{Files, Package};

/// Sets up what every later call needs; runs when the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    log::install();
}

/// Models on one device.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    inner: engine::Engine,
}

/// What the page shows of a model.
#[derive(Serialize)]
struct ModelInfo<'a> {
    id: &'a str,
    title: &'a str,
    card: &'a crate::package::Card,
    classes: &'a [String],
    max_words: usize,
    words_known: usize,
}

impl<'a> ModelInfo<'a> {
    fn of(id: &'a str, package: &'a Package) -> Self {
        Self {
            id,
            title: &package.card.title,
            card: &package.card,
            classes: &package.card.classes,
            max_words: package.config.max_len,
            words_known: package.vocabulary.len() - 2,
        }
    }
}

/// What the page shows of a device.
#[derive(Serialize)]
struct DeviceInfo<'a> {
    backend: Backend,
    title: &'a str,
    adapter: Option<&'a str>,
}

/// What the page says of a word that is deleted.
#[derive(Serialize)]
struct Deleted {
    probability: f32,
    says: String,
}

#[wasm_bindgen]
impl Engine {
    /// Opens the device `flex`, `ndarray` or `webgpu`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if this module or machine has no such device.
    pub async fn start(backend: String) -> Result<Engine, JsValue> {
        let backend: Backend = backend.parse().map_err(|error| failure(&error))?;
        if backend == Backend::WebGpu && !is_secure() {
            return Err(failure(&EngineError::Insecure));
        }
        let inner = engine::Engine::start(backend)
            .await
            .map_err(|error| failure(&error))?;
        Ok(Self { inner })
    }

    /// The open device: `{backend, title, adapter}`.
    ///
    /// # Errors
    /// Never in practice: if the value cannot be handed over.
    #[wasm_bindgen(getter)]
    pub fn device(&self) -> Result<JsValue, JsValue> {
        let device = &self.inner.device;
        let info = DeviceInfo {
            backend: device.backend,
            title: device.backend.title(),
            adapter: device.adapter.as_deref(),
        };
        to_js(&info)
    }

    /// Loads a model from its directory's files, an object of names and `Uint8Array`s; answers
    /// `{id, title, card, classes, max_words, words_known}`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the files are no model.
    pub fn load(&mut self, id: &str, files: &Object) -> Result<JsValue, JsValue> {
        let files = files_of(files)?;
        let model = self
            .inner
            .load(id, &files)
            .map_err(|error| failure(&error))?;
        to_js(&ModelInfo::of(id, &model.package))
    }

    /// Explains what the model `id` makes of a text; see [`crate::explain::Explanation`]. Matrices
    /// arrive as `{rows, cols, values: Float32Array}`, [`crate::explain::Interaction::faded`] among them, and its
    /// [`crate::explain::Sentences`] as `sentences`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails or there is no such model.
    pub async fn explain(&self, id: String, text: String) -> Result<JsValue, JsValue> {
        let model = self.inner.model(&id).map_err(|error| failure(&error))?;
        let explanation = model
            .explain(&text)
            .await
            .map_err(|error| failure(&error))?;
        view::explanation(explanation)
    }

    /// What deleting the word number `word` of a text makes of the answer of the model `id`; answers
    /// `{probability, says}`: what is left to the predicted class, and the same in words.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails, or there is no such model or word.
    pub async fn without(&self, id: String, text: String, word: usize) -> Result<JsValue, JsValue> {
        let model = self.inner.model(&id).map_err(|error| failure(&error))?;
        let deletion = model
            .without(&text, word)
            .await
            .map_err(|error| failure(&error))?;
        to_js(&Deleted {
            probability: deletion.probability(),
            says: deletion.in_words(),
        })
    }

    /// Compares this device with the CPU on a fixed input and times it; see
    /// [`crate::engine::Measured`].
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails or there is no such model.
    pub async fn measure(&self, id: String) -> Result<JsValue, JsValue> {
        let measured = self
            .inner
            .measure(&id)
            .await
            .map_err(|error| failure(&error))?;
        to_js(&measured)
    }
}

/// Chooses the backend that explains from the browser's adapter facts (or null) and the
/// measurements so far; answers `{backend, reason}`.
///
/// # Errors
/// If the arguments are not of that form.
#[wasm_bindgen]
pub fn choose(adapter: JsValue, measured: JsValue) -> Result<JsValue, JsValue> {
    let adapter: Option<AdapterFacts> = serde_wasm_bindgen::from_value(adapter)?;
    let measured: Vec<Measured> = serde_wasm_bindgen::from_value(measured)?;
    to_js(&engine::choose(adapter.as_ref(), is_secure(), &measured))
}

/// Whether the page came by https or from this machine, and so may ask for a GPU.
fn is_secure() -> bool {
    Reflect::get(&js_sys::global(), &"isSecureContext".into())
        .is_ok_and(|secure| secure != JsValue::FALSE)
}

fn files_of(files: &Object) -> Result<Files, JsValue> {
    Object::keys(files)
        .iter()
        .map(|name| {
            let bytes = Uint8Array::new(&Reflect::get(files, &name)?).to_vec();
            Ok((name.as_string().unwrap_or_default(), bytes))
        })
        .collect()
}

/// Files by name as `Uint8Array`s.
fn js_files(files: &Files) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, bytes) in files {
        Reflect::set(&object, &name.into(), &Uint8Array::from(bytes.as_slice()))?;
    }
    Ok(object)
}

/// Hands a value over as plain objects: maps too, `None` as null.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Ok(value.serialize(&serializer)?)
}

/// An error as the page takes it.
fn failure(error: &EngineError) -> JsValue {
    #[derive(Serialize)]
    struct Failure<'a> {
        kind: &'a str,
        message: String,
        hint: &'a str,
    }
    let failure = Failure {
        kind: error.kind(),
        message: error.to_string(),
        hint: error.hint(),
    };
    to_js(&failure).unwrap_or_else(|_| JsValue::from_str(&failure.message))
}
