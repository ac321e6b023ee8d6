//! A session as the page's Worker calls it; `www/src/protocol.js` has the shapes of all values.

use js_sys::{Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::choice::{AdapterFacts, INSECURE, choose_backend};
use super::convert::{failure, files_of, to_js};
use super::view;
use crate::engine::{self, Backend, EngineError, Measured};
use crate::package::Package;

/// What a person can do where a browser withholds the GPU.
const OVER_HTTP: &str = "Choose the CPU, or open the page over https or on its own machine.";

/// Models on one device.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session {
    pub(super) inner: engine::Session,
}

/// What the page shows about a model.
#[derive(Serialize)]
pub(super) struct ModelInfo<'a> {
    id: &'a str,
    title: &'a str,
    card: &'a crate::package::Card,
    classes: &'a [String],
    max_words: usize,
}

impl<'a> ModelInfo<'a> {
    pub(super) fn of(id: &'a str, package: &'a Package) -> Self {
        Self {
            id,
            title: &package.card.title,
            card: &package.card,
            classes: &package.card.classes,
            max_words: package.config.max_len,
        }
    }
}

/// What the page shows about a device.
#[derive(Serialize)]
struct DeviceInfo<'a> {
    backend: Backend,
    adapter: Option<&'a str>,
}

/// What the page says about a word that is deleted.
#[derive(Serialize)]
struct Deleted {
    probability: f32,
    says: String,
}

#[wasm_bindgen]
impl Session {
    /// Opens the device `flex`, `ndarray` or `webgpu`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if this module or machine has no such device.
    pub async fn start(backend: String) -> Result<Session, JsValue> {
        let backend: Backend = backend.parse().map_err(EngineError::from)?;
        if backend == Backend::WebGpu && !is_secure() {
            return Err(failure("backend", INSECURE, OVER_HTTP));
        }
        let inner = engine::Session::start(backend).await?;
        Ok(Self { inner })
    }

    /// The open device: `{backend, adapter}`.
    ///
    /// # Errors
    /// Never in practice: if the value cannot be passed on.
    #[wasm_bindgen(getter)]
    pub fn device(&self) -> Result<JsValue, JsValue> {
        let device = &self.inner.device;
        let info = DeviceInfo {
            backend: device.backend,
            adapter: device.adapter.as_deref(),
        };
        to_js(&info)
    }

    /// Loads a model from its directory's files, an object of names and `Uint8Array`s; returns
    /// `{id, title, card, classes, max_words}`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the files are not a model.
    pub fn load(&mut self, id: &str, files: &Object) -> Result<JsValue, JsValue> {
        let files = files_of(files)?;
        let model = self.inner.load(id, &files)?;
        to_js(&ModelInfo::of(id, &model.package))
    }

    /// Explains what the model `id` makes of a text; see [`crate::explain::Explanation`]. Matrices
    /// arrive as `{rows, cols, values: Float32Array}`, [`crate::explain::Interaction::faded`] among them, and its
    /// [`crate::explain::Sentences`] as `sentences`.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails or there is no such model.
    pub async fn explain(&self, id: String, text: String) -> Result<JsValue, JsValue> {
        let model = self.inner.model(&id)?;
        let explanation = model.explain(&text).await?;
        view::explanation(explanation)
    }

    /// How deleting word number `word` of a text changes the answer of the model `id`; returns
    /// `{probability, says}`: what the predicted class is left with, and the same in words.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails, or there is no such model or word.
    pub async fn without(&self, id: String, text: String, word: usize) -> Result<JsValue, JsValue> {
        let model = self.inner.model(&id)?;
        let deletion = model.without(&text, word).await?;
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
        let measured = self.inner.measure(&id).await?;
        to_js(&measured)
    }
}

/// Chooses the backend that explains from the browser's adapter facts (or null) and the
/// measurements so far; returns `{backend, reason}`.
///
/// # Errors
/// If the arguments are not of that form.
#[wasm_bindgen]
pub fn choose(adapter: JsValue, measured: JsValue) -> Result<JsValue, JsValue> {
    let adapter: Option<AdapterFacts> = serde_wasm_bindgen::from_value(adapter)?;
    let measured: Vec<Measured> = serde_wasm_bindgen::from_value(measured)?;
    to_js(&choose_backend(adapter.as_ref(), is_secure(), &measured))
}

/// Whether the page was loaded over https or from this machine, and so may ask for a GPU.
fn is_secure() -> bool {
    Reflect::get(&js_sys::global(), &"isSecureContext".into())
        .is_ok_and(|secure| secure != JsValue::FALSE)
}
