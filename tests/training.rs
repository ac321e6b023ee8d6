//! Training learns, repeats itself exactly, and goes on after a stop as if it had not been stopped.

use burn::tensor::Device;
use safr::evaluate::EncodedExample;
use safr::explain::History;
use safr::model::{ModelConfig, Noise, Stream, Weights, initial_weights, read};
use safr::objective::{Family, GateGuard, Objective, ScaleFree, Space};
use safr::text::Tokenizer;
use safr::train::{
    Checkpoint, Differs, Options, Schedule, Steps, TrainError, TrainEvent, Trainer, Wish,
};

use crate::common::small_config;

fn scale_free() -> Objective {
    let guard = GateGuard::Rate {
        rho: 0.3,
        weight: 1.0,
    };
    Objective::new(
        Family::ScaleFree(ScaleFree {
            space: Space::Mlp,
            guard,
            ..ScaleFree::PLAIN
        }),
        1.0,
        1.0,
    )
}

fn published() -> Objective {
    Objective::new(Family::Published, 0.01, 1.0)
}

/// Texts of random words whose class is whether the word 3 or the word 4 stands in them.
fn texts(count: usize) -> Vec<EncodedExample> {
    let mut stream = Stream::new(11);
    (0..count)
        .map(|at| {
            let label = at % 2;
            let mut ids: Vec<u32> = (0..1 + at % 6)
                .map(|word| 5 + (word * 3 + at) as u32 % 7)
                .collect();
            ids.push(3 + label as u32);
            stream.shuffle(&mut ids);
            EncodedExample::of_words(&ids, label)
        })
        .collect()
}

fn trainer(objective: Objective, epochs: usize, learning_rate: f64, device: &Device) -> Trainer {
    trainer_of(
        small_config(1, objective.reading(Tokenizer::Default)),
        objective,
        epochs,
        learning_rate,
        device,
    )
}

fn trainer_of(
    config: ModelConfig,
    objective: Objective,
    epochs: usize,
    learning_rate: f64,
    device: &Device,
) -> Trainer {
    let mut stream = Stream::new(2);
    let weights = initial_weights(&config, &mut stream);
    let options = options(objective, epochs, learning_rate);
    let data = (texts(32), texts(32));
    Trainer::new(options, &config, &weights, stream, data, device).unwrap()
}

fn options(objective: Objective, epochs: usize, learning_rate: f64) -> Options {
    Options {
        objective,
        steps: Steps {
            learning_rate,
            batch_size: 8,
            epochs,
            patience: epochs,
        },
        seed: 2,
        freeze_embeddings: false,
        freeze_layers: 0,
        schedule: Schedule::default(),
        weight_decay: 0.0,
    }
}

fn run(trainer: &mut Trainer) -> (History, Weights) {
    while !trainer.is_finished() {
        pollster::block_on(trainer.epoch(|_| Wish::Continue)).unwrap();
    }
    (
        without_time(trainer.history()),
        trainer.best().unwrap().clone(),
    )
}

fn without_time(history: &History) -> History {
    let mut history = history.clone();
    history
        .records
        .iter_mut()
        .for_each(|record| record.seconds = 0.0);
    history
}

#[test]
fn both_objectives_overfit_32_texts() {
    // A keep rate of 0.3 would hide the telling word of a short text.
    let guard = GateGuard::Rate {
        rho: 0.8,
        weight: 1.0,
    };
    let family = Family::ScaleFree(ScaleFree {
        space: Space::Mlp,
        guard,
        ..ScaleFree::PLAIN
    });
    for objective in [
        Objective {
            family,
            lambda_importance: 0.1,
            ..scale_free()
        },
        published(),
    ] {
        let reading = objective.reading(Tokenizer::Default);
        let config = ModelConfig {
            d_model: 32,
            d_ff: 64,
            ..small_config(1, reading)
        };
        let mut trainer = trainer_of(config, objective, 200, 3e-3, &Device::flex());
        let (history, _) = run(&mut trainer);
        let best = history.best().unwrap();
        assert_eq!(best.dev_accuracy, 1.0, "{objective:?}");
        assert!(best.epoch > 1, "it had something to learn");
    }
}

