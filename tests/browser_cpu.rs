//! In a browser without a WebGPU adapter: asking for the GPU is a typed error, and the CPU is
//! chosen and explains. Fails where there is an adapter.

#![cfg(target_arch = "wasm32")]

mod common;

use common::small_package;
use js_sys::{Array, Reflect};
use safr::engine::{Backend, Session};
use safr::package::Precision;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn the_cpu_is_taken_instead() {
    let error = safr::web::Session::start("webgpu".into())
        .await
        .expect_err("this lane has no adapter");
    let kind = Reflect::get(&error, &"kind".into()).unwrap();
    assert_eq!(kind.as_string().as_deref(), Some("backend"));

    let choice = safr::web::choose(JsValue::NULL, Array::new().into()).unwrap();
    let backend = Reflect::get(&choice, &"backend".into())
        .unwrap()
        .as_string()
        .unwrap();
    assert_eq!(backend, "flex");

    let mut session = Session::start(backend.parse::<Backend>().unwrap())
        .await
        .unwrap();
    let files = small_package().await.to_files(Precision::Int8).unwrap();
    let explanation = session
        .load("small", &files)
        .unwrap()
        .explain("a good film")
        .await
        .unwrap();
    let probabilities = explanation.prediction.unwrap().probabilities;
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
}
