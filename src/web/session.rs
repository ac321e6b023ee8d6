//! A session as the page's Worker calls it; `www/src/protocol.js` has the shapes of all values.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::choice::{AdapterFacts, INSECURE, choose_backend};
use super::convert::{failure, files_of, to_js};
use super::view;
use crate::engine::{self, Answer, Backend, EngineError, Measured, Question};
use crate::explain::{BeforeAfter, Changes, Explanation, Steering};
use crate::package::Package;

/// What a person can do where a browser withholds the GPU.
const OVER_HTTP: &str = "Choose the CPU, or open the page over https or on its own machine.";

/// Models on one device.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session {
    pub(super) inner: engine::Session,
    /// What each model as a whole makes of the text that it explained last.
    whole: RefCell<BTreeMap<String, Whole>>,
    /// The explanation that others were compared with last.
    before: RefCell<Option<Explanation>>,
    /// The question that is being answered.
    inquiry: RefCell<Option<Inquiry>>,
}

/// What a whole model makes of a text, and what takes to steer it.
#[derive(Debug)]
struct Whole {
    outline: Explanation,
    steering: Option<Steering>,
}

/// A question to a model.
#[derive(Debug)]
struct Inquiry {
    model: String,
    inner: engine::Inquiry,
}

/// How far the answer to a question is.
#[derive(Serialize)]
struct Progress {
    done: usize,
    of: usize,
    answer: Option<Answer>,
}

/// What the page shows about a model.
#[derive(Serialize)]
pub(super) struct ModelInfo<'a> {
    id: &'a str,
    title: &'a str,
    card: &'a crate::package::Card,
    classes: &'a [String],
    max_words: usize,
    heads: usize,
}

impl<'a> ModelInfo<'a> {
    pub(super) fn of(id: &'a str, package: &'a Package) -> Self {
        Self {
            id,
            title: &package.card.title,
            card: &package.card,
            classes: &package.card.classes,
            max_words: package.config.max_len,
            heads: package.config.heads,
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
        Ok(Self {
            inner: engine::Session::start(backend).await?,
            whole: RefCell::default(),
            before: RefCell::default(),
            inquiry: RefCell::default(),
        })
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
        self.whole.borrow_mut().remove(id);
        self.before.take();
        let model = self.inner.load(id, &files)?;
        to_js(&ModelInfo::of(id, &model.package))
    }

    /// Explains what the model `id` makes of a text; see [`crate::explain::Explanation`]. Matrices
    /// arrive as `{rows, cols, values: Float32Array}`, [`crate::explain::Interaction::faded`] among them, and its
    /// [`crate::explain::Sentences`] as `sentences`.
    ///
    /// `without` says what is switched off or turned up, as [`Changes`] are written; `layer` is the number, from 0, of
    /// the one whose neurons are shown, the last if there is none of that number; `before` is the text whose
    /// explanation by the whole model is compared with this one, as `change`, a [`BeforeAfter`].
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails or there is no such model or part.
    pub async fn explain(
        &self,
        id: String,
        text: String,
        without: String,
        before: Option<String>,
        layer: Option<usize>,
    ) -> Result<JsValue, JsValue> {
        let changes = changes(&without)?;
        let model = self.inner.model(&id)?;
        let layer = model.layer(layer);
        let explanation = match changes.is_empty() {
            true => self.explain_whole(&id, &text, layer).await?,
            false => model.explain_layer(&text, &changes, layer).await?,
        };
        let change = match before {
            Some(before) => self.change(&id, &before, &explanation).await?,
            None => None,
        };
        view::explanation(explanation, change.as_ref())
    }

    /// The answer of the model `id` to a text with neurons switched off or turned up, without a pass: a `Prediction`.
    /// Null if that takes one: if heads or words are changed, the head reads more than the neurons, or the latest text
    /// that was explained is another one.
    ///
    /// # Errors
    /// `{kind, message, hint}` if there is no such model or part.
    pub fn steer(&self, id: &str, text: &str, without: &str) -> Result<JsValue, JsValue> {
        let changes = changes(without)?;
        let classes = &self.inner.model(id)?.package.card.classes;
        let whole = self.whole.borrow();
        let whole = whole.get(id).filter(|whole| whole.outline.text == text);
        let steering = whole.and_then(|whole| whole.steering.as_ref());
        to_js(&steering.and_then(|steering| steering.predict(classes, &changes)))
    }

    /// Asks the model `id` a [`Question`] about a text, in the place of one that is still being answered.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails or there is no such model.
    pub async fn inquire(
        &self,
        id: String,
        text: String,
        question: JsValue,
    ) -> Result<(), JsValue> {
        let question: Question = serde_wasm_bindgen::from_value(question)?;
        self.inquiry.take();
        let inner = self.inner.model(&id)?.inquire(&text, question).await?;
        self.inquiry.replace(Some(Inquiry { model: id, inner }));
        Ok(())
    }

    /// Works on the answer for a moment: `{done, of, answer}`, with an [`Answer`] once it is there.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the device fails or nothing is asked.
    pub async fn advance(&self) -> Result<JsValue, JsValue> {
        let nothing = EngineError::Run("no question is being answered");
        let Inquiry { model, mut inner } = self.inquiry.take().ok_or(nothing)?;
        let answer = inner.advance(self.inner.model(&model)?).await?;
        let (done, of) = inner.progress();
        if answer.is_none() {
            self.inquiry.replace(Some(Inquiry { model, inner }));
        }
        to_js(&Progress { done, of, answer })
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

impl Session {
    /// Explains what the whole model `id` makes of a text, and keeps what takes to change it.
    async fn explain_whole(
        &self,
        id: &str,
        text: &str,
        layer: Option<usize>,
    ) -> Result<Explanation, EngineError> {
        let model = self.inner.model(id)?;
        let (explanation, steering) = model.explain_to_steer(text, layer).await?;
        let outline = explanation.outline();
        let whole = Whole { outline, steering };
        self.whole.borrow_mut().insert(id.to_owned(), whole);
        Ok(explanation)
    }

    /// What has changed from the text `before`, and the whole model, to `after`: by the neurons of the last layer, which
    /// are those that can be changed, whichever is shown.
    async fn change(
        &self,
        id: &str,
        before: &str,
        after: &Explanation,
    ) -> Result<Option<BeforeAfter>, EngineError> {
        let model = self.inner.model(id)?;
        let before = self.before(id, before).await?;
        if after.layer + 1 == model.package.config.layers {
            return Ok(BeforeAfter::of(&before, after));
        }
        let after = model.explain_changed(&after.text, &after.changes).await?;
        Ok(BeforeAfter::of(&before, &after))
    }

    /// The outline of what the whole model `id` makes of a text, by the neurons of its last layer.
    async fn before(&self, id: &str, text: &str) -> Result<Explanation, EngineError> {
        let model = self.inner.model(id)?;
        let last = model.package.config.layers - 1;
        let is_meant = |outline: &&Explanation| outline.text == text && outline.layer == last;
        let whole = self
            .whole
            .borrow()
            .get(id)
            .map(|whole| whole.outline.clone());
        let kept = self
            .before
            .borrow()
            .clone()
            .filter(|before| before.model == id);
        if let Some(outline) = whole.iter().chain(&kept).find(is_meant) {
            return Ok(outline.clone());
        }
        let outline = Explanation {
            model: id.to_owned(),
            ..model.explain(text).await?.outline()
        };
        self.before.replace(Some(outline.clone()));
        Ok(outline)
    }
}

/// What is switched off or turned up.
fn changes(written: &str) -> Result<Changes, EngineError> {
    written.parse().map_err(EngineError::Options)
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
