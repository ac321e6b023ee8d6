//! What the page adds to what the engine says: what to do about an error, and how a run is repeated natively.

use crate::engine::{EngineError, Tuning, TuningInfo, TuningOptions};
use crate::presets;

/// What a person can do about an error.
pub fn hint(error: &EngineError) -> &'static str {
    match error {
        EngineError::Backend(_) => "Choose the CPU, or try a browser and a GPU with WebGPU.",
        EngineError::Insecure => {
            "Choose the CPU, or open the page over https or on its own machine."
        }
        EngineError::Fault(_) | EngineError::Read(_) => {
            "The page continues on the CPU; reload it to try the GPU again."
        }
        EngineError::Package(_) | EngineError::Weights(_) => {
            "Reload the page; if that does not help, the site's files need to be published again."
        }
        EngineError::NotFinite => "Choose another model.",
        EngineError::Model(_) => "Choose another model, or reload the page.",
        EngineError::Word { .. } => "Point at another word.",
        EngineError::Part { .. } => "Choose another part of the model.",
        EngineError::Data(_) => "Change the data, or how they are read.",
        EngineError::Options(_) => "Change it, and start again.",
        EngineError::Train(_) => "Start again with a lower learning rate or smaller λ.",
        EngineError::Run(_) => "Wait until the run has reached that point.",
        EngineError::Checkpoint(_) => "Start a new run; your data are still in their file.",
    }
}

/// The command that does the same training natively, from the same start model.
pub fn command(run: &Tuning) -> String {
    let TuningInfo {
        start,
        options,
        data,
        ..
    } = run.info();
    let objective = run.objective();
    let losses = presets::name_of(objective).unwrap_or("FILE");
    let columns = [("text", &data.text_column), ("label", &data.label_column)];
    let columns = columns.map(|(key, column)| match column {
        Some(name) if name.contains(char::is_whitespace) => {
            format!(" --layout {:?}", format!("{key}={name}"))
        }
        Some(name) => format!(" --layout {key}={name}"),
        None => String::new(),
    });
    let if_so = |given: bool, words: &'static str| if given { words } else { "" };
    let encoding = match data.encoding.as_deref() {
        None | Some("UTF-8") => String::new(),
        Some(encoding) => format!(" --layout encoding={encoding}"),
    };
    format!(
        "safr train --task csv --data FILE{encoding}{}{}{} --hold-out {},{} --losses {losses} --recipe {} --lambda-importance {} --lambda-interaction {} --start {start}{} --epochs {} --patience {} --learning-rate {} --batch-size {} --seed {} --out DIR",
        columns.concat(),
        if_so(data.merge_labels, " --layout labels=merge"),
        if_so(data.skip_broken, " --layout broken=skip"),
        data.hold_out_share,
        data.hold_out_seed,
        TuningOptions::RECIPE,
        objective.lambda_importance,
        objective.lambda_interaction,
        if_so(!options.embeddings, " --freeze-embeddings"),
        options.epochs,
        options.patience,
        options.learning_rate,
        options.batch_size,
        options.seed,
    )
}
