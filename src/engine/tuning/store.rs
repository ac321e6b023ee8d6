//! A fine-tuning run as bytes: all that it takes to go on, on any device.

use serde::{Deserialize, Serialize};

use super::{DataChoices, Plan, TuningOptions};
use crate::engine::EngineError;
use crate::model::Weights;
use crate::package::{Files, Package, PackageError, files_of_zip, tensor_file, tensors_of, zip_of};
use crate::train::Checkpoint;

/// Version of the checkpoint's format; raised when a file changes its meaning.
const VERSION: u32 = 1;

const RUN: &str = "run.json";
const DATA: &str = "data";
const STATE: &str = "state.json";
const WEIGHTS: &str = "weights.safetensors";
const BEST: &str = "best.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";

/// How the names of the word embeddings begin.
pub(super) const EMBEDDINGS: &str = "embedding.";

/// What a run was asked for.
#[derive(Serialize, Deserialize)]
struct Run {
    version: u32,
    options: TuningOptions,
    choices: DataChoices,
}

/// One zip of the start model's files, the data, and where the run stands. Embeddings that are
/// frozen are the start model's and not stored again.
pub(super) fn write(plan: &Plan, mut checkpoint: Checkpoint) -> Result<Vec<u8>, EngineError> {
    if !plan.options.embeddings {
        let learnt = |name: &String| !name.starts_with(EMBEDDINGS);
        checkpoint.weights.retain(|name, _| learnt(name));
        if let Some(best) = &mut checkpoint.best {
            best.retain(|name, _| learnt(name));
        }
    }
    let run = Run {
        version: VERSION,
        options: plan.options.clone(),
        choices: plan.choices.clone(),
    };
    let run = serde_json::to_vec(&run).map_err(unusable)?;
    let mut files = Files::from([
        (RUN.to_owned(), run),
        (DATA.to_owned(), plan.data.clone()),
        (STATE.to_owned(), checkpoint.state.into_bytes()),
        (WEIGHTS.to_owned(), tensor_file(&checkpoint.weights)?),
        (OPTIMIZER.to_owned(), tensor_file(&checkpoint.optimizer)?),
    ]);
    if let Some(best) = &checkpoint.best {
        files.insert(BEST.to_owned(), tensor_file(best)?);
    }
    files.extend(plan.start.clone());
    Ok(zip_of(&files)?)
}

/// The plan, the start model and where the run stood.
pub(super) fn read(bytes: &[u8]) -> Result<(Plan, Package, Checkpoint), EngineError> {
    let mut files = files_of_zip(bytes).map_err(unusable)?;
    let mut take = |name: &'static str| files.remove(name).ok_or(PackageError::Missing(name));
    let run: Run = serde_json::from_slice(&take(RUN).map_err(unusable)?).map_err(unusable)?;
    if run.version != VERSION {
        return Err(unusable(format!(
            "it has format {}, and this page reads format {VERSION}",
            run.version
        )));
    }
    let data = take(DATA).map_err(unusable)?;
    let state = String::from_utf8(take(STATE).map_err(unusable)?).map_err(unusable)?;
    let weights = tensors_of(&take(WEIGHTS).map_err(unusable)?)?;
    let optimizer = tensors_of(&take(OPTIMIZER).map_err(unusable)?)?;
    let best = match take(BEST) {
        Ok(best) => Some(tensors_of(&best)?),
        Err(_) => None,
    };
    let start = Package::from_files(&files)?;
    let whole = |mut weights: Weights| {
        let frozen = start.weights.iter().filter(|_| !run.options.embeddings);
        let frozen = frozen.filter(|(name, _)| name.starts_with(EMBEDDINGS));
        weights.extend(frozen.map(|(name, array)| (name.clone(), array.clone())));
        weights
    };
    let checkpoint = Checkpoint {
        state,
        weights: whole(weights),
        best: best.map(whole),
        optimizer,
    };
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
