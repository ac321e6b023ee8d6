//! A fine-tuning run as bytes: all that it takes to continue, on any device.

use serde::{Deserialize, Serialize};

use super::{DataChoices, Ending, Phase, Plan, Tuning, TuningOptions};
use crate::engine::EngineError;
use crate::package::{Package, PackageError, files_of_zip, zip_of};
use crate::train::Checkpoint;

/// Version of the checkpoint's format; raised when a file changes its meaning.
const VERSION: u32 = 1;

const RUN: &str = "run.json";
const DATA: &str = "data";

/// What was asked of a run.
#[derive(Serialize, Deserialize)]
struct Run {
    version: u32,
    options: TuningOptions,
    choices: DataChoices,
}

impl Tuning {
    /// All that [`Session::resume`](crate::engine::Session::resume) needs to continue from here.
    ///
    /// # Errors
    /// If the device was lost or failed, or there is nothing to continue.
    pub async fn checkpoint(&mut self) -> Result<Vec<u8>, EngineError> {
        if let Phase::Ended(Ending::NotFinite | Ending::Diverged)
        | Phase::Measuring(Ending::NotFinite | Ending::Diverged, ..)
        | Phase::Finished(_) = self.phase
        {
            return Err(EngineError::Run("the run is over"));
        }
        write(&self.plan, self.trainer.checkpoint().await?)
    }
}

/// One zip of the start model's files, the data, and where the run is. What is frozen is the
/// start model's and not stored again.
fn write(plan: &Plan, mut checkpoint: Checkpoint) -> Result<Vec<u8>, EngineError> {
    let learns = |name: &String| !plan.options.freezes(name);
    checkpoint.weights.retain(|name, _| learns(name));
    if let Some(best) = &mut checkpoint.best {
        best.retain(|name, _| learns(name));
    }
    let run = Run {
        version: VERSION,
        options: plan.options.clone(),
        choices: plan.choices.clone(),
    };
    let run = serde_json::to_vec(&run).map_err(unusable)?;
    let mut files = checkpoint.to_files()?;
    files.insert(RUN.to_owned(), run);
    files.insert(DATA.to_owned(), plan.data.clone());
    files.extend(plan.start.clone());
    Ok(zip_of(&files)?)
}

/// The plan, the start model and where the run was.
pub(super) fn read(bytes: &[u8]) -> Result<(Plan, Package, Checkpoint), EngineError> {
    let mut files = files_of_zip(bytes).map_err(unusable)?;
    let mut take = |name: &'static str| files.remove(name).ok_or(PackageError::Missing(name));
    let run: Run = serde_json::from_slice(&take(RUN).map_err(unusable)?).map_err(unusable)?;
    if run.version != VERSION {
        return Err(unusable(format!(
            "it has format {}, but this version reads format {VERSION}",
            run.version
        )));
    }
    let data = take(DATA).map_err(unusable)?;
    let mut checkpoint = Checkpoint::from_files(&mut files)?;
    let start = Package::from_files(&files)?;
    let frozen = start.weights.iter();
    let frozen = frozen.filter(|(name, _)| run.options.freezes(name));
    let frozen = frozen.map(|(name, array)| (name.clone(), array.clone()));
    checkpoint.weights.extend(frozen.clone());
    if let Some(best) = &mut checkpoint.best {
        best.extend(frozen);
    }
    let plan = Plan {
        options: run.options,
        choices: run.choices,
        data,
        start: files,
    };
    Ok((plan, start, checkpoint))
}

fn unusable(reason: impl std::fmt::Display) -> EngineError {
    EngineError::Checkpoint(reason.to_string())
}
