//! Fine-tuning of a model on a person's own texts, in pieces small enough that other questions
//! are answered in between.

mod data;
mod event;
mod info;
mod model;
mod options;
mod report;
mod result;
mod run;
mod store;

use burn::tensor::Device;

pub use data::{DataChoices, MAX_CLASSES, MAX_ROWS, TypedExample, examine};
pub use event::{Ending, LossParts, MeasuredFor, TuningEvent, TuningProgress};
pub use info::TuningInfo;
pub use options::{TuningObjective, TuningOptions};
pub use report::{BrokenRow, ClassCount, Conflict, DataProblem, DataReport, ProblemKind};
pub use result::{
    ChangedExample, ClassScores, Confusion, Estimate, MeasureChange, TuningResult, WrongExample,
};

use super::{Engine, EngineError, LoadedModel};
use crate::explain::{EpochRecord, Explanation};
use crate::model::{Classifier, Stream, Weights};
use crate::objective::Objective;
use crate::package::{Files, Package, Precision};
use crate::train::Trainer;
use data::{HeldOut, TuningData};
use event::Pace;
use result::Comparing;

/// All that a run is made from.
struct Plan {
    options: TuningOptions,
    choices: DataChoices,
    /// The file of labelled texts.
    data: Vec<u8>,
    /// The files of the start model.
    start: Files,
}

/// A fine-tuning run.
pub struct Tuning {
    plan: Plan,
    objective: Objective,
    classes: Vec<String>,
    held_out: Vec<HeldOut>,
    training: usize,
    trainer: Trainer,
    start: LoadedModel,
    /// The model that is trained, as it explains; its package holds no weights.
    current: LoadedModel,
    pace: Pace,
    phase: Phase,
}

/// What a run does now.
enum Phase {
    Training,
    Ended(Ending),
    Measuring(Ending, Tuned, Comparing),
    /// `None` if there were no good weights.
    Finished(Option<Tuned>),
}

/// The weights that came of a run.
struct Tuned {
    weights: Weights,
    /// Their epoch; `None` if they are of no finished one.
    epoch: Option<EpochRecord>,
    classifier: Classifier,
}

impl Engine {
    /// What a file of labelled texts holds, for fine-tuning the model `id`.
    ///
    /// # Errors
    /// If there is no such model. What is wrong with the file stands in the report.
    pub fn examine(
        &self,
        id: &str,
        data: &[u8],
        choices: &DataChoices,
    ) -> Result<DataReport, EngineError> {
        Ok(examine(data, choices, &self.model(id)?.package).0)
    }

    /// Prepares fine-tuning of the model `id` on a file of labelled texts.
    ///
    /// # Errors
    /// If there is no such model, or the data or an option cannot be used.
    pub fn tune(
        &self,
        id: &str,
        data: Vec<u8>,
        choices: &DataChoices,
        options: &TuningOptions,
    ) -> Result<Tuning, EngineError> {
        options.check()?;
        let start = self.model(id)?.clone();
        let (report, texts) = examine(&data, choices, &start.package);
        if let Some(problem) = report.problem {
            return Err(problem.into());
        }
        let plan = Plan {
            options: options.clone(),
            choices: DataChoices {
                encoding: report.encoding,
                layout: report.layout,
                text_column: report.text_column,
                label_column: report.label_column,
                ..choices.clone()
            },
            data,
            start: exact_files(&start.package)?,
        };
        Tuning::new(plan, start, texts, &self.device.device)
    }

    /// Takes up the run of a checkpoint, on this engine's device. Its start model need not be
    /// loaded.
    ///
    /// # Errors
    /// If the bytes are no checkpoint.
    pub fn resume(&self, checkpoint: &[u8]) -> Result<Tuning, EngineError> {
        let (plan, start, checkpoint) = store::read(checkpoint)?;
        let device = &self.device.device;
        let start = LoadedModel::of(start, device)?;
        let (report, texts) = examine(&plan.data, &plan.choices, &start.package);
        if let Some(problem) = report.problem {
            return Err(problem.into());
        }
        let mut tuning = Tuning::new(plan, start, texts, device)?;
        tuning.trainer.resume(checkpoint)?;
        Ok(tuning)
    }
}

impl Tuning {
    fn new(
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

    /// The labelled texts that the run was begun with, as their file has them, and what they hold.
    pub fn data(&self) -> (&[u8], DataReport) {
        let Plan { data, choices, .. } = &self.plan;
        (data, examine(data, choices, &self.start.package).0)
    }

    /// Whether the head began anew, for other classes than the start model's.
    fn new_head(&self) -> bool {
        !self.start.package.knows(&self.classes)
    }

    /// Explains what the model as it is now makes of a text; once training has ended, with its
    /// best weights. Takes nothing from the run's stream.
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

    /// All that [`Engine::resume`] needs to go on from here.
    ///
    /// # Errors
    /// If the device was lost or failed, or there is nothing to go on with.
    pub async fn checkpoint(&mut self) -> Result<Vec<u8>, EngineError> {
        if let Phase::Ended(Ending::NotFinite | Ending::Diverged)
        | Phase::Measuring(Ending::NotFinite | Ending::Diverged, ..)
        | Phase::Finished(_) = self.phase
        {
            return Err(EngineError::Run("the run is over"));
        }
        store::write(&self.plan, self.trainer.checkpoint().await?)
    }
}

/// The files of a model in the smallest form that holds its weights exactly.
fn exact_files(package: &Package) -> Result<Files, EngineError> {
    let precision = match package.rounded_weights(Precision::Int8)? == package.weights {
        true => Precision::Int8,
        false => Precision::F32,
    };
    Ok(package.to_files(precision)?)
}
