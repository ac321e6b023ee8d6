//! A run from its first step to its result: pieces, checkpoints, and every way in which it ends.

use safr::engine::{
    Backend, DataChoices, Ending, EngineError, Session, Tuning, TuningEvent, TuningOptions,
    TuningResult, TypedExample,
};
use safr::evaluate::Section;
use safr::explain::NeuronCards;
use safr::model::Readout;
use safr::package::{
    Files, Package, files_of_zip, model_of_zip, names, tensor_file, tensors_of, zip_of,
};
use safr::train::{Steps, Threads};

use crate::common::tuning::{data, load, options, session, session_of, tune};
use crate::common::{deep_package, small_package_of, winners};

fn flex() -> Session {
    pollster::block_on(session(Backend::Flex))
}

fn advance(run: &mut Tuning, milliseconds: f64) -> Vec<TuningEvent> {
    pollster::block_on(run.advance(milliseconds)).unwrap()
}

/// Runs to the end, `between` each two pieces; all events.
fn end(run: &mut Tuning, mut between: impl FnMut(&mut Tuning)) -> Vec<TuningEvent> {
    let mut events = Vec::new();
    while !matches!(events.last(), Some(TuningEvent::Finished { .. })) {
        events.extend(advance(run, 0.0));
        between(run);
    }
    events
}

/// The same, and the tuned model's files.
fn finish(run: &mut Tuning, between: impl FnMut(&mut Tuning)) -> (Vec<TuningEvent>, Files) {
    let events = end(run, between);
    let command = safr::web::command(run);
    let files = pollster::block_on(run.files("tuned", "Tuned", &command)).unwrap();
    (events, files)
}

fn result(events: &[TuningEvent]) -> (Ending, Option<&TuningResult>) {
    match events.last() {
        Some(TuningEvent::Finished { ending, result, .. }) => (*ending, result.as_deref()),
        other => panic!("{other:?} is no end"),
    }
}

fn message(events: &[TuningEvent]) -> &str {
    match events.last() {
        Some(TuningEvent::Finished { message, .. }) => message,
        other => panic!("{other:?} is no end"),
    }
}

fn weights(files: &Files) -> &[u8] {
    &files[names::WEIGHTS]
}

/// Over the texts that the person gave, and with a name that a zip of the model keeps.
#[test]
fn a_tuned_model_carries_cards_of_its_neurons() {
    let session = flex();
    let mut run = tune(&session, &options());
    let (_, files) = finish(&mut run, |_| {});
    let cards: NeuronCards = serde_json::from_slice(&files[names::NEURONS]).unwrap();
    assert_eq!(cards.texts, 48);
    assert!(cards.dead + cards.neurons.len() > 0 && !cards.neurons.is_empty());
    for card in &cards.neurons {
        assert!(card.vote.is_some_and(|class| class < 3), "{card:?}");
        assert!(!card.top.is_empty() && !card.strongest.is_empty());
    }
    let zip = zip_of(&files).unwrap();
    assert_eq!(model_of_zip(&zip).unwrap(), files);
}

/// A run that is resumed, too.
#[test]
fn help_changes_nothing_about_the_result() {
    let session = flex();
    let (_, alone) = finish(&mut tune(&session, &options()), |_| {});
    let mut first = tune(&session, &options());
    let begun = pollster::block_on(first.checkpoint()).unwrap();
    let help = |run: &mut Tuning| {
        let helpers = (0..2).map(|_| session.helper(&begun).unwrap());
        run.employ(Box::new(Threads::new(helpers.collect()).unwrap()));
    };
    help(&mut first);
    advance(&mut first, 0.0);
    let checkpoint = pollster::block_on(first.checkpoint()).unwrap();
    let mut second = session.resume(&checkpoint).unwrap();
    help(&mut second);
    for mut run in [first, second] {
        let (_, helped) = finish(&mut run, |_| {});
        assert!(weights(&helped) == weights(&alone));
    }
}

