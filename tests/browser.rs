//! In a browser's Worker, whatever its GPU: the CPU's backends agree, the page's calls work, damage
//! is a typed error, and fine-tuning takes the same steps as natively.

#![cfg(target_arch = "wasm32")]

mod common;

use common::complete::{assert_parts_add_up, compare_parts};
use common::training::{STRICT, compare_training};
use common::tuning::{data, losses, options, reference, session, tune};
use common::{KINDS, assert_complete, close, small_package_of};
use js_sys::{Array, Object, Reflect, Uint8Array};
use safr::engine::{
    Backend, DataChoices, Estimate, OpenDevice, Session, Tuning, TuningEvent,
    largest_explained_difference,
};
use safr::model::{Readout, Winners};
use safr::package::{Files, Precision, names};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const TEXT: &str = "It is not a good film, it is a very, very bad film.";

async fn files() -> Files {
    files_of(KINDS[0], Precision::Int8).await
}

async fn files_of((readout, winners): (Readout, Option<Winners>), precision: Precision) -> Files {
    let package = small_package_of(readout, winners).await;
    package.to_files(precision).unwrap()
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
    for kind in KINDS {
        for precision in [Precision::F32, Precision::Int8] {
            let files = files_of(kind, precision).await;
            let mut explanations = Vec::new();
            for backend in [Backend::Flex, Backend::NdArray] {
                let mut session = Session::start(backend).await.unwrap();
                let model = session.load("small", &files).unwrap();
                explanations.push(model.explain(TEXT).await.unwrap());
                let nothing = model.explain(" ").await.unwrap();
                assert_eq!((nothing.evidence, nothing.words.len()), (None, 0));
            }
            assert_eq!(explanations[0].words.len(), 7, "cut to the model's length");
            let difference = largest_explained_difference(&explanations[0], &explanations[1]);
            assert!(difference < 1e-4, "{kind:?}, {precision:?}: {difference}");
            explanations.iter().for_each(assert_complete);
        }
    }
}

#[wasm_bindgen_test]
async fn the_parts_of_a_logit_add_up_to_it() {
    let ndarray = OpenDevice::open(Backend::NdArray).await.unwrap();
    assert_parts_add_up(&ndarray.device).await;
    compare_parts(&ndarray.device).await;
}

#[wasm_bindgen_test]
async fn the_page_is_answered() {
    let mut session = safr::web::Session::start("flex".into()).await.unwrap();
    assert_eq!(text_of(&session.device().unwrap(), "backend"), "flex");
    let info = session.load("small", &js_files(&files().await)).unwrap();
    assert_eq!(text_of(&info, "title"), "Small");

    let explanation = session
        .explain(
            "small".into(),
            "a good film".into(),
            String::new(),
            None,
            None,
        )
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
    let pairs = field(&explanation, "interaction");
    for name in ["sharing", "shared", "faded"] {
        assert_eq!(field(&field(&pairs, name), "rows").as_f64(), Some(3.0));
    }
    let measured = session.measure("small".into()).await.unwrap();
    assert_eq!(field(&measured, "agrees").as_bool(), Some(true));
}

#[wasm_bindgen_test]
async fn a_text_that_is_little_known_is_doubted() {
    let mut session = safr::web::Session::start("flex".into()).await.unwrap();
    let _ = session.load("small", &js_files(&files().await)).unwrap();
    for (text, known, doubted) in [("film zyx", 0.5, false), ("film zyx xyz yxz!", 0.25, true)] {
        let explanation = session
            .explain("small".into(), text.into(), String::new(), None, None)
            .await
            .unwrap();
        assert_eq!(field(&explanation, "known").as_f64(), Some(known));
        let doubt = field(&field(&explanation, "sentences"), "doubt");
        assert_eq!(doubt.is_string(), doubted);
    }
}

#[wasm_bindgen_test]
async fn damage_is_a_typed_error() {
    let mut session = safr::web::Session::start("flex".into()).await.unwrap();
    let mut cut = files().await;
    cut.get_mut(names::WEIGHTS).unwrap().truncate(100);
    let mut flipped = files().await;
    flipped.get_mut(names::WEIGHTS).unwrap()[500] ^= 1;
    let mut lacking = files().await;
    lacking.remove(names::VOCABULARY);
    for broken in [cut, flipped, lacking, Files::new()] {
        let error = session.load("small", &js_files(&broken)).unwrap_err();
        assert_eq!(text_of(&error, "kind"), "model");
        assert!(!text_of(&error, "message").is_empty() && !text_of(&error, "hint").is_empty());
    }
    let error = session
        .explain("small".into(), "text".into(), String::new(), None, None)
        .await
        .unwrap_err();
    assert_eq!(text_of(&error, "kind"), "missing-model");
    let error = safr::web::Session::start("abacus".into())
        .await
        .unwrap_err();
    assert_eq!(text_of(&error, "kind"), "backend");
}