#[test]
fn a_run_repeats_itself_exactly() {
    let twice = [1, 2].map(|_| run(&mut trainer(scale_free(), 3, 1e-3, &Device::flex())));
    assert!(twice[0] == twice[1]);
}

#[test]
fn a_run_stopped_behind_any_step_goes_on_as_if_it_had_not_been_stopped() {
    let device = Device::flex();
    let whole = run(&mut trainer(scale_free(), 4, 1e-3, &device));

    // 4 steps per epoch, then 4 batches of the dev part: stopped within the first epoch, between
    // two, in the middle of the third, and while that is measured.
    for pieces in [3, 16, 18, 21] {
        let mut first = trainer(scale_free(), 4, 1e-3, &device);
        for _ in 0..pieces {
            pollster::block_on(first.advance()).unwrap();
        }
        let checkpoint = pollster::block_on(first.checkpoint()).unwrap();
        let files = checkpoint.to_files().unwrap();
        let checkpoint = Checkpoint::from_files(&mut files.clone()).unwrap();
        // What happens after it does not matter.
        pollster::block_on(first.advance()).unwrap();
        let mut second = trainer(scale_free(), 4, 1e-3, &device);
        second.resume(checkpoint.clone()).unwrap();
        assert!(run(&mut second) == whole, "after {pieces} pieces");

        let mut other = trainer(scale_free(), 4, 5e-3, &device);
        assert_eq!(differs(other.resume(checkpoint)), "learning-rate");
    }
}

#[test]
fn a_checkpoint_that_lacks_a_file_or_has_a_damaged_one_says_which() {
    let mut run = trainer(scale_free(), 1, 1e-3, &Device::flex());
    let checkpoint = pollster::block_on(run.checkpoint()).unwrap();
    let files = checkpoint.to_files().unwrap();
    assert!(!files.contains_key("best.safetensors"), "no epoch is done");
    for name in files.keys() {
        let mut lacking = files.clone();
        lacking.remove(name);
        let error = Checkpoint::from_files(&mut lacking)
            .unwrap_err()
            .to_string();
        assert!(error.contains(&format!("lacks its file {name}")), "{error}");
        let mut damaged = files.clone();
        damaged.insert(name.clone(), vec![0xff; 9]);
        let error = Checkpoint::from_files(&mut damaged)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("the checkpoint cannot be used"),
            "{error}"
        );
    }
}

/// A choice's name stood among its options, as `kind`, until losses were files.
#[test]
fn a_run_that_an_earlier_version_began_goes_on() {
    let mut first = trainer(scale_free(), 4, 1e-3, &Device::flex());
    let mut checkpoint = pollster::block_on(first.checkpoint()).unwrap();
    let mut state: serde_json::Value = serde_json::from_str(&checkpoint.state).unwrap();
    let family = &mut state["origin"]["options"]["objective"]["family"];
    assert!(
        family["scale-free"]["guard"]["rate"].is_object(),
        "{family}"
    );
    *family = serde_json::json!({
        "kind": "scale-free", "space": "mlp", "guard": {"kind": "rate", "rho": 0.3, "weight": 1.0},
        "rate_of": "text", "apart": "important", "gate_given": false, "pairs": "attended",
    });
    checkpoint.state = state.to_string();
    let mut second = trainer(scale_free(), 4, 1e-3, &Device::flex());
    second.resume(checkpoint).unwrap();
}

