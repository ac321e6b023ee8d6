//! It learns: a few texts by heart, and to tell kinds of questions apart that it has not seen.

use safr::engine::{DataChoices, TuningOptions};
use safr::train::Steps;

use crate::common::questions::{self, Row, accuracy, finish, lines, mean, options, session};
use crate::common::set;

fn rows(file: &str) -> Vec<Row> {
    questions::read(&set("trec").join(file))
}

#[test]
fn the_page_s_model_learns_32_texts_by_heart() {
    let session = session();
    let mut rows = rows("TREC.train");
    // One of each of the six classes is held out.
    rows.truncate(38);
    let options = TuningOptions {
        steps: Steps {
            epochs: 60,
            patience: 60,
            ..options(&session).steps
        },
        ..options(&session)
    };
    let choices = DataChoices::default();
    let mut run = session
        .tune("plain", lines(&rows), &choices, &options)
        .unwrap();
    assert_eq!(run.info().training, 32);
    finish(&mut run);
    // In training words are dropped at random: the model must know all texts in some epoch.
    let most = run
        .info()
        .epochs
        .iter()
        .map(|record| record.train_accuracy)
        .fold(0.0, f64::max);
    assert_eq!(most, 1.0);
}

/// The rows with each other's classes. They are in random order, so that a class then says nothing of
/// the question.
fn shuffled(rows: &[Row]) -> Vec<Row> {
    let others = rows.iter().cycle().skip(7);
    let shuffled = rows.iter().zip(others);
    shuffled
        .map(|([_, text], [class, _])| [class.clone(), text.clone()])
        .collect()
}

#[test]
fn questions_teach_it_to_tell_six_kinds_apart_and_shuffled_classes_do_not() {
    let (training, test) = (rows("TREC.train"), rows("TREC.test"));
    let learnt = |rows: &[Row]| [0, 1, 2].map(|seed| accuracy(rows, &test, seed));
    let (taught, control) = (learnt(&training), learnt(&shuffled(&training)));
    println!("{taught:?}, with shuffled classes {control:?}");
    assert!(mean(&taught) >= 0.55, "{taught:?}");
    assert!(mean(&control) <= 0.35, "{control:?}");
}
