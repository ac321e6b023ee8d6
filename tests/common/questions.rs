//! Questions of six kinds in TREC's layout (Li & Roth 2002), and how well a model that was fine-tuned on
//! some tells others apart. `tests/page/questions.js` does the same in the page.

use std::path::{Path, PathBuf};

use safr::engine::{Backend, DataChoices, Session, Tuning, TuningEvent, TuningOptions};
use safr::package::read_directory;

/// A class and a question.
pub(crate) type Row = [String; 2];

/// Lines of a file: `CLASS:kind question`, in Latin-1.
pub(crate) fn read(file: &Path) -> Vec<Row> {
    let bytes = std::fs::read(file).unwrap();
    let text: String = bytes.into_iter().map(char::from).collect();
    text.lines()
        .map(|line| {
            let (class, question) = line.split_once(' ').expect("a question");
            [class.split(':').next().unwrap_or_default(), question].map(str::to_owned)
        })
        .collect()
}

/// As a file that a person might give.
pub(crate) fn lines(rows: &[Row]) -> Vec<u8> {
    let lines = rows
        .iter()
        .map(|[label, text]| format!("{label}\t{text}\n"));
    lines.collect::<String>().into_bytes()
}

/// An engine with the page's plain model.
pub(crate) fn session() -> Session {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("www/models/sst2-plain");
    let mut session = pollster::block_on(Session::start(Backend::Flex)).unwrap();
    session
        .load("plain", &read_directory(&folder).unwrap())
        .unwrap();
    session
}

/// What the page proposes for its plain model.
pub(crate) fn options(session: &Session) -> TuningOptions {
    TuningOptions::of(&session.model("plain").unwrap().package)
}

/// Trains to the end.
pub(crate) fn finish(run: &mut Tuning) {
    while !matches!(
        pollster::block_on(run.advance(1e6)).unwrap().last(),
        Some(TuningEvent::Finished { .. })
    ) {}
}

/// Accuracy on `test` of the page's plain model, fine-tuned on `training` with what the page proposes.
pub(crate) fn accuracy(training: &[Row], test: &[Row], seed: u64) -> f64 {
    let mut session = session();
    let options = TuningOptions {
        seed,
        ..options(&session)
    };
    let choices = DataChoices {
        hold_out_seed: seed,
        ..DataChoices::default()
    };
    let mut run = session
        .tune("plain", lines(training), &choices, &options)
        .unwrap();
    finish(&mut run);
    let files = pollster::block_on(run.files("tuned", "Tuned", "")).unwrap();
    let tuned = session.load("tuned", &files).unwrap();
    let right = test.iter().filter(|[label, text]| {
        let explanation = pollster::block_on(tuned.explain(text)).unwrap();
        let prediction = explanation.prediction.unwrap();
        prediction.classes[prediction.predicted] == *label
    });
    right.count() as f64 / test.len() as f64
}

/// The mean.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
