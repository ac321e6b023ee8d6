//! Fine-tuning with the help of other Workers.

use js_sys::{Array, Float32Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::session::Session;
use super::tuning::Tuning;
use crate::engine::EngineError;
use crate::model::read;
use crate::train::{self, Answers, Helpers, Task};

#[wasm_bindgen]
impl Session {
    /// Someone who helps the run of which this is a checkpoint.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the bytes are not a checkpoint.
    pub fn helper(&self, checkpoint: &[u8]) -> Result<Helper, JsValue> {
        let inner = self.inner.helper(checkpoint)?;
        Ok(Helper { inner })
    }
}

/// A copy of a model in training. One call at a time: each must be awaited before the next.
#[wasm_bindgen]
pub struct Helper {
    inner: train::Helper,
}

#[wasm_bindgen]
impl Helper {
    /// The gradients that `Team.ask` promises for a task.
    ///
    /// # Errors
    /// `{kind, message, hint}` if the task belongs to another run.
    pub async fn answer(&mut self, work: String, values: Vec<f32>) -> Result<Vec<f32>, JsValue> {
        let numbers = self.inner.answer(Task { work, values });
        let numbers = numbers.map_err(EngineError::from)?;
        Ok(read(numbers).await.map_err(EngineError::from)?)
    }
}

#[wasm_bindgen]
extern "C" {
    /// `Team` of `www/src/tuning/team.js`: the Workers that help a run.
    pub type Team;

    #[wasm_bindgen(method, getter)]
    fn count(this: &Team) -> usize;

    /// From `{work, values}` for each helper to what its `Helper.answer` gives, in a promise.
    #[wasm_bindgen(method)]
    fn ask(this: &Team, tasks: Array) -> Promise;
}

#[wasm_bindgen]
impl Tuning {
    /// Lets a team help from the next step on; the run's numbers do not depend on it.
    pub fn employ(&mut self, team: Team) {
        self.inner.employ(Box::new(team));
    }
}

impl Helpers for Team {
    fn count(&self) -> usize {
        Team::count(self)
    }

    fn ask(&mut self, tasks: Vec<Task>) -> Answers {
        let tasks: Result<Array, JsValue> = tasks.iter().map(js_task).collect();
        let promise = tasks.map(|tasks| Team::ask(self, tasks));
        Box::pin(async move {
            let answers = JsFuture::from(promise.ok()?).await.ok()?;
            let numbers = |answer: JsValue| Some(answer.dyn_into::<Float32Array>().ok()?.to_vec());
            Array::from(&answers).iter().map(numbers).collect()
        })
    }
}

fn js_task(Task { work, values }: &Task) -> Result<JsValue, JsValue> {
    let task = Object::new();
    Reflect::set(&task, &"work".into(), &work.into())?;
    Reflect::set(&task, &"values".into(), &Float32Array::from(&values[..]))?;
    Ok(task.into())
}
