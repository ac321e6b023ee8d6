//! How a run begins: from a file of labelled texts, or from the checkpoint of one that was stopped.

use super::store;
use super::{DataChoices, DataReport, Plan, Tuning, TuningOptions, examine};
use crate::engine::{EngineError, LoadedModel, Session};
use crate::package::{Files, Package, Precision};
use crate::train::{Helper, Helpers};

impl Session {
    /// What a file of labelled texts holds, for fine-tuning the model `id`.
    ///
    /// # Errors
    /// If there is no such model. What is wrong with the file is in the report.
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

    /// Resumes the run of a checkpoint, on this engine's device. Its start model need not be
    /// loaded.
    ///
    /// # Errors
    /// If the bytes are not a checkpoint.
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

    /// Someone who helps the run of which this is a checkpoint.
    ///
    /// # Errors
    /// If the bytes are not a checkpoint.
    pub fn helper(&self, checkpoint: &[u8]) -> Result<Helper, EngineError> {
        let (_, _, checkpoint) = store::read(checkpoint)?;
        Ok(checkpoint.helper(&self.device.device)?)
    }
}

impl Tuning {
    /// Lets others help with the training from the next step on; its numbers do not depend on it.
    pub fn employ(&mut self, helpers: Box<dyn Helpers>) {
        self.trainer.employ(helpers);
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
