//! Fine-tuning of a model on a person's own texts, in pieces small enough that other questions
//! are answered in between.

mod data;
mod event;
mod options;
mod report;
mod result;
mod store;

use burn::tensor::Device;
use serde::Serialize;
use web_time::Instant;

pub use data::{DataChoices, MAX_CLASSES, MAX_ROWS, examine};
pub use event::{Ending, LossParts, MeasuredFor, TuningEvent, TuningProgress};
pub use options::TuningOptions;
pub use report::{BrokenRow, ClassCount, Conflict, DataProblem, DataReport, ProblemKind};
pub use result::{ChangedExample, Confusion, Estimate, MeasureChange, TuningResult};

use super::{Engine, EngineError, LoadedModel, faults};
use crate::explain::{EpochRecord, Explanation};
use crate::model::{Classifier, Stream, Weights, parameter_shapes};
use crate::objective::Objective;
use crate::package::{Card, FORMAT, Files, Package, Precision};
use crate::train::{TrainError, TrainEvent, Trainer};
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

/// What a run is; the same after it was resumed.
#[derive(Clone, Debug, Serialize)]
pub struct TuningInfo {
    /// Id of the model that it began with.
    pub start: String,
    /// Its name for people.
    pub start_title: String,
    /// What is minimised, in words.
    pub objective: String,
    /// As chosen.
    pub options: TuningOptions,
    /// As chosen and recognised.
    pub data: DataChoices,
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
    /// Whether they are other classes than the start model's, so that the head began anew.
    pub new_head: bool,
    /// Texts that are trained on.
    pub training: usize,
    /// The others.
    pub held_out: usize,
    /// Steps of an epoch.
    pub steps: usize,
    /// Number of values that learn.
    pub parameters: usize,
    /// The epochs that are done.
    pub epochs: Vec<EpochRecord>,
    /// Steps taken so far.
    pub step: usize,
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
        let start = LoadedModel::place(start, device)?;
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

    /// What the run is.
    pub fn info(&self) -> TuningInfo {
        let frozen = |name: &str| !self.plan.options.embeddings && name.starts_with("embedding.");
        let config = &self.current.package.config;
        TuningInfo {
            start: self.start.package.card.id.clone(),
            start_title: self.start.package.card.title.clone(),
            objective: self.objective.to_string(),
            options: self.plan.options.clone(),
            data: self.plan.choices.clone(),
            classes: self.classes.clone(),
            new_head: self.new_head(),
            training: self.training,
            held_out: self.held_out.len(),
            steps: self.trainer.steps_per_epoch(),
            parameters: parameter_shapes(config)
                .into_iter()
                .filter(|(name, _)| !frozen(name))
                .map(|(_, shape)| shape.iter().product::<usize>())
                .sum(),
            epochs: self.trainer.history().records.clone(),
            step: self.trainer.steps(),
        }
    }

    fn new_head(&self) -> bool {
        !self.start.package.knows(&self.classes)
    }

    /// Goes on for about so long, for one batch at least, and not beyond the end of an epoch.
    /// Nothing comes after [`TuningEvent::Finished`].
    ///
    /// # Errors
    /// If the device was lost or failed; the run can go on from a checkpoint.
    pub async fn advance(&mut self, milliseconds: f64) -> Result<Vec<TuningEvent>, EngineError> {
        let start = Instant::now();
        let mut events = Vec::new();
        while !matches!(self.phase, Phase::Finished(_)) {
            events.extend(self.piece().await?);
            let epoch_done = matches!(events.last(), Some(TuningEvent::Epoch { .. }));
            if epoch_done || start.elapsed().as_secs_f64() * 1e3 >= milliseconds {
                break;
            }
        }
        if let Phase::Training = self.phase {
            let begin = Instant::now();
            let progress = self.trainer.progress().await;
            self.pace.trained(begin.elapsed().as_secs_f64());
            let progress = progress.map(|progress| progress.map(TrainEvent::Progress));
            events.extend(self.told(progress)?);
        }
        match faults::first() {
            Some(fault) => Err(EngineError::Fault(fault)),
            None => Ok(events),
        }
    }

