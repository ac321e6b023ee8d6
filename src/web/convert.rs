//! Values as JavaScript takes and gives them.

use js_sys::{Object, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::hint;
use crate::engine::EngineError;
use crate::package::Files;

/// Files by name, from an object of names and `Uint8Array`s.
pub(super) fn files_of(files: &Object) -> Result<Files, JsValue> {
    Object::keys(files)
        .iter()
        .map(|name| {
            let bytes = Uint8Array::new(&Reflect::get(files, &name)?).to_vec();
            Ok((name.as_string().unwrap_or_default(), bytes))
        })
        .collect()
}

/// Files by name as `Uint8Array`s.
pub(super) fn js_files(files: &Files) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, bytes) in files {
        Reflect::set(&object, &name.into(), &Uint8Array::from(bytes.as_slice()))?;
    }
    Ok(object)
}

/// Passes a value on as plain objects, including maps, with `None` as null.
pub(super) fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Ok(value.serialize(&serializer)?)
}

#[derive(Serialize)]
struct Failure<'a> {
    kind: &'a str,
    message: &'a str,
    hint: &'a str,
}

/// An error as the page expects it.
pub(super) fn failure(kind: &str, message: &str, hint: &str) -> JsValue {
    let failure = Failure {
        kind,
        message,
        hint,
    };
    to_js(&failure).unwrap_or_else(|_| JsValue::from_str(message))
}

impl From<EngineError> for JsValue {
    fn from(error: EngineError) -> Self {
        failure(error.kind(), &error.to_string(), hint(&error))
    }
}