#[wasm_bindgen_test]
async fn fine_tuning_takes_the_same_steps_as_natively() {
    for backend in [Backend::Flex, Backend::NdArray] {
        let steps = losses(&session(backend).await).await;
        let reference = reference();
        assert_eq!(steps.len(), reference.len());
        for (step, (here, there)) in steps.iter().zip(&reference).enumerate() {
            for (a, b) in here.iter().zip(there) {
                close(&format!("{backend:?}, step {}", step + 1), *a, *b, 1e-4);
            }
        }
    }
}

#[wasm_bindgen_test]
async fn ndarray_trains_as_flex_does() {
    let ndarray = OpenDevice::open(Backend::NdArray).await.unwrap();
    compare_training(&ndarray.device, STRICT).await;
}

#[wasm_bindgen_test]
async fn a_run_goes_on_on_another_backend() {
    let mut first = tune(&session(Backend::Flex).await, &options());
    first.advance(0.0).await.unwrap();
    let checkpoint = first.checkpoint().await.unwrap();
    let other = Session::start(Backend::NdArray).await.unwrap();
    let mut second = other.resume(&checkpoint).unwrap();
    assert_eq!(second.info().step, 1);
    assert_eq!(accuracy(&mut second).await, accuracy(&mut first).await);
}

/// The accuracy behind a run, which is advanced to its end.
async fn accuracy(run: &mut Tuning) -> Estimate {
    loop {
        let events = run.advance(50.0).await.unwrap();
        if let Some(TuningEvent::Finished { result, .. }) = events.last() {
            let measured = &result.as_ref().unwrap().measures[0];
            return measured.after.unwrap();
        }
    }
}

/// A value as the page sends it.
fn js(value: &impl serde::Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).unwrap()
}

/// Advances a run to its end; the last event.
async fn finish(run: &mut safr::web::Tuning) -> JsValue {
    loop {
        let events = Array::from(&run.advance(50.0).await.unwrap());
        let last = events.get(events.length().saturating_sub(1));
        if events.length() > 0 && text_of(&last, "kind") == "finished" {
            return last;
        }
    }
}

#[wasm_bindgen_test]
async fn the_page_fine_tunes_pauses_resumes_and_takes_the_model_back() {
    let mut session = safr::web::Session::start("flex".into()).await.unwrap();
    session.load("small", &js_files(&files().await)).unwrap();
    let bytes = data().into_bytes();
    let choices = session.data_choices().unwrap();
    let report = session.examine("small", &bytes, choices.clone()).unwrap();
    assert!(field(&report, "problem").is_null(), "{report:?}");
    assert_eq!(field(&report, "texts").as_f64(), Some(48.0));
    let defaults = session.tuning_options("small").unwrap();
    assert!(field(&defaults, "embeddings").as_bool().is_some());

    let mut run = session
        .tune("small", bytes.clone(), choices.clone(), js(&options()))
        .unwrap();
    let events = Array::from(&run.advance(0.0).await.unwrap());
    assert_eq!(text_of(&events.get(0), "kind"), "progress");
    assert!(field(&events.get(0), "cross_entropy").as_f64().unwrap() > 0.0);
    let explanation = run.explain("a good film".into()).await.unwrap();
    assert_eq!(Array::from(&field(&explanation, "words")).length(), 3);
    let checkpoint = run.checkpoint().await.unwrap();
    finish(&mut run).await;
    let tuned = run.files("tuned".into(), "Tuned".into()).await.unwrap();

    let other = safr::web::Session::start("flex".into()).await.unwrap();
    let mut resumed = other.resume(&checkpoint).unwrap();
    assert_eq!(field(&resumed.info().unwrap(), "step").as_f64(), Some(1.0));
    let last = finish(&mut resumed).await;
    assert_eq!(text_of(&last, "ending"), "all-epochs");
    let measures = Array::from(&field(&field(&last, "result"), "measures"));
    assert_eq!(text_of(&measures.get(0), "name"), "accuracy");
    let again = resumed.files("tuned".into(), "Tuned".into()).await.unwrap();

    let zip = safr::web::zip(&tuned).unwrap();
    assert_eq!(zip, safr::web::zip(&again).unwrap(), "the same model");
    let back = safr::web::unzip(&zip, "").unwrap();
    let info = safr::web::describe(&back).unwrap();
    assert_eq!(text_of(&info, "id"), "tuned");
    session.load("tuned", &back).unwrap();
    let explanation = session
        .explain(
            "tuned".into(),
            "a good film".into(),
            String::new(),
            None,
            None,
        )
        .await;
    let prediction = field(&explanation.unwrap(), "prediction");
    assert_eq!(Array::from(&field(&prediction, "classes")).length(), 3);

    let error = safr::web::unzip(&zip[..zip.len() - 9], "").unwrap_err();
    assert_eq!(text_of(&error, "kind"), "model");
    let error = session.resume(&zip).err().unwrap();
    assert_eq!(text_of(&error, "kind"), "checkpoint");
    let one_class = b"text,label\ngood,1\nbad,1\n".to_vec();
    let error = session.tune(
        "small",
        one_class,
        js(&DataChoices::default()),
        js(&options()),
    );
    assert_eq!(text_of(&error.err().unwrap(), "kind"), "data");
    let wrong = session.tune("small", bytes, choices, JsValue::NULL);
    assert!(wrong.is_err());
}