    /// Trains no more; [`advance`](Self::advance) then measures the result.
    pub fn stop(&mut self) {
        if let Phase::Training = self.phase {
            self.phase = Phase::Ended(Ending::Stopped);
        }
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

    /// All that [`Engine::resume`] needs to go on from here.
    ///
    /// # Errors
    /// If the device was lost or failed, or there is nothing to go on with.
    pub async fn checkpoint(&mut self) -> Result<Vec<u8>, EngineError> {
        if let Phase::Ended(Ending::NotFinite)
        | Phase::Measuring(Ending::NotFinite, ..)
        | Phase::Finished(_) = self.phase
        {
            return Err(EngineError::Run("the run is over"));
        }
        store::write(&self.plan, self.trainer.checkpoint().await?)
    }

    /// The tuned model as the files of a model directory, under a new id and name.
    ///
    /// # Errors
    /// If the run is not finished or gave no model, or the device failed.
    pub async fn files(&self, id: &str, title: &str) -> Result<Files, EngineError> {
        let Phase::Finished(Some(tuned)) = &self.phase else {
            return Err(EngineError::Run("there is no tuned model yet"));
        };
        let package = Package {
            card: self.card(tuned, id, title),
            weights: tuned.weights.clone(),
            gate_values: tuned.classifier.gate_values().await?,
            ..self.current.package.clone()
        };
        Ok(package.to_files(Precision::F32)?)
    }

    fn card(&self, tuned: &Tuned, id: &str, title: &str) -> Card {
        let start = &self.start.package;
        let data = format!(
            "own texts, {} trained on and {} held out, from {}",
            self.training,
            self.held_out.len(),
            start.card.title
        );
        Card {
            format: FORMAT,
            id: id.to_owned(),
            title: title.to_owned(),
            data,
            classes: self.classes.clone(),
            objective: self.objective.to_string(),
            lambda_importance: self.objective.lambda_importance,
            lambda_interaction: self.objective.lambda_interaction,
            seed: Some(self.plan.options.seed),
            command: self.plan.options.command(start, &self.plan.choices),
            metrics: tuned
                .epoch
                .as_ref()
                .map(Card::metrics_of)
                .unwrap_or_default(),
            sha256: Default::default(),
        }
    }

    /// Goes one piece on.
    async fn piece(&mut self) -> Result<Option<TuningEvent>, EngineError> {
        match &mut self.phase {
            Phase::Training => self.train().await,
            Phase::Ended(ending) => {
                let ending = *ending;
                self.phase = match self.tuned(ending).await? {
                    Some(tuned) => {
                        let comparing = Comparing::new(&self.held_out, self.new_head());
                        Phase::Measuring(ending, tuned, comparing)
                    }
                    None => Phase::Finished(None),
                };
                Ok(match self.phase {
                    Phase::Finished(_) => Some(finished(ending, None)),
                    _ => None,
                })
            }
            Phase::Measuring(_, tuned, comparing) => {
                let start = &self.start.classifier;
                comparing.advance(start, &tuned.classifier).await?;
                let (texts, of) = (comparing.done(), self.held_out.len());
                if texts == of {
                    return Ok(self.finish());
                }
                let what = MeasuredFor::Result;
                Ok(Some(TuningEvent::Measuring { what, texts, of }))
            }
            Phase::Finished(_) => Ok(None),
        }
    }

    /// Takes a step, or measures some held-out texts after the last step of an epoch.
    async fn train(&mut self) -> Result<Option<TuningEvent>, EngineError> {
        if self.trainer.is_finished() {
            self.phase = Phase::Ended(self.ending());
            return Ok(None);
        }
        let begin = Instant::now();
        let event = self.trainer.advance().await;
        let seconds = begin.elapsed().as_secs_f64();
        match &event {
            Ok(Some(TrainEvent::Epoch(_))) => self.pace.measured(seconds),
            _ if self.trainer.measured().is_some() => self.pace.measured(seconds),
            _ => self.pace.trained(seconds),
        }
        self.told(event)
    }

    /// From what the step loop tells to what the run does.
    fn told(
        &mut self,
        event: Result<Option<TrainEvent>, TrainError>,
    ) -> Result<Option<TuningEvent>, EngineError> {
        let event = match event {
            Err(TrainError::NotFinite { .. }) => {
                self.phase = Phase::Ended(Ending::NotFinite);
                return Ok(None);
            }
            other => other?,
        };
        Ok(match event {
            Some(TrainEvent::Progress(progress)) => {
                let left = self.plan.options.epochs.saturating_sub(progress.epoch);
                let step = self.trainer.steps();
                let told = self.pace.progress(&progress, step, left, &self.objective);
                Some(TuningEvent::Progress(told))
            }
            Some(TrainEvent::Epoch(record)) => {
                self.pace.epoch_done();
                let best = self.trainer.history().best();
                let best = best.is_some_and(|best| best.epoch == record.epoch);
                Some(TuningEvent::Epoch { best, record })
            }
            None => self.trainer.measured().map(|texts| TuningEvent::Measuring {
                what: MeasuredFor::Epoch,
                texts,
                of: self.held_out.len(),
            }),
        })
    }

    /// Why the trainer is finished.
    fn ending(&self) -> Ending {
        let done = self.trainer.history().records.len();
        match done >= self.plan.options.epochs {
            true => Ending::AllEpochs,
            false => Ending::Patience,
        }
    }

    /// The best weights, or before the end of the first epoch those that there are.
    async fn tuned(&self, ending: Ending) -> Result<Option<Tuned>, EngineError> {
        let weights = match self.trainer.best() {
            Some(best) => best.clone(),
            None if ending == Ending::NotFinite => return Ok(None),
            None => self.trainer.model().weights().await?,
        };
        let config = &self.current.package.config;
        let device = self.start.classifier.device();
        Ok(Some(Tuned {
            classifier: Classifier::new(config, &weights, &device)?,
            weights,
            epoch: self.trainer.history().best().cloned(),
        }))
    }

    /// Ends the run, all held-out texts being measured.
    fn finish(&mut self) -> Option<TuningEvent> {
        let phase = std::mem::replace(&mut self.phase, Phase::Finished(None));
        let Phase::Measuring(ending, tuned, comparing) = phase else {
            return None;
        };
        let epoch = tuned.epoch.as_ref().map(|record| record.epoch);
        let result = comparing.finish(&self.held_out, &self.classes, epoch);
        self.phase = Phase::Finished(Some(tuned));
        Some(finished(ending, Some(Box::new(result))))
    }
}

fn finished(ending: Ending, result: Option<Box<TuningResult>>) -> TuningEvent {
    TuningEvent::Finished {
        ending,
        message: ending.message().to_owned(),
        result,
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
