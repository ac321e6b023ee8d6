//! What benchmarks of training share.

#![allow(dead_code, reason = "every benchmark takes what it needs")]

use std::time::{Duration, Instant};

use pollster::block_on;
use safr::objective::Objective;
use safr::train::{Options, Schedule, Steps, TrainError, Trainer};

/// A run that does not end by itself.
pub(crate) fn endless(objective: Objective, learning_rate: f64, batch_size: usize) -> Options {
    Options {
        objective,
        steps: Steps {
            learning_rate,
            batch_size,
            epochs: usize::MAX,
            patience: usize::MAX,
        },
        seed: 0,
        freeze_embeddings: false,
        freeze_layers: 0,
        weight_decay: 0.0,
        schedule: Schedule::default(),
    }
}

/// The time of one optimiser step, whose losses are read; what is measured between epochs is left out.
pub(crate) fn step(trainer: &mut Trainer) -> Result<Duration, TrainError> {
    let before = trainer.steps();
    loop {
        let start = Instant::now();
        block_on(trainer.advance())?;
        block_on(trainer.progress())?;
        if trainer.steps() > before {
            return Ok(start.elapsed());
        }
    }
}
