//! In a browser's Worker, whatever its GPU: the CPU backends agree, the page's calls work, and
//! damage is a typed error.

#![cfg(target_arch = "wasm32")]

mod common;

use common::small_package;
use js_sys::{Object, Reflect, Uint8Array};
use safr::engine::{Backend, Engine, largest_explained_difference};
use safr::package::{Files, Precision, names};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const TEXT: &str = "It is not a good film, it is a very, very bad film.";

async fn files() -> Files {
    small_package().await.to_files(Precision::Int8).unwrap()
}

fn js_files(files: &Files) -> Object {
    let object = Object::new();
    for (name, bytes) in files {
        Reflect::set(&object, &name.into(), &Uint8Array::from(&bytes[..])).unwrap();
    }
    object
}

fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap()
}

fn text_of(value: &JsValue, name: &str) -> String {
    field(value, name)
        .as_string()
        .unwrap_or_else(|| panic!("{name} of {value:?}"))
}

#[wasm_bindgen_test]
async fn flex_and_ndarray_agree() {
    let mut explanations = Vec::new();
    for backend in [Backend::Flex, Backend::NdArray] {
        let mut engine = Engine::start(backend).await.unwrap();
        let model = engine.load("small", &files().await).unwrap();
        explanations.push(model.explain(TEXT).await.unwrap());
    }
    assert_eq!(explanations[0].words.len(), 7, "cut to the model's length");
    let difference = largest_explained_difference(&explanations[0], &explanations[1]);
    assert!(difference < 1e-4, "{difference}");
}

#[wasm_bindgen_test]
async fn the_page_is_answered() {
    let mut engine = safr::web::Engine::start("flex".into()).await.unwrap();
    assert_eq!(text_of(&engine.device().unwrap(), "backend"), "flex");
    let info = engine.load("small", &js_files(&files().await)).unwrap();
    assert_eq!(text_of(&info, "title"), "Small");

    let explanation = engine
        .explain("small".into(), "a good film".into())
        .await
        .unwrap();
    let shares = field(&field(&explanation, "allocation"), "shares");
    assert_eq!(field(&shares, "rows").as_f64(), Some(3.0));
    let values = js_sys::Float32Array::from(field(&shares, "values")).to_vec();
    let columns = field(&shares, "cols").as_f64().unwrap() as usize;
    for column in 0..columns {
        let sum: f32 = (0..3).map(|row| values[row * columns + column]).sum();
        assert!((sum - 1.0).abs() < 1e-5, "a neuron's shares sum to {sum}");
    }
    let measured = engine.measure("small".into()).await.unwrap();
    assert_eq!(field(&measured, "agrees").as_bool(), Some(true));
}

#[wasm_bindgen_test]
async fn damage_is_a_typed_error() {
    let mut engine = safr::web::Engine::start("flex".into()).await.unwrap();
    let mut cut = files().await;
    cut.get_mut(names::WEIGHTS).unwrap().truncate(100);
    let mut flipped = files().await;
    flipped.get_mut(names::WEIGHTS).unwrap()[500] ^= 1;
    let mut lacking = files().await;
    lacking.remove(names::VOCABULARY);
    for broken in [cut, flipped, lacking, Files::new()] {
        let error = engine.load("small", &js_files(&broken)).unwrap_err();
        assert_eq!(text_of(&error, "kind"), "model");
        assert!(!text_of(&error, "message").is_empty() && !text_of(&error, "hint").is_empty());
    }
    let error = engine
        .explain("small".into(), "text".into())
        .await
        .unwrap_err();
    assert_eq!(text_of(&error, "kind"), "missing-model");
    let error = safr::web::Engine::start("abacus".into()).await.unwrap_err();
    assert_eq!(text_of(&error, "kind"), "backend");
}
