//! What the page adds to what the engine says: what to do about an error, and how a run is repeated natively.

use crate::engine::{
    DataReport, Ending, EngineError, ProblemKind, Tuning, TuningEvent, TuningInfo, TuningOptions,
};
use crate::presets;

/// What a person can do about an error.
pub fn hint(error: &EngineError) -> &'static str {
    match error {
        EngineError::Backend(_) | EngineError::UnknownBackend(_) | EngineError::NotBuilt(_) => {
            "Choose the CPU, or try a browser and a GPU with WebGPU."
        }
        EngineError::Fault(_) | EngineError::Read(_) => {
            "The page continues on the CPU; reload it to try the GPU again."
        }
        EngineError::Package(_) | EngineError::Weights(_) => {
            "Reload the page; if that does not help, the site's files need to be published again."
        }
        EngineError::NotFinite => "Choose another model.",
        EngineError::Model(_) => "Choose another model, or reload the page.",
        EngineError::Word { .. } => "Put it back, or point at another word.",
        EngineError::Part { .. } => "Put it back, and choose a part that the model has.",
        EngineError::Layer { .. } => "Choose a layer that the model has.",
        EngineError::Data(problem) if problem.kind == ProblemKind::TooManyRows => {
            "Use some of them, or train natively."
        }
        EngineError::Data(_) => "Change the data, or how they are read.",
        EngineError::Options(_) => "Change it, and start again.",
        EngineError::Train(_) => "Start again with a lower learning rate or smaller λ.",
        EngineError::Run(_) => "Wait until the run has reached that point.",
        EngineError::Checkpoint(_) => "Start a new run; your data are still in their file.",
    }
}

/// What happened in a run, with what a person can do if it failed.
pub fn advised(event: TuningEvent) -> TuningEvent {
    match event {
        TuningEvent::Finished {
            ending,
            message,
            result,
        } => TuningEvent::Finished {
            ending,
            message: match after(ending) {
                Some(advice) => format!("{message} {advice}"),
                None => message,
            },
            result,
        },
        other => other,
    }
}

/// What a person can do after a run that failed.
fn after(ending: Ending) -> Option<&'static str> {
    match ending {
        Ending::AllEpochs | Ending::Patience | Ending::Stopped => None,
        Ending::NotFinite => Some("Try a lower learning rate or smaller λ."),
        Ending::Diverged => Some("Try a tenth of this learning rate, or smaller λ."),
    }
}

/// A report on labelled texts, with what a person can do if there are too many for the page.
pub fn advised_report(mut report: DataReport) -> DataReport {
    if let Some(problem) = &mut report.problem
        && problem.kind == ProblemKind::TooManyRows
    {
        problem.message += "; use some of them, or train natively";
    }
    report
}

/// What a run leaves as it is.
fn frozen(options: &TuningOptions) -> String {
    match (options.freeze_layers, options.embeddings) {
        (0, true) => String::new(),
        (0, false) => " --freeze-embeddings".to_owned(),
        (layers, _) => format!(" --freeze-layers {layers}"),
    }
}

/// The command that does the same training natively, from the same start model.
pub fn command(run: &Tuning) -> String {
    let TuningInfo {
        start,
        options,
        recipe,
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
    let flag = |(name, value): (&str, String)| format!("--{} {value}", name.replace(' ', "-"));
    let steps = options.steps.named().map(flag);
    let if_so = |given: bool, words: &'static str| if given { words } else { "" };
    let encoding = match data.encoding.as_deref() {
        None | Some("UTF-8") => String::new(),
        Some(encoding) => format!(" --layout encoding={encoding}"),
    };
    format!(
        "safr train --task csv --data FILE{encoding}{}{}{} --hold-out {},{} --losses {losses} --recipe {recipe} --lambda-importance {} --lambda-interaction {} --start {start}{} {} --seed {} --out DIR",
        columns.concat(),
        if_so(data.merge_labels, " --layout labels=merge"),
        if_so(data.skip_broken, " --layout broken=skip"),
        data.hold_out_share,
        data.hold_out_seed,
        objective.lambda_importance,
        objective.lambda_interaction,
        frozen(&options),
        steps.join(" "),
        options.seed,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::DataProblem;
    use crate::presets::Preset;

    #[test]
    fn what_does_not_learn_is_part_of_the_command() {
        let said = |embeddings, freeze_layers| {
            frozen(&TuningOptions {
                embeddings,
                freeze_layers,
                objective: Default::default(),
                lambda_importance: 0.0,
                lambda_interaction: 0.0,
                steps: presets::Recipe::named("csv").expect("a preset").steps(),
                seed: 0,
            })
        };
        assert_eq!(said(true, 0), "");
        assert_eq!(said(false, 0), " --freeze-embeddings");
        assert_eq!(said(false, 2), " --freeze-layers 2");
    }

    #[test]
    fn a_run_that_failed_is_told_with_what_to_try() {
        let told = |ending| {
            let event = TuningEvent::Finished {
                ending,
                message: "It is over.".to_owned(),
                result: None,
            };
            match advised(event) {
                TuningEvent::Finished { message, .. } => message,
                other => panic!("{other:?}"),
            }
        };
        for ending in [Ending::AllEpochs, Ending::Patience, Ending::Stopped] {
            assert_eq!(told(ending), "It is over.");
        }
        assert!(told(Ending::NotFinite).starts_with("It is over. Try a lower learning rate"));
        assert!(told(Ending::Diverged).starts_with("It is over. Try a tenth of this"));
    }

    #[test]
    fn too_many_rows_are_told_with_what_to_do() {
        let problem = |kind| DataProblem {
            kind,
            message: "there are 9 rows".to_owned(),
        };
        let told = |kind| {
            let report = DataReport {
                problem: Some(problem(kind)),
                ..DataReport::default()
            };
            let problem = advised_report(report).problem.unwrap();
            let hint = hint(&EngineError::Data(problem.clone()));
            (problem.message, hint)
        };
        let (message, hint) = told(ProblemKind::TooManyRows);
        assert_eq!(
            message,
            "there are 9 rows; use some of them, or train natively"
        );
        assert!(hint.starts_with("Use some"), "{hint}");
        let (message, hint) = told(ProblemKind::Empty);
        assert_eq!(message, "there are 9 rows");
        assert!(hint.starts_with("Change the data"), "{hint}");
    }
}
