//! What a fine-tuning run reports.

use serde::Serialize;

use super::TuningResult;
use crate::explain::EpochRecord;
use crate::objective::Objective;
use crate::train::{Progress, StepRecord};

/// What a run reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TuningEvent {
    /// Some steps are done.
    Progress(TuningProgress),
    /// Some held-out texts are measured.
    Measuring {
        /// What for.
        what: MeasuredFor,
        /// How many are measured.
        texts: usize,
        /// How many there are to measure.
        of: usize,
    },
    /// An epoch is done.
    Epoch {
        /// Whether it is the best so far, by held-out accuracy.
        best: bool,
        /// Its measures; the held-out texts are the dev part.
        #[serde(flatten)]
        record: EpochRecord,
    },
    /// The run is over.
    Finished {
        /// Why.
        ending: Ending,
        /// The same in a sentence.
        message: String,
        /// Its result; `None` if there are no good weights.
        result: Option<Box<TuningResult>>,
    },
}

/// Where a run is, and the results of the latest steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TuningProgress {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Steps done in it.
    pub step: usize,
    /// Steps per epoch.
    pub steps: usize,
    /// Steps done in all epochs.
    pub total_step: usize,
    /// Texts trained on per second.
    pub examples_per_second: f64,
    /// Time left if all epochs are needed.
    pub seconds_left: f64,
    /// Means over the texts of the latest steps.
    #[serde(flatten)]
    pub losses: LossParts,
}

/// Means over the texts of some steps; the losses as they enter the sum that is minimised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LossParts {
    /// Cross-entropy in nats.
    pub cross_entropy: f64,
    /// λ_imp·L_imp.
    pub weighted_importance: f64,
    /// λ_int·L_int.
    pub weighted_interaction: f64,
    /// The gate guard.
    pub gate_guard: f64,
    /// Training accuracy.
    pub accuracy: f64,
}

impl LossParts {
    /// The means over `steps` of a run that minimises `objective`.
    pub fn of(steps: &[StepRecord], objective: &Objective) -> Self {
        let texts: usize = steps.iter().map(|step| step.texts).sum();
        let mean = |value: fn(&StepRecord) -> f64| {
            let sum: f64 = steps
                .iter()
                .map(|step| step.texts as f64 * value(step))
                .sum();
            sum / texts.max(1) as f64
        };
        Self {
            cross_entropy: mean(|step| step.losses.cross_entropy),
            weighted_importance: objective.lambda_importance * mean(|step| step.losses.importance),
            weighted_interaction: objective.lambda_interaction
                * mean(|step| step.losses.interaction),
            gate_guard: mean(|step| step.losses.guard),
            accuracy: mean(|step| step.correct as f64 / step.texts as f64),
        }
    }
}

/// What held-out texts are measured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeasuredFor {
    /// The record of an epoch.
    Epoch,
    /// The result of the run.
    Result,
}

/// Why a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// All epochs are done.
    AllEpochs,
    /// The held-out accuracy stopped rising.
    Patience,
    /// It was stopped.
    Stopped,
    /// A loss is no longer a number.
    NotFinite,
    /// A loss is a number, but far beyond that of guessing.
    Diverged,
}

impl Ending {
    /// In words; `epoch` is that of the resulting weights.
    pub(super) fn message(self, epoch: Option<usize>) -> &'static str {
        match (self, epoch) {
            (Self::AllEpochs, _) => "All epochs are done. The result is that of the best one.",
            (Self::Patience, _) => {
                "The held-out accuracy stopped rising, so training ended. The result is that of the best epoch."
            }
            (Self::Stopped, Some(_)) => {
                "Training was stopped. The result is that of the best epoch so far."
            }
            (Self::Stopped, None) => {
                "Training was stopped during its first epoch. The result is that of the steps so far."
            }
            (Self::NotFinite, Some(_)) => {
                "A loss is no longer a number, so training was stopped. The result is that of the best epoch before."
            }
            (Self::NotFinite, None) => {
                "A loss is no longer a number, so training was stopped before an epoch was done: nothing came of it."
            }
            (Self::Diverged, Some(_)) => {
                "Training diverged: its loss is more than ten times that of guessing. The result is that of the best epoch before."
            }
            (Self::Diverged, None) => {
                "Training diverged: its loss is more than ten times that of guessing. Nothing came of it."
            }
        }
    }
}

/// How fast a run is, from the time it spent; pauses do not count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// Training steps, and the seconds that they took.
    steps: (usize, f64),
    /// Seconds since the last progress.
    since: f64,
    /// Measuring of the held-out texts after the last epoch, and of the epoch in progress.
    measuring: (f64, f64),
}

impl Pace {
    pub(super) fn trained(&mut self, seconds: f64) {
        self.since += seconds;
    }

    pub(super) fn measured(&mut self, seconds: f64) {
        self.measuring.1 += seconds;
    }

    pub(super) fn epoch_done(&mut self) {
        self.measuring = (self.measuring.1, 0.0);
    }

    /// A progress event, `epochs_left` whole epochs before the end.
    pub(super) fn progress(
        &mut self,
        progress: &Progress,
        total_step: usize,
        epochs_left: usize,
        objective: &Objective,
    ) -> TuningProgress {
        let seconds = std::mem::take(&mut self.since).max(1e-9);
        let texts: usize = progress.recent.iter().map(|step| step.texts).sum();
        self.steps.0 += progress.recent.len();
        self.steps.1 += seconds;
        let steps_left = progress.steps * (epochs_left + 1) - progress.step;
        let step_seconds = self.steps.1 / self.steps.0.max(1) as f64;
        TuningProgress {
            epoch: progress.epoch,
            step: progress.step,
            steps: progress.steps,
            total_step,
            examples_per_second: texts as f64 / seconds,
            seconds_left: steps_left as f64 * step_seconds
                + (epochs_left + 1) as f64 * self.measuring.0,
            losses: LossParts::of(&progress.recent, objective),
        }
    }
}