#[test]
fn a_run_tells_of_its_steps_epochs_and_result() {
    let session = flex();
    let mut run = tune(&session, &options());
    let info = run.info();
    assert_eq!(info.classes, ["blame", "neither", "praise"]);
    assert!(info.new_head);
    assert_eq!((info.training, info.held_out, info.steps), (42, 6, 6));
    assert_eq!(info.workers, 2, "each has some texts of a batch");
    let (events, files) = finish(&mut run, |_| {});

    let steps: Vec<(usize, usize)> = events
        .iter()
        .filter_map(|event| match event {
            TuningEvent::Progress(progress) => Some((progress.epoch, progress.step)),
            _ => None,
        })
        .collect();
    let expected = (1..=6).flat_map(|epoch| (1..=6).map(move |step| (epoch, step)));
    assert_eq!(steps, expected.collect::<Vec<_>>());
    let records: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            TuningEvent::Epoch { record, .. } => Some(record.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(records, run.info().epochs);

    let (ending, result) = result(&events);
    let result = result.unwrap();
    assert_eq!(ending, Ending::AllEpochs);
    let best = records
        .iter()
        .map(|record| record.dev_accuracy)
        .fold(0.0, f64::max);
    assert_eq!(result.chance, 1.0 / 3.0);
    let scored: usize = result.scores.iter().map(|scores| scores.texts).sum();
    assert_eq!((result.scores.len(), scored), (3, 6));
    let missed = (6.0 * (1.0 - best)).round() as usize;
    assert_eq!((result.wrong_texts, result.wrong.len()), (missed, missed));
    for wrong in &result.wrong {
        assert_ne!(wrong.label, wrong.predicted);
        assert!(wrong.probability > 1.0 / 3.0 && wrong.probability < 1.0);
        let row = data().lines().nth(wrong.line - 1).unwrap().to_owned();
        assert!(row.contains(&wrong.text) && row.ends_with(&wrong.label));
    }
    let sure: Vec<f32> = result.wrong.iter().map(|wrong| wrong.probability).collect();
    assert!(
        sure.is_sorted_by(|a, b| a >= b),
        "the surest first: {sure:?}"
    );
    let accuracy = &result.measures[0];
    assert_eq!(
        (accuracy.section, accuracy.name.as_str()),
        (Section::Prediction, "accuracy")
    );
    assert_eq!(accuracy.after.unwrap().value, best);
    // The start model knows other classes, but its neurons can be compared.
    assert_eq!((accuracy.before, accuracy.difference), (None, None));
    assert!(result.confusion_before.is_none() && result.changed.is_empty());
    let word_keep = result
        .measures
        .iter()
        .find(|measure| measure.name == "word_keep")
        .unwrap();
    assert!(word_keep.before.is_some() && word_keep.difference.is_some());
    let score = "score/neurons/reference/top";
    assert!(result.measures.iter().any(|measure| measure.name == score));
    assert_eq!(result.confusion_after.iter().flatten().sum::<usize>(), 6);

    let package = Package::from_files(&files).unwrap();
    assert_eq!(
        (package.card.id.as_str(), package.card.title.as_str()),
        ("tuned", "Tuned")
    );
    assert_eq!(package.card.metrics["dev_accuracy"], best);
    assert!(
        package.card.command.contains("--start small"),
        "{}",
        package.card.command
    );
    assert!(
        advance(&mut run, 0.0).is_empty(),
        "nothing comes after the end"
    );
}

#[test]
fn with_the_model_s_own_classes_both_are_compared_text_by_text() {
    let session = flex();
    let own = data()
        .replace("praise", "positive")
        .replace("blame", "negative");
    let own: String = own
        .lines()
        .filter(|row| !row.ends_with("neither"))
        .map(|row| row.to_owned() + "\n")
        .collect();
    let options = TuningOptions {
        steps: Steps {
            learning_rate: 0.03,
            ..options().steps
        },
        ..options()
    };
    let choices = DataChoices {
        hold_out_share: 0.25,
        ..DataChoices::default()
    };
    let mut run = session
        .tune("small", own.into_bytes(), &choices, &options)
        .unwrap();
    assert!(!run.info().new_head);
    let (events, _) = finish(&mut run, |_| {});
    let result = result(&events).1.unwrap();
    let accuracy = &result.measures[0];
    let [before, after] = [accuracy.before, accuracy.after].map(|estimate| estimate.unwrap().value);
    let difference = accuracy.difference.unwrap();
    assert_eq!(difference.value, after - before);
    let interval = difference.interval.unwrap();
    assert!(interval.low <= difference.value && difference.value <= interval.high);
    let right = |confusion: &Vec<Vec<usize>>| confusion[0][0] + confusion[1][1];
    let before_right = right(result.confusion_before.as_ref().unwrap());
    assert_eq!(before, before_right as f64 / result.texts as f64);
    assert_eq!(
        after,
        right(&result.confusion_after) as f64 / result.texts as f64
    );
    assert!(after > before, "it learnt something: {before}, {after}");
    assert!(!result.changed.is_empty());
    assert_eq!(result.changed_texts, result.changed.len());
    let right = |wanted: fn(&safr::engine::ChangedExample) -> &String| {
        result
            .changed
            .iter()
            .filter(|text| *wanted(text) == text.label)
            .count()
    };
    let gained = right(|text| &text.after) as f64 - right(|text| &text.before) as f64;
    assert!((gained / result.texts as f64 - difference.value).abs() < 1e-12);
}

#[test]
fn what_is_asked_in_between_changes_nothing() {
    let session = flex();
    let (events, files) = finish(&mut tune(&session, &options()), |_| {});
    let mut explained = Vec::new();
    let (disturbed, other) = finish(&mut tune(&session, &options()), |run| {
        explained.push(pollster::block_on(run.explain("a very good film")).unwrap());
    });
    assert_eq!(files, other);
    assert_eq!(result(&events), result(&disturbed));
    let probabilities = |at: usize| {
        explained[at]
            .prediction
            .as_ref()
            .unwrap()
            .probabilities
            .clone()
    };
    assert_eq!(probabilities(0).len(), 3);
    assert_ne!(probabilities(0), probabilities(10), "the model learns");

    let mut slow = tune(&session, &options());
    let mut events = Vec::new();
    while !matches!(events.last(), Some(TuningEvent::Finished { .. })) {
        events.extend(advance(&mut slow, 1e6));
    }
    assert_eq!(
        files,
        pollster::block_on(slow.files("tuned", "Tuned", &safr::web::command(&slow))).unwrap()
    );
}

#[test]
fn a_checkpoint_goes_on_as_if_nothing_had_happened_whatever_is_frozen() {
    for embeddings in [true, false] {
        let options = TuningOptions {
            embeddings,
            ..options()
        };
        let mut whole = tune(&flex(), &options);
        let (events, files) = finish(&mut whole, |_| {});
        // Before the first step, within the first epoch, at the end of one, and within one.
        for pieces in [0, 3, 7, 16] {
            let mut first = tune(&flex(), &options);
            for _ in 0..pieces {
                advance(&mut first, 0.0);
            }
            let checkpoint = pollster::block_on(first.checkpoint()).unwrap();
            advance(&mut first, 0.0);
            // Another session, which has loaded no model.
            let other = pollster::block_on(Session::start(Backend::Flex)).unwrap();
            let mut second = other.resume(&checkpoint).unwrap();
            let (told, resumed) = finish(&mut second, |_| {});
            assert_eq!(weights(&files), weights(&resumed), "after {pieces} pieces");
            assert_eq!(result(&events), result(&told));
        }
    }
}

/// A model of several layers keeps what is frozen to the last bit, learns all else, and is taught in steps that warm
/// up and decay; a checkpoint, which lacks what is frozen, goes on as if nothing had happened.
#[test]
fn a_model_of_several_layers_learns_what_is_not_frozen() {
    let package = pollster::block_on(deep_package());
    let mut session = pollster::block_on(session(Backend::Flex));
    load(&mut session, &package);
    let own = TuningOptions::of(&package);
    assert!(!own.embeddings && own.freeze_layers == 1);
    for (embeddings, freeze_layers, frozen) in [
        (true, 0, &[][..]),
        (false, 0, &["embedding.weight"]),
        (false, 1, &["embedding.", "positions.", "layers.0."]),
    ] {
        let options = TuningOptions {
            embeddings,
            freeze_layers,
            ..options()
        };
        let mut whole = tune(&session, &options);
        let info = whole.info();
        assert_eq!(info.recipe, "csv-pretrained");
        let (_, files) = finish(&mut whole, |_| {});
        let mut trained = 0;
        for (name, array) in Package::from_files(&files).unwrap().weights {
            let stays = frozen.iter().any(|start| name.starts_with(start));
            let before = package.weights.get(&name);
            assert_eq!(before == Some(&array), stays, "{name} at {frozen:?}");
            trained += if stays { 0 } else { array.values.len() };
        }
        assert_eq!(info.parameters, trained);

        let mut first = tune(&session, &options);
        (0..9).for_each(|_| drop(advance(&mut first, 0.0)));
        let checkpoint = pollster::block_on(first.checkpoint()).unwrap();
        let (_, resumed) = finish(&mut flex().resume(&checkpoint).unwrap(), |_| {});
        assert_eq!(weights(&files), weights(&resumed), "{frozen:?}");
    }
}

/// A model whose head reads the neurons is tuned as one: its new head has a weight for each of them, and
/// a checkpoint goes on as if nothing had happened.
#[test]
fn a_head_that_reads_the_neurons_is_drawn_for_them() {
    let session = pollster::block_on(session_of(Backend::Flex, Readout::Neurons));
    let start = pollster::block_on(small_package_of(Readout::Neurons, Some(winners(2, 0.0))));
    assert_eq!(start.weights["fc.weight"].shape, [2, 10]);
    let (_, files) = finish(&mut tune(&session, &options()), |_| {});
    let tuned = Package::from_files(&files).unwrap();
    assert_eq!(tuned.config.readout, Readout::Neurons);
    assert_eq!(tuned.weights["fc.weight"].shape, [3, 10]);
    assert_eq!(tuned.weights["fc.bias"].shape, [3]);

    let mut first = tune(&session, &options());
    (0..9).for_each(|_| drop(advance(&mut first, 0.0)));
    let checkpoint = pollster::block_on(first.checkpoint()).unwrap();
    let other = pollster::block_on(Session::start(Backend::Flex)).unwrap();
    let (_, resumed) = finish(&mut other.resume(&checkpoint).unwrap(), |_| {});
    assert_eq!(weights(&files), weights(&resumed));

    // Its explanation says nothing past the neurons, and learnt something of the classes.
    let mut session = session;
    let model = session.load("tuned", &files).unwrap();
    let explanation = pollster::block_on(model.explain("a very good film")).unwrap();
    let evidence = explanation.evidence.unwrap();
    assert_eq!((evidence.classes.len(), evidence.past), (3, vec![0.0; 3]));
    assert!(
        evidence
            .words
            .iter()
            .flatten()
            .any(|said| said.abs() > 1e-3)
    );
}

#[test]
fn bytes_that_are_no_checkpoint_are_refused() {
    let session = flex();
    let mut run = tune(&session, &options());
    let checkpoint = pollster::block_on(run.checkpoint()).unwrap();
    for bytes in [&b""[..], b"PK\x03\x04", &checkpoint[..checkpoint.len() / 2]] {
        let error = session.resume(bytes).err().expect("an error");
        assert!(matches!(error, EngineError::Checkpoint(_)), "{error}");
    }
    let (_, files) = finish(&mut run, |_| {});
    let model = zip_of(&files).unwrap();
    let error = session.resume(&model).err().expect("an error");
    assert_eq!(error.kind(), "checkpoint");
}

#[test]
fn a_stopped_run_gives_what_it_has() {
    let session = flex();
    for (pieces, epoch) in [(0, None), (2, None), (8, Some(1))] {
        let mut run = tune(&session, &options());
        for _ in 0..pieces {
            advance(&mut run, 0.0);
        }
        run.stop();
        let (events, _) = finish(&mut run, |_| {});
        let (ending, result) = result(&events);
        assert_eq!(ending, Ending::Stopped);
        assert_eq!(result.unwrap().epoch, epoch, "after {pieces} pieces");
        let within = message(&events).contains("during its first epoch");
        assert_eq!(within, epoch.is_none(), "{}", message(&events));
    }
}

#[test]
fn a_run_that_learns_no_more_ends() {
    // So small that no weight moves: by a step that moves some, the loss may fall or rise.
    let options = TuningOptions {
        steps: Steps {
            learning_rate: 1e-30,
            patience: 2,
            ..options().steps
        },
        ..options()
    };
    let (events, _) = finish(&mut tune(&flex(), &options), |_| {});
    let (ending, result) = result(&events);
    assert_eq!((ending, result.unwrap().epoch), (Ending::Patience, Some(1)));
}

#[test]
fn a_loss_far_beyond_that_of_guessing_ends_the_run() {
    let options = TuningOptions {
        steps: Steps {
            learning_rate: 100.0,
            ..options().steps
        },
        ..options()
    };
    let mut run = tune(&flex(), &options);
    let events = end(&mut run, |_| {});
    let (ending, result) = result(&events);
    assert_eq!(ending, Ending::Diverged);
    assert!(result.is_none(), "its first epoch was its best");
    assert!(
        message(&events).contains("Nothing came of it"),
        "{}",
        message(&events)
    );
    assert_eq!(run.info().epochs.len(), 1, "it goes no further");
    assert!(pollster::block_on(run.checkpoint()).is_err());
}

#[test]
fn a_run_that_is_taken_up_has_its_data() {
    let choices = DataChoices {
        typed: vec![TypedExample {
            text: "a very good film".to_owned(),
            label: "praise".to_owned(),
        }],
        ..DataChoices::default()
    };
    let bytes = data().into_bytes();
    let mut run = flex()
        .tune("small", bytes.clone(), &choices, &options())
        .unwrap();
    let checkpoint = pollster::block_on(run.checkpoint()).unwrap();
    let taken_up = flex().resume(&checkpoint).unwrap();
    let (kept, report) = taken_up.data();
    assert_eq!((kept, report.texts), (bytes.as_slice(), 49));
    assert_eq!(taken_up.info().data.typed, choices.typed);
    assert_eq!(run.data(), (kept, report));
}

#[test]
fn a_lost_loss_ends_the_run_with_the_last_good_weights() {
    let options = TuningOptions {
        steps: Steps {
            learning_rate: 1e30,
            ..options().steps
        },
        ..options()
    };
    let mut run = tune(&flex(), &options);
    let events = end(&mut run, |_| {});
    let (ending, result) = result(&events);
    assert_eq!(ending, Ending::NotFinite);
    let good = events
        .iter()
        .any(|event| matches!(event, TuningEvent::Epoch { .. }));
    assert_eq!(result.is_some(), good);
    assert_ne!(message(&events).contains("nothing came of it"), good);
    assert!(pollster::block_on(run.checkpoint()).is_err());
    let explanation = pollster::block_on(run.explain("a good film")).unwrap();
    let probabilities = explanation.prediction.unwrap().probabilities;
    assert!(
        probabilities
            .iter()
            .all(|probability| probability.is_finite())
    );
}

#[test]
fn a_loss_lost_in_a_later_epoch_leaves_the_best_weights_before_it() {
    let mut first = tune(&flex(), &options());
    while !matches!(
        advance(&mut first, 1e6).last(),
        Some(TuningEvent::Epoch { .. })
    ) {}
    let checkpoint = pollster::block_on(first.checkpoint()).unwrap();
    first.stop();
    let (_, good) = finish(&mut first, |_| {});

    // As if the last step had gone much too far.
    let mut files = files_of_zip(&checkpoint).unwrap();
    let mut lost = tensors_of(&files["weights.safetensors"]).unwrap();
    for array in lost.values_mut() {
        array.values.fill(f32::MAX);
    }
    files.insert(
        "weights.safetensors".to_owned(),
        tensor_file(&lost).unwrap(),
    );
    let mut second = flex().resume(&zip_of(&files).unwrap()).unwrap();
    let (events, kept) = finish(&mut second, |_| {});
    let (ending, result) = result(&events);
    assert_eq!(
        (ending, result.unwrap().epoch),
        (Ending::NotFinite, Some(1))
    );
    assert_eq!(weights(&good), weights(&kept));
}

#[test]
fn what_cannot_be_run_is_refused_before_it_begins() {
    let session = flex();
    let refused = |data: &str, options: &TuningOptions| {
        let choices = DataChoices::default();
        let run = session.tune("small", data.as_bytes().to_vec(), &choices, options);
        run.err().expect("an error").kind()
    };
    assert_eq!(refused("text,label\ngood,1\nbad,1\n", &options()), "data");
    for options in [
        TuningOptions {
            steps: Steps {
                learning_rate: 0.0,
                ..options().steps
            },
            ..options()
        },
        TuningOptions {
            lambda_importance: -1.0,
            ..options()
        },
        TuningOptions {
            lambda_interaction: f64::NAN,
            ..options()
        },
        TuningOptions {
            steps: Steps {
                batch_size: 0,
                ..options().steps
            },
            ..options()
        },
        TuningOptions {
            steps: Steps {
                epochs: 0,
                ..options().steps
            },
            ..options()
        },
        TuningOptions {
            steps: Steps {
                patience: 0,
                ..options().steps
            },
            ..options()
        },
    ] {
        assert_eq!(refused(&data(), &options), "options");
    }
    let run = session.tune(
        "other",
        data().into_bytes(),
        &DataChoices::default(),
        &options(),
    );
    assert_eq!(run.err().expect("an error").kind(), "missing-model");
}
