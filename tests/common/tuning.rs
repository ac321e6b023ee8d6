//! A small fine-tuning run, the same natively and in a browser.

use safr::engine::{
    Backend, DataChoices, Session, Tuning, TuningEvent, TuningObjective, TuningOptions,
};
use safr::model::Readout;
use safr::package::{Package, Precision};
use safr::train::Steps;

use super::small_package_of;

/// Steps whose losses are compared.
pub(crate) const STEPS: usize = 20;

/// Losses and accuracy of [`STEPS`] steps on Flex, natively; rewritten by
/// `SAFR_WRITE_REFERENCE=1 cargo test --release --features cli --test native reference`.
pub(crate) const REFERENCE: &str = include_str!("../reference/tuning.json");

/// A small model and two options of every kind: three classes, so that the head is new, and
/// words that the model does not know.
pub(crate) fn data() -> String {
    let praise = [
        "a good film",
        "it is good",
        "a very good film, very good",
        "good",
    ];
    let blame = [
        "a bad film .",
        "it is very bad",
        "bad, very bad",
        "it is not good",
    ];
    let neither = [
        "a film",
        "it is a film .",
        "it is it",
        "not bad, not good, a curiosity",
    ];
    let mut rows = String::from("text,label\n");
    for round in 0..4 {
        for at in 0..4 {
            for (texts, label) in [(praise, "praise"), (blame, "blame"), (neither, "neither")] {
                rows += &format!("\"{}{}\",{label}\n", texts[at], " .".repeat(round));
            }
        }
    }
    rows
}

/// All losses on, everything trained.
pub(crate) fn options() -> TuningOptions {
    TuningOptions {
        embeddings: true,
        freeze_layers: 0,
        objective: TuningObjective::Own,
        lambda_importance: 0.5,
        lambda_interaction: 0.5,
        steps: Steps {
            learning_rate: 3e-3,
            batch_size: 8,
            epochs: 6,
            patience: 6,
        },
        seed: 7,
    }
}

/// An engine with the small model.
pub(crate) async fn session(backend: Backend) -> Session {
    session_of(backend, Readout::Residual).await
}

/// An engine with the small model whose head reads what it is told to.
pub(crate) async fn session_of(backend: Backend, readout: Readout) -> Session {
    let mut session = Session::start(backend)
        .await
        .expect("this lane has the device");
    let package = small_package_of(readout, None).await;
    load(&mut session, &package);
    session
}

/// Loads the model as `small`.
pub(crate) fn load(session: &mut Session, package: &Package) {
    let files = package.to_files(Precision::F32).expect("files");
    session.load("small", &files).expect("a model");
}

/// A run of [`data`] and `options` on an engine with the small model.
pub(crate) fn tune(session: &Session, options: &TuningOptions) -> Tuning {
    let data = data().into_bytes();
    let choices = DataChoices::default();
    session
        .tune("small", data, &choices, options)
        .expect("a run")
}

/// Cross-entropy, λ_imp·L_imp, λ_int·L_int, guard and accuracy of the first [`STEPS`] steps.
pub(crate) async fn losses(session: &Session) -> Vec<[f64; 5]> {
    let mut run = tune(session, &options());
    let mut steps = Vec::new();
    while steps.len() < STEPS {
        for event in run.advance(0.0).await.expect("events") {
            if let TuningEvent::Progress(progress) = event {
                let losses = progress.losses;
                steps.push([
                    losses.cross_entropy,
                    losses.weighted_importance,
                    losses.weighted_interaction,
                    losses.gate_guard,
                    losses.accuracy,
                ]);
            }
        }
    }
    steps
}

/// The steps of [`REFERENCE`].
pub(crate) fn reference() -> Vec<[f64; 5]> {
    serde_json::from_str(REFERENCE).expect("the reference")
}
