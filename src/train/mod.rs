//! The one step loop by which the command line and the page train a model.

mod adam;
mod batches;
mod checkpoint;
mod hold_out;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use web_time::Instant;

pub use checkpoint::Checkpoint;
pub use hold_out::hold_out;

use crate::evaluate::{EncodedExample, correct, evaluate};
use crate::explain::{EpochRecord, History};
use crate::model::{
    Batch, Classifier, ModelConfig, Noise, ReadError, Stream, Weights, WeightsError, read,
};
use crate::objective::{Family, GateGuard, Objective, ScaleFree};
use adam::{Adam, Rows};
use batches::batches;

/// Steps between two readbacks: often enough to show progress and to bound memory, seldom enough
/// not to hold a GPU up.
const READ_EVERY: usize = 16;

/// What a run is given besides model and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// What is minimised.
    pub objective: Objective,
    /// Adam's step size.
    pub learning_rate: f64,
    /// Texts a batch.
    pub batch_size: usize,
    /// Most epochs.
    pub epochs: usize,
    /// Epochs without a strictly better dev accuracy after which training ends.
    pub patience: usize,
    /// Seed of the run's one random stream.
    pub seed: u64,
}

/// What a run says of itself.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainEvent {
    /// Some steps are done.
    Progress(Progress),
    /// An epoch is done and the dev part measured.
    Epoch(EpochRecord),
}

/// Where a run stands within an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Steps done in this epoch.
    pub step: usize,
    /// Steps of an epoch.
    pub steps: usize,
    /// Mean cross-entropy of the epoch so far.
    pub cross_entropy: f64,
    /// Training accuracy of the epoch so far.
    pub accuracy: f64,
}

/// What the listener to a run wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Go on.
    Continue,
    /// Stop at once; the run goes on from the last finished epoch.
    Stop,
}

/// How an epoch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is more to do.
    More,
    /// All epochs are done, or patience is at its end.
    Finished,
    /// The listener wanted to stop.
    Stopped,
}

/// A run in progress.
pub struct Trainer {
    options: Options,
    train: Vec<EncodedExample>,
    dev: Vec<EncodedExample>,
    device: Device,
    model: Classifier,
    optimizer: Adam,
    stream: Stream,
    history: History,
    best: Option<Weights>,
}

impl Trainer {
    /// Prepares a run on `device` from `weights`; `stream` is the run's stream, from which the
    /// weights may have been drawn before.
    ///
    /// # Errors
    /// If the weights do not fit the config.
    pub fn new(
        options: Options,
        config: &ModelConfig,
        weights: &Weights,
        stream: Stream,
        (train, dev): (Vec<EncodedExample>, Vec<EncodedExample>),
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let device = device.clone().autodiff();
        let model = Classifier::new(config, weights, &device)?;
        Ok(Self {
            optimizer: Adam::new(&model, options.objective.moves_words_apart()),
            model,
            options,
            train,
            dev,
            device,
            stream,
            history: History::default(),
            best: None,
        })
    }

    /// Trains one epoch and measures the dev part.
    ///
    /// # Errors
    /// If the device was lost, or a loss is no longer a number.
    pub async fn epoch(
        &mut self,
        mut listen: impl FnMut(TrainEvent) -> Wish,
    ) -> Result<Outcome, TrainError> {
        let start = Instant::now();
        let epoch = self.history.records.len() + 1;
        let objective = self.annealed(epoch);
        let lengths: Vec<usize> = self.train.iter().map(|example| example.ids.len()).collect();
        let padding = self.model.config.reading.padding;
        let batches = batches(&lengths, self.options.batch_size, padding, &mut self.stream);
        let mut sums = Sums::default();
        let mut pending: Option<Tensor<1>> = None;
        for (at, batch) in batches.iter().enumerate() {
            let part = self.step(batch, &objective);
            pending = Some(match pending {
                Some(sum) => sum + part,
                None => part,
            });
            if (at + 1).is_multiple_of(READ_EVERY) || at + 1 == batches.len() {
                let part = read(pending.take().expect("a step was taken")).await?;
                sums.add(&part).ok_or(TrainError::NotFinite {
                    step: self.optimizer.steps(),
                })?;
                sums.texts = batches[..=at].iter().map(Vec::len).sum();
                let progress = sums.progress(epoch, at + 1, batches.len());
                if listen(TrainEvent::Progress(progress)) == Wish::Stop {
                    return Ok(Outcome::Stopped);
                }
            }
        }
        let record = self.record(epoch, &objective, &sums, start).await?;
        if self
            .history
            .best()
            .is_none_or(|best| record.dev_accuracy > best.dev_accuracy)
        {
            self.best = Some(self.model.weights().await?);
        }
        self.history.records.push(record.clone());
        listen(TrainEvent::Epoch(record));
        Ok(if self.is_finished() {
            Outcome::Finished
        } else {
            Outcome::More
        })
    }

    /// Whether all epochs are done or patience is at its end.
    pub fn is_finished(&self) -> bool {
        let done = self.history.records.len();
        let best = self.history.best().map_or(0, |best| best.epoch);
        done >= self.options.epochs || done - best >= self.options.patience
    }