/// What a refused checkpoint's run was begun with that the other was not.
fn differs(resumed: Result<(), TrainError>) -> String {
    match resumed {
        Err(TrainError::OtherRun(differences)) => {
            let differs = |what: &Differs| what.then != what.now;
            assert!(differences.iter().all(differs), "{differences:?}");
            differences[0].what.clone()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_checkpoint_is_not_taken_up_with_other_words_sizes_texts_or_weights() {
    let objective = scale_free();
    let config = small_config(1, objective.reading(Tokenizer::Default));
    let begin = |config: &ModelConfig, seed: u64, data: [usize; 2], words: &[&str]| {
        let weights = initial_weights(config, &mut Stream::new(seed));
        let options = options(objective, 4, 1e-3);
        let data = (texts(data[0]), texts(data[1]));
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Trainer::new(
            options,
            config,
            &weights,
            Stream::new(2),
            data,
            &Device::flex(),
        )
        .unwrap()
        .named(&words, &["sad".to_owned(), "glad".to_owned()])
    };
    let words = ["good", "bad"];
    let checkpoint = pollster::block_on(begin(&config, 2, [32, 32], &words).checkpoint()).unwrap();
    let dropout = ModelConfig {
        dropout: 0.7,
        ..config.clone()
    };
    for (mut other, what) in [
        (begin(&config, 2, [32, 32], &["bad", "good"]), "words"),
        (begin(&dropout, 2, [32, 32], &words), "model, dropout"),
        (begin(&config, 2, [31, 32], &words), "training texts"),
        (begin(&config, 2, [32, 31], &words), "dev texts"),
        (begin(&config, 3, [32, 32], &words), "start weights"),
    ] {
        assert_eq!(differs(other.resume(checkpoint.clone())), what);
    }
    begin(&config, 2, [32, 32], &words)
        .resume(checkpoint)
        .unwrap();
}

#[test]
fn reading_often_or_seldom_gives_the_same_run() {
    let whole = run(&mut trainer(scale_free(), 2, 1e-3, &Device::flex()));
    let mut often = trainer(scale_free(), 2, 1e-3, &Device::flex());
    let mut steps = Vec::new();
    while !often.is_finished() {
        if let Some(TrainEvent::Progress(progress)) = pollster::block_on(often.advance()).unwrap() {
            steps.extend(progress.recent);
        }
        if let Some(progress) = pollster::block_on(often.progress()).unwrap() {
            steps.extend(progress.recent);
        }
    }
    assert!(run(&mut often) == whole);
    assert_eq!(steps.len(), 8, "every step is told once");
    let mean = steps[4..]
        .iter()
        .map(|step| step.losses.cross_entropy)
        .sum::<f64>()
        / 4.0;
    crate::common::close(
        "the epoch's mean",
        mean,
        whole.0.records[1].train_cross_entropy,
        1e-6,
    );
}

#[test]
fn frozen_embeddings_stay_and_the_rest_learns() {
    for rank in [None, Some(4)] {
        for objective in [scale_free(), published()] {
            let config = ModelConfig {
                embedding_rank: rank,
                ..small_config(1, objective.reading(Tokenizer::Default))
            };
            let weights = initial_weights(&config, &mut Stream::new(2));
            let options = Options {
                freeze_embeddings: true,
                ..options(objective, 2, 1e-2)
            };
            let data = (texts(32), texts(32));
            let device = Device::flex();
            let mut trainer =
                Trainer::new(options, &config, &weights, Stream::new(2), data, &device).unwrap();
            pollster::block_on(trainer.epoch(|_| Wish::Continue)).unwrap();
            let checkpoint = pollster::block_on(trainer.checkpoint()).unwrap();
            let trained: usize = checkpoint
                .weights
                .values()
                .map(|array| array.values.len())
                .sum();
            for (name, array) in &checkpoint.weights {
                let frozen = name.starts_with("embedding.");
                assert_eq!(
                    *array == weights[name],
                    frozen,
                    "{name}, {rank:?}, {objective:?}"
                );
            }
            let frozen: usize = weights
                .iter()
                .filter(|(name, _)| name.starts_with("embedding."))
                .map(|(_, array)| array.values.len())
                .sum();
            // In whole lines of 64 values.
            let moved = (trained - frozen).next_multiple_of(64);
            for (name, moments) in &checkpoint.optimizer {
                assert_eq!(moments.values.len(), moved, "moments {name}");
            }
        }
    }
}

/// With the first of two blocks everything below it stays, to the last bit, even where weights decay; a run that is
/// resumed knows what does not learn.
#[test]
fn frozen_layers_stay_and_what_is_above_learns() {
    let objective = scale_free();
    let config = small_config(2, objective.reading(Tokenizer::Default));
    let weights = initial_weights(&config, &mut Stream::new(2));
    let options = Options {
        freeze_layers: 1,
        weight_decay: 0.1,
        ..options(objective, 2, 1e-2)
    };
    let trainer = || {
        let data = (texts(32), texts(32));
        let (options, device) = (options.clone(), Device::flex());
        Trainer::new(options, &config, &weights, Stream::new(2), data, &device).unwrap()
    };
    let mut first = trainer();
    pollster::block_on(first.epoch(|_| Wish::Continue)).unwrap();
    let half = pollster::block_on(first.checkpoint()).unwrap();
    let mut second = trainer();
    second.resume(half).unwrap();
    let after = [&mut first, &mut second].map(|trainer| {
        pollster::block_on(trainer.epoch(|_| Wish::Continue)).unwrap();
        pollster::block_on(trainer.checkpoint()).unwrap().weights
    });
    assert_eq!(after[0], after[1]);
    for (name, array) in &after[0] {
        let frozen = name.starts_with("embedding.") || name.starts_with("layers.0.");
        assert_eq!(*array == weights[name], frozen, "{name}");
    }
}

#[test]
fn a_run_that_explodes_says_so_and_keeps_its_best_weights() {
    let mut trainer = trainer(scale_free(), 50, 1e30, &Device::flex());
    let mut epochs = 0;
    let error = loop {
        let listen = |event| {
            epochs += usize::from(matches!(event, TrainEvent::Epoch(_)));
            Wish::Continue
        };
        match pollster::block_on(trainer.epoch(listen)) {
            Ok(_) => assert!(!trainer.is_finished(), "it never exploded"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, TrainError::NotFinite { .. }), "{error}");
    assert_eq!(trainer.best().is_some(), epochs > 0);
}

/// While the weights rise from 0, the first step is that of a run without regularisers, and an epoch
/// counts as best only once they are whole; where nothing rises, any does.
#[test]
fn regularisers_rise_along_the_run() {
    let device = Device::flex();
    let plain = Objective::new(
        Family::ScaleFree(ScaleFree {
            guard: GateGuard::None,
            ..ScaleFree::PLAIN
        }),
        0.0,
        0.0,
    );
    let scheduled = |objective: Objective, ramp: f64, epochs: usize| {
        let config = small_config(1, objective.reading(Tokenizer::Default));
        let mut stream = Stream::new(2);
        let weights = initial_weights(&config, &mut stream);
        let usual = options(objective, epochs, 1e-2);
        let options = Options {
            steps: Steps {
                batch_size: 32, // One step per epoch.
                ..usual.steps
            },
            schedule: Schedule {
                ramp,
                decay: true,
                ..Schedule::default()
            },
            ..usual
        };
        let data = (texts(32), texts(32));
        let mut trainer = Trainer::new(options, &config, &weights, stream, data, &device).unwrap();
        run(&mut trainer)
    };
    let (_, risen) = scheduled(scale_free(), 1.0, 1);
    assert_eq!(risen, scheduled(plain, 0.0, 1).1);
    assert_ne!(risen, scheduled(scale_free(), 0.0, 1).1);

    let (history, _) = scheduled(scale_free(), 0.75, 4);
    let parts: Vec<f64> = history.records.iter().map(|r| r.regularised).collect();
    assert_eq!(parts, [1.0 / 3.0, 2.0 / 3.0, 1.0, 1.0]);
    assert!(history.best().unwrap().epoch >= 3);
    let (history, _) = scheduled(plain, 0.75, 4);
    assert!(
        history.records.iter().all(|r| r.regularised == 1.0),
        "nothing rises"
    );
}

/// Word dropout closes that share of the gates in training; the others sample as before.
#[test]
fn word_dropout_closes_gates() {
    let device = Device::flex();
    let reading = scale_free().reading(Tokenizer::Default);
    let config = ModelConfig {
        word_dropout: 0.3,
        ..small_config(1, reading)
    };
    let noise = Noise::draw(&mut Stream::new(3), &config, [100, 100], &device);
    let noise = pollster::block_on(read(noise.gate.flatten(0, 1))).unwrap();
    let closed = noise.iter().filter(|&&noise| noise < -1e6).count();
    assert!((2850..3150).contains(&closed), "{closed} of 10000");
    let drawn = Stream::new(3).logistic(noise.len());
    let same = noise.iter().zip(&drawn).filter(|(a, b)| a == b).count();
    assert_eq!(same, noise.len() - closed);
}
