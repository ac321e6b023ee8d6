//! A run as it stands: its data, its trainer, and the models that explain.

use burn::tensor::Device;

use super::event::Pace;
use super::result::Comparing;
use super::texts::{HeldOut, TuningData};
use super::{DataChoices, DataReport, Ending, TuningOptions, examine};
use crate::engine::{EngineError, LoadedModel};
use crate::explain::{EpochRecord, Explanation};
use crate::model::{Classifier, Stream, Weights};
use crate::objective::Objective;
use crate::package::Files;
use crate::train::Trainer;

/// A fine-tuning run.
pub struct Tuning {
    pub(super) plan: Plan,
    pub(super) objective: Objective,
    pub(super) classes: Vec<String>,
    pub(super) held_out: Vec<HeldOut>,
    pub(super) training: usize,
    pub(super) trainer: Trainer,
    pub(super) start: LoadedModel,
    /// The model in training, used for explanations; its package holds no weights.
    pub(super) current: LoadedModel,
    pub(super) pace: Pace,
    pub(super) phase: Phase,
}

/// What a run does now.
pub(super) enum Phase {
    Training,
    Ended(Ending),
    Measuring(Ending, Tuned, Comparing),
    /// `None` if there were no good weights.
    Finished(Option<Tuned>),
}

/// The weights that a run produced.
pub(super) struct Tuned {
    pub(super) weights: Weights,
    /// Their epoch; `None` if they do not belong to a finished one.
    pub(super) epoch: Option<EpochRecord>,
    pub(super) classifier: Classifier,
}

/// All that a run is made from.
pub(super) struct Plan {
    pub(super) options: TuningOptions,
    pub(super) choices: DataChoices,
    /// The file of labelled texts.
    pub(super) data: Vec<u8>,
    /// The files of the start model.
    pub(super) start: Files,
}

impl Tuning {
    pub(super) fn new(
        plan: Plan,
        start: LoadedModel,
        texts: TuningData,
        device: &Device,
    ) -> Result<Self, EngineError> {
        let TuningData {
            classes,
            training,
            held_out,
        } = texts;
        let mut stream = Stream::new(plan.options.seed);
        let mut package = start.package.clone().for_classes(&classes, &mut stream);
        let dev = held_out.iter().map(|text| text.example.clone()).collect();
        let texts = training.len();
        let trainer = Trainer::new(
            plan.options.of_run(&package),
            &package.config,
            &package.weights,
            stream,
            (training, dev),
            device,
        )?;
        package.weights = Weights::new();
        Ok(Self {
            objective: plan.options.objective(&package),
            plan,
            classes,
            held_out,
            training: texts,
            start,
            current: LoadedModel {
                package,
                classifier: trainer.model(),
            },
            trainer,
            pace: Pace::default(),
            phase: Phase::Training,
        })
    }

    /// The labelled texts that the run was started with, as their file has them, and what they hold.
    pub fn data(&self) -> (&[u8], DataReport) {
        let Plan { data, choices, .. } = &self.plan;
        (data, examine(data, choices, &self.start.package).0)
    }

    /// What is minimised.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// Whether the head started from scratch, for other classes than the start model's.
    pub(super) fn new_head(&self) -> bool {
        !self.start.package.knows(&self.classes)
    }

    /// Explains what the model as it is now makes of a text; once training has ended, with its
    /// best weights. Draws nothing from the run's stream.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn explain(&mut self, text: &str) -> Result<Explanation, EngineError> {
        self.current.classifier = match &self.phase {
            Phase::Training | Phase::Ended(_) => self.trainer.model(),
            Phase::Measuring(_, tuned, _) | Phase::Finished(Some(tuned)) => {
                tuned.classifier.clone()
            }
            Phase::Finished(None) => return self.start.explain(text).await,
        };
        self.current.explain(text).await
    }

    /// Explains what the start model makes of a text.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn explain_start(&self, text: &str) -> Result<Explanation, EngineError> {
        self.start.explain(text).await
    }
}
