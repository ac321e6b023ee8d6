//! What a run is, told before its first step and after it was resumed.

use serde::Serialize;

use super::{DataChoices, Tuning, TuningOptions};
use crate::explain::{EpochRecord, History};
use crate::model::{parameter_count, parameter_shapes};
use crate::train::WORKERS;

/// What a run is; the same after it was resumed.
#[derive(Clone, Debug, Serialize)]
pub struct TuningInfo {
    /// Id of the model that it started from.
    pub start: String,
    /// Its name for people.
    pub start_title: String,
    /// What is minimised, in words.
    pub objective: String,
    /// As chosen.
    pub options: TuningOptions,
    /// Name of the preset that it follows in all that is not chosen.
    pub recipe: &'static str,
    /// As chosen and recognised.
    pub data: DataChoices,
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
    /// Whether they differ from the start model's classes, so that the head started from scratch.
    pub new_head: bool,
    /// Texts that are trained on.
    pub training: usize,
    /// The others.
    pub held_out: usize,
    /// Steps per epoch.
    pub steps: usize,
    /// Number of trained parameters.
    pub parameters: usize,
    /// How many workers may train at once.
    pub workers: usize,
    /// The epochs that are done.
    pub epochs: Vec<EpochRecord>,
    /// Steps taken so far.
    pub step: usize,
}

/// What all workers may take, in bytes; and one of them, as a multiple of the model's numbers: these, those that come with
/// each step, gradients, and what a pass keeps.
const MEMORY: usize = 1 << 30;
const PER_NUMBER: usize = 5 * size_of::<f32>();

impl Tuning {
    /// What training recorded so far, epoch by epoch.
    pub fn history(&self) -> &History {
        self.trainer.history()
    }

    /// What the run is.
    pub fn info(&self) -> TuningInfo {
        let options = &self.plan.options;
        let config = &self.current.package.config;
        let by_memory = MEMORY / (parameter_count(config) * PER_NUMBER);
        TuningInfo {
            start: self.start.package.card.id.clone(),
            start_title: self.start.package.card.title.clone(),
            objective: self.objective.to_string(),
            options: options.clone(),
            recipe: TuningOptions::recipe_for(config),
            data: self.plan.choices.clone(),
            classes: self.classes.clone(),
            new_head: self.new_head(),
            training: self.training,
            held_out: self.held_out.len(),
            steps: self.trainer.steps_per_epoch(),
            parameters: parameter_shapes(config)
                .into_iter()
                .filter(|(name, _)| !options.freezes(name))
                .map(|(_, shape)| shape.iter().product::<usize>())
                .sum(),
            workers: self
                .trainer
                .most_workers()
                .min(WORKERS)
                .min(by_memory.max(1)),
            epochs: self.trainer.history().records.clone(),
            step: self.trainer.steps(),
        }
    }
}
