//! A run comes to the same numbers, bit by bit, whoever computes its gradients.

use std::cell::Cell;
use std::rc::Rc;

use burn::tensor::Device;
use safr::evaluate::EncodedExample;
use safr::explain::History;
use safr::model::{ModelConfig, Stream, Weights, initial_weights};
use safr::objective::{Family, GateGuard, Objective, RateOf, ScaleFree};
use safr::text::Tokenizer;
use safr::train::{
    Answers, Helper, Helpers, Options, Schedule, Steps, Task, Threads, Trainer, Wish,
};

use crate::common::small_config;

const EPOCHS: usize = 2;

/// Runs that move the words' rows, leave them, move all words in each step, and leave a layer.
fn runs() -> [(Options, ModelConfig); 4] {
    let guard = GateGuard::Rate {
        rho: 0.3,
        weight: 1.0,
    };
    let family = Family::ScaleFree(ScaleFree {
        guard,
        rate_of: RateOf::Batch,
        ..ScaleFree::PLAIN
    });
    let scale_free = options(Objective::new(family, 1.0, 1.0));
    let published = options(Objective::new(Family::Published, 0.01, 1.0));
    let frozen = Options {
        freeze_embeddings: true,
        ..scale_free.clone()
    };
    let deep = Options {
        freeze_layers: 1,
        ..scale_free.clone()
    };
    let with = |options: Options, layers| {
        let config = small_config(layers, options.objective.reading(Tokenizer::Default));
        (options, config)
    };
    [
        with(scale_free, 1),
        with(frozen, 1),
        with(published, 1),
        with(deep, 2),
    ]
}

fn options(objective: Objective) -> Options {
    Options {
        objective,
        steps: Steps {
            learning_rate: 1e-2,
            batch_size: 14,
            epochs: EPOCHS,
            patience: EPOCHS,
        },
        seed: 2,
        freeze_embeddings: false,
        freeze_layers: 0,
        schedule: Schedule::default(),
        weight_decay: 0.1,
    }
}

/// More than fill the last batch, and it is not a multiple of what is computed at once.
fn texts() -> Vec<EncodedExample> {
    let text = |at: usize| {
        let ids: Vec<u32> = (0..=at % 7)
            .map(|word| 2 + (word * 3 + at) as u32 % 8)
            .collect();
        EncodedExample::of_words(&ids, at % 2)
    };
    (0..37).map(text).collect()
}

fn trainer(options: &Options, config: &ModelConfig) -> (Trainer, Weights) {
    let mut stream = Stream::new(2);
    let weights = initial_weights(config, &mut stream);
    let data = (texts(), texts());
    let device = Device::flex();
    let trainer = Trainer::new(options.clone(), config, &weights, stream, data, &device);
    (trainer.unwrap(), weights)
}

fn run(mut trainer: Trainer) -> (History, Weights) {
    while !trainer.is_finished() {
        pollster::block_on(trainer.epoch(|_| Wish::Continue)).unwrap();
    }
    let mut history = trainer.history().clone();
    history
        .records
        .iter_mut()
        .for_each(|record| record.seconds = 0.0);
    let weights = pollster::block_on(trainer.model().weights()).unwrap();
    (history, weights)
}

#[test]
fn a_run_is_the_same_with_any_number_of_threads() {
    for (options, config) in runs() {
        let alone = run(trainer(&options, &config).0);
        for threads in [1, 2, 3, 8] {
            let (mut trainer, weights) = trainer(&options, &config);
            trainer.train_in(threads, &weights).unwrap();
            assert!(run(trainer) == alone, "{threads} threads, {options:?}");
        }
    }
}

/// Helpers of a run that has gone on: all that they need of its state comes with each task.
#[test]
fn whoever_joins_later_helps_as_well() {
    for (options, config) in runs() {
        let alone = run(trainer(&options, &config).0);
        let (mut trainer, _) = trainer(&options, &config);
        let begun = pollster::block_on(trainer.checkpoint()).unwrap();
        pollster::block_on(trainer.advance()).unwrap();
        let helper = begun.helper(&Device::flex()).unwrap();
        trainer.employ(Box::new(Threads::new(vec![helper]).unwrap()));
        assert!(run(trainer) == alone, "{options:?}");
    }
}

/// Helps for some steps, then no more.
struct Fickle {
    threads: Threads,
    steps: usize,
    asked: Rc<Cell<usize>>,
    /// What it answers at the end.
    last: Option<Vec<Vec<f32>>>,
}

impl Helpers for Fickle {
    fn count(&self) -> usize {
        self.threads.count()
    }

    fn ask(&mut self, tasks: Vec<Task>) -> Answers {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() <= self.steps {
            return self.threads.ask(tasks);
        }
        let last = self.last.clone();
        Box::pin(async { last })
    }
}

#[test]
fn a_run_goes_on_without_those_who_no_longer_help() {
    let [(options, config), ..] = runs();
    let alone = run(trainer(&options, &config).0);
    for last in [None, Some(vec![]), Some(vec![vec![0.0; 3]])] {
        let (mut trainer, weights) = trainer(&options, &config);
        let helper = Helper::new(&options, &config, &weights, &Device::flex()).unwrap();
        let asked = Rc::new(Cell::new(0));
        trainer.employ(Box::new(Fickle {
            threads: Threads::new(vec![helper]).unwrap(),
            steps: 2,
            asked: asked.clone(),
            last: last.clone(),
        }));
        assert!(run(trainer) == alone, "{last:?}");
        assert_eq!(asked.get(), 3, "who fails once is not asked again");
    }
}

/// Takes down what it is asked, and never answers.
struct Deaf(Rc<Cell<Vec<Task>>>);

impl Helpers for Deaf {
    fn count(&self) -> usize {
        1
    }

    fn ask(&mut self, tasks: Vec<Task>) -> Answers {
        self.0.set(tasks);
        Box::pin(async { None })
    }
}

#[test]
fn a_task_of_another_run_is_refused() {
    let [(options, config), .., (_, deep)] = runs();
    let (mut trainer, weights) = trainer(&options, &config);
    let tasks = Rc::new(Cell::default());
    trainer.employ(Box::new(Deaf(tasks.clone())));
    pollster::block_on(trainer.advance()).unwrap();
    let task = tasks.take().remove(0);
    let mut helper = Helper::new(&options, &config, &weights, &Device::flex()).unwrap();
    helper.answer(task.clone()).unwrap();
    let short = Task {
        values: task.values[..task.values.len() - 1].to_vec(),
        ..task.clone()
    };
    let garbled = Task {
        work: "{}".to_owned(),
        ..task.clone()
    };
    for wrong in [short, garbled] {
        helper.answer(wrong).unwrap_err();
    }
    let other = initial_weights(&deep, &mut Stream::new(2));
    let mut other = Helper::new(&options, &deep, &other, &Device::flex()).unwrap();
    other.answer(task).unwrap_err();
}