    /// What the epochs so far gave.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The weights of the epoch with the best dev accuracy; `None` before the first.
    pub fn best(&self) -> Option<&Weights> {
        self.best.as_ref()
    }

    /// One optimiser step; returns the batch's sums, `[5]`: cross-entropy, L_imp, L_int and guard
    /// times the number of texts, and the number of texts classified rightly.
    fn step(&mut self, batch: &[usize], objective: &Objective) -> Tensor<1> {
        let texts: Vec<&[u32]> = batch
            .iter()
            .map(|&at| self.train[at].ids.as_slice())
            .collect();
        let labels: Vec<usize> = batch.iter().map(|&at| self.train[at].label).collect();
        let config = &self.model.config;
        let input = Batch::new(&texts, config, &self.device);
        let noise = Noise::draw(&mut self.stream, config, input.dims(), &self.device);
        let rows = self.optimizer.by_rows().then(|| Rows {
            types: input.types.clone(),
            leaf: self.model.rows(&input).detach().require_grad(),
        });
        let trace = match &rows {
            Some(rows) => self
                .model
                .forward_rows(&input, rows.leaf.clone(), Some(&noise)),
            None => self.model.forward(&input, Some(&noise)),
        };
        let losses = objective.losses(&trace, &labels);
        let gradients = objective.total(&losses).backward();
        let rate = self.options.learning_rate;
        self.model = self
            .optimizer
            .step(self.model.clone(), rows.as_ref(), gradients, rate);
        let parts = [
            losses.cross_entropy,
            losses.importance,
            losses.interaction,
            losses.guard,
        ];
        let mut sums: Vec<Tensor<1>> = parts
            .into_iter()
            .map(|part| part.without_autodiff() * batch.len() as f64)
            .collect();
        sums.push(correct(trace.logits.without_autodiff(), &labels));
        Tensor::cat(sums, 0)
    }

    async fn record(
        &self,
        epoch: usize,
        objective: &Objective,
        sums: &Sums,
        start: Instant,
    ) -> Result<EpochRecord, ReadError> {
        let model = self.model.valid();
        let dev = evaluate(
            &model,
            objective,
            &self.dev,
            self.options.batch_size,
            |_| {},
        )
        .await?;
        let texts = self.train.len() as f64;
        Ok(EpochRecord {
            epoch,
            step: self.optimizer.steps(),
            train_cross_entropy: sums.cross_entropy / texts,
            dev_cross_entropy: dev.cross_entropy,
            weighted_importance: objective.lambda_importance * sums.importance / texts,
            weighted_interaction: objective.lambda_interaction * sums.interaction / texts,
            gate_guard: sums.guard / texts,
            train_accuracy: sums.correct / texts,
            dev_accuracy: dev.accuracy,
            word_keep: dev.word_keep,
            pad_keep: dev.pad_keep,
            embedding_norm: dev.embedding_norm,
            attention_entropy: dev.attention_entropy,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// The objective of an epoch: β of VMASK's entropy falls from its first value to a hundredth
    /// of it, epoch by epoch, in equal ratios.
    fn annealed(&self, epoch: usize) -> Objective {
        let mut objective = self.options.objective;
        if let Family::ScaleFree(ScaleFree {
            guard: GateGuard::Entropy { beta },
            ..
        }) = &mut objective.family
        {
            let last = self.options.epochs.max(2) - 1;
            *beta *= 0.01f64.powf((epoch - 1) as f64 / last as f64);
        }
        objective
    }
}

/// Sums over the texts of an epoch so far.
#[derive(Default)]
struct Sums {
    texts: usize,
    cross_entropy: f64,
    importance: f64,
    interaction: f64,
    guard: f64,
    correct: f64,
}

impl Sums {
    fn progress(&self, epoch: usize, step: usize, steps: usize) -> Progress {
        let texts = self.texts.max(1) as f64;
        let (cross_entropy, accuracy) = (self.cross_entropy / texts, self.correct / texts);
        Progress {
            epoch,
            step,
            steps,
            cross_entropy,
            accuracy,
        }
    }

    /// Adds what [`Trainer::step`] returned; `None` if it is not finite.
    fn add(&mut self, part: &[f32]) -> Option<()> {
        let &[ce, importance, interaction, guard, correct] = part else {
            return None;
        };
        self.cross_entropy += f64::from(ce);
        self.importance += f64::from(importance);
        self.interaction += f64::from(interaction);
        self.guard += f64::from(guard);
        self.correct += f64::from(correct);
        part.iter().all(|value| value.is_finite()).then_some(())
    }
}

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A loss is NaN or infinite.
    #[error(
        "a loss is no longer a number after step {step}; the best weights so far are kept; try a lower learning rate or smaller λ"
    )]
    NotFinite {
        /// Optimiser steps taken.
        step: usize,
    },
    /// The device failed.
    #[error(transparent)]
    Device(#[from] ReadError),
    /// The weights do not fit the config.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A checkpoint cannot be written or taken up.
    #[error("the checkpoint cannot be used: {0}; delete it to start anew")]
    Checkpoint(String),
}
