//! An explanation as JavaScript expects it: plain objects, with matrices as typed arrays that can be
//! passed from Worker to page without a copy, and with what it says in words.

use js_sys::{Float32Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::convert::to_js;
use crate::explain::{BeforeAfter, Changes, Explanation, Matrix, Sentences};

/// Passes an explanation on, with what has `change`d compared with another one.
pub(super) fn explanation(
    mut explanation: Explanation,
    change: Option<&BeforeAfter>,
) -> Result<JsValue, JsValue> {
    let sentences = to_js(&Sentences::of(&explanation))?;
    explanation.changes = Changes::NONE; // Who asked knows them.
    let shares = std::mem::take(&mut explanation.allocation.shares);
    let evidence = std::mem::take(&mut explanation.allocation.evidence);
    let interaction = std::mem::take(&mut explanation.interaction);
    let value = to_js(&explanation)?;
    Reflect::set(&value, &"sentences".into(), &sentences)?;
    Reflect::set(&value, &"change".into(), &to_js(&change)?)?;
    let allocation = get(&value, "allocation")?;
    set(&allocation, "shares", &shares)?;
    set(&allocation, "evidence", &evidence)?;
    let pairs = get(&value, "interaction")?;
    set(&pairs, "sharing", &interaction.sharing)?;
    set(&pairs, "shared", &interaction.shared)?;
    set(&pairs, "faded", &interaction.faded())?;
    set(&pairs, "evidence_sharing", &interaction.evidence_sharing)?;
    set(&pairs, "contribution", &interaction.contribution)?;
    set(&pairs, "cosine", &interaction.cosine)?;
    set(&pairs, "attention", &interaction.attention)?;
    Ok(value)
}

fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())
}

fn set(object: &JsValue, name: &str, matrix: &Matrix) -> Result<bool, JsValue> {
    let view = Object::new();
    Reflect::set(&view, &"rows".into(), &(matrix.rows as f64).into())?;
    Reflect::set(&view, &"cols".into(), &(matrix.cols as f64).into())?;
    let values = Float32Array::from(matrix.values.as_slice());
    Reflect::set(&view, &"values".into(), &values)?;
    Reflect::set(object, &name.into(), &view)
}
