//! A run, step by step and epoch by epoch.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use web_time::Instant;

use super::adam::Adam;
use super::epoch::Epoch;
use super::micro::{self, Step};
use super::origin::Origin;
use super::{Helpers, Options, Outcome, Progress, TrainError, TrainEvent, Wish};
use crate::evaluate::{EncodedExample, Evaluation, Sweep};
use crate::explain::{EpochRecord, History};
use crate::model::{
    Batch, Classifier, ModelConfig, Noise, Padding, Stream, Weights, WeightsError, Whole, read,
};
use crate::objective::{Family, GateGuard, Objective, ScaleFree};

/// Maximum steps between two readbacks: often enough to show progress and to bound memory, rarely
/// enough not to hold up a GPU.
const READ_EVERY: usize = 16;

/// A run in progress.
pub struct Trainer {
    pub(super) origin: Origin,
    pub(super) train: Vec<EncodedExample>,
    dev: Vec<EncodedExample>,
    pub(super) device: Device,
    pub(super) model: Classifier,
    pub(super) optimizer: Adam,
    pub(super) stream: Stream,
    pub(super) history: History,
    pub(super) best: Option<Weights>,
    pub(super) epoch: Option<Epoch>,
    pub(super) helpers: Option<Box<dyn Helpers>>,
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
        let model = options.place(config, weights, &device)?;
        Ok(Self {
            optimizer: Adam::new(&model, options.embeddings(), options.weight_decay),
            model,
            origin: Origin::new(options, config, weights, [&train, &dev]),
            train,
            dev,
            device,
            stream,
            history: History::default(),
            best: None,
            epoch: None,
            helpers: None,
        })
    }

    /// Says what ids and labels stand for, so that a checkpoint of a run with other words or
    /// classes is not resumed.
    #[must_use]
    pub fn named(mut self, words: &[String], classes: &[String]) -> Self {
        self.origin.name(words, classes);
        self
    }

    /// Trains an epoch, or what is left of the one in progress, and measures the dev part.
    ///
    /// # Errors
    /// If the device was lost, or a loss is no longer a number.
    pub async fn epoch(
        &mut self,
        mut listen: impl FnMut(TrainEvent) -> Wish,
    ) -> Result<Outcome, TrainError> {
        loop {
            let Some(event) = self.advance().await? else {
                continue;
            };
            let done = matches!(event, TrainEvent::Epoch(_));
            let wish = listen(event);
            if done && self.is_finished() {
                return Ok(Outcome::Finished);
            } else if done {
                return Ok(Outcome::More);
            } else if wish == Wish::Stop {
                return Ok(Outcome::Stopped);
            }
        }
    }

    /// Advances by one piece: takes a step, or measures a batch of the dev part. Reports steps
    /// when it reads them, which is not after each one.
    ///
    /// # Errors
    /// If the device was lost, or a loss is no longer a number.
    pub async fn advance(&mut self) -> Result<Option<TrainEvent>, TrainError> {
        let start = Instant::now();
        let mut epoch = match self.epoch.take() {
            Some(epoch) => epoch,
            None => self.begin_epoch(),
        };
        let Some(batch) = epoch.next_batch() else {
            let record = self.measure(&mut epoch, start).await?;
            if record.is_none() {
                self.epoch = Some(epoch);
            }
            return Ok(record.map(TrainEvent::Epoch));
        };
        let batch = batch.to_vec();
        let values = self.step(&batch, &epoch.objective).await?;
        epoch.stepped(values);
        let told = if epoch.unread() == READ_EVERY || epoch.next_batch().is_none() {
            epoch.read(self.optimizer.steps()).await?;
            Some(TrainEvent::Progress(epoch.progress()))
        } else {
            None
        };
        epoch.spend(start.elapsed().as_secs_f64());
        self.epoch = Some(epoch);
        Ok(told)
    }

    /// Reads the results of the latest steps, if there are any not yet reported; in one readback.
    ///
    /// # Errors
    /// If the device was lost, or a loss is no longer a number.
    pub async fn progress(&mut self) -> Result<Option<Progress>, TrainError> {
        let Some(epoch) = &mut self.epoch else {
            return Ok(None);
        };
        let start = Instant::now();
        epoch.read(self.optimizer.steps()).await?;
        epoch.spend(start.elapsed().as_secs_f64());
        Ok(epoch.has_news().then(|| epoch.progress()))
    }

    /// Whether all epochs are done or patience has run out.
    pub fn is_finished(&self) -> bool {
        let done = self.history.records.len();
        let best = self.history.best().map_or(0, |best| best.epoch);
        self.origin.options.steps.are_over(done, best)
    }

    /// The training part.
    pub fn texts(&self) -> &[EncodedExample] {
        &self.train
    }

    /// The dev part.
    pub fn dev(&self) -> &[EncodedExample] {
        &self.dev
    }

    /// The records of the epochs so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The weights of the epoch with the best dev accuracy; `None` before the first.
    pub fn best(&self) -> Option<&Weights> {
        self.best.as_ref()
    }

    /// The model as it is now, in evaluation mode.
    pub fn model(&self) -> Classifier {
        self.model.valid()
    }

    /// Optimiser steps taken.
    pub fn steps(&self) -> usize {
        self.optimizer.steps()
    }

    /// Steps per epoch.
    pub fn steps_per_epoch(&self) -> usize {
        self.train
            .len()
            .div_ceil(self.origin.options.steps.batch_size)
    }

    /// The completed fraction of the run's maximum number of steps, in [0, 1].
    fn part_behind(&self) -> f64 {
        let most = self
            .origin
            .options
            .steps
            .epochs
            .saturating_mul(self.steps_per_epoch());
        (self.steps() as f64 / most.max(1) as f64).min(1.0)
    }

    /// How many dev texts of the epoch in progress are measured, once its steps are taken.
    pub fn measured(&self) -> Option<usize> {
        Some(self.epoch.as_ref()?.sweep.as_ref()?.texts())
    }

    fn begin_epoch(&mut self) -> Epoch {
        let number = self.history.records.len() + 1;
        let objective = self.annealed(number);
        let data = (
            self.train.as_slice(),
            self.origin.options.steps.batch_size,
            self.padding(),
        );
        Epoch::begin(number, objective, data, &mut self.stream)
    }

    pub(super) fn padding(&self) -> Padding {
        self.model.config.reading.padding
    }

    /// One optimiser step; returns the batch's sums, `[5]`: cross-entropy, L_imp, L_int and guard
    /// times the number of texts, and the number of texts classified correctly.
    async fn step(
        &mut self,
        batch: &[usize],
        objective: &Objective,
    ) -> Result<Tensor<1>, TrainError> {
        let part = self.part_behind();
        let schedule = self.origin.options.schedule;
        let objective = objective.weighted(schedule.weight(part));
        let step = self.prepare(batch, objective).await?;
        let (gradient, rows, values) = self.learn(&step).await?.whole();
        let rate = self.origin.options.steps.learning_rate * schedule.rate(part);
        let stepped = self.optimizer.step(&mut self.model, gradient, rows, rate);
        stepped.await?;
        Ok(values)
    }

    /// The step on a batch; the run's stream passes over its noise.
    async fn prepare(&mut self, batch: &[usize], objective: Objective) -> Result<Step, TrainError> {
        let examples = || batch.iter().map(|&at| &self.train[at]);
        let texts: Vec<&[u32]> = examples().map(|text| text.ids.as_slice()).collect();
        let config = &self.model.config;
        let most = micro::most(&self.device);
        let mut whole = Whole::of(&texts, config);
        if whole.texts > most {
            let batch = Batch::new(&texts, config, &self.device);
            if let Some(keep) = objective.keep_of_batch(&self.model, &batch) {
                whole.keep = read(keep.without_autodiff()).await?.first().copied();
            }
        }
        let dims = [whole.texts, whole.length];
        let step = Step {
            labels: examples().map(|text| text.label).collect(),
            texts: texts.into_iter().map(<[u32]>::to_vec).collect(),
            whole,
            noise: self.stream.position(),
            objective,
            most,
        };
        Noise::pass(&mut self.stream, &self.model.config, dims);
        Ok(step)
    }

    /// Measures the next batch of the dev part; returns the record of the epoch if it was the last.
    async fn measure(
        &mut self,
        epoch: &mut Epoch,
        start: Instant,
    ) -> Result<Option<EpochRecord>, TrainError> {
        let sweep = epoch.sweep.get_or_insert_with(|| Sweep::new(&self.dev));
        if !sweep.is_done() {
            let (model, size) = (self.model.valid(), self.origin.options.steps.batch_size);
            sweep
                .advance(&model, &epoch.objective, &self.dev, size)
                .await?;
        }
        let dev = sweep.is_done().then(|| sweep.clone().finish());
        epoch.spend(start.elapsed().as_secs_f64());
        let Some(dev) = dev else { return Ok(None) };
        if !dev.cross_entropy.is_finite() {
            let step = self.optimizer.steps();
            return Err(TrainError::NotFinite { step });
        }
        let record = self.record(epoch, &dev);
        self.history.records.push(record.clone());
        if self.history.best() == Some(&record) {
            self.best = Some(self.model.weights().await?);
        }
        Ok(Some(record))
    }

    fn record(&self, epoch: &Epoch, dev: &Evaluation) -> EpochRecord {
        let (losses, train_accuracy) = epoch.means();
        let objective = &epoch.objective;
        EpochRecord {
            epoch: self.history.records.len() + 1,
            step: self.optimizer.steps(),
            train_cross_entropy: losses.cross_entropy,
            dev_cross_entropy: dev.cross_entropy,
            weighted_importance: objective.lambda_importance * losses.importance,
            weighted_interaction: objective.lambda_interaction * losses.interaction,
            gate_guard: losses.guard,
            train_accuracy,
            dev_accuracy: dev.accuracy,
            word_keep: dev.word_keep,
            pad_keep: dev.pad_keep,
            // If nothing rises, no epoch counts less than a later one.
            regularised: match objective.is_regularised() {
                true => self.origin.options.schedule.weight(self.part_behind()),
                false => 1.0,
            },
            embedding_norm: dev.embedding_norm,
            attention_entropy: dev.attention_entropy,
            seconds: epoch.position().seconds,
        }
    }

    /// The objective of an epoch: β of VMASK's entropy falls geometrically, epoch by epoch, from its
    /// first value to a hundredth of it.
    pub(super) fn annealed(&self, epoch: usize) -> Objective {
        let mut objective = self.origin.options.objective;
        if let Family::ScaleFree(ScaleFree {
            guard: GateGuard::Entropy { beta },
            ..
        }) = &mut objective.family
        {
            let last = self.origin.options.steps.epochs.max(2) - 1;
            *beta *= 0.01f64.powf((epoch - 1) as f64 / last as f64);
        }
        objective
    }
}
