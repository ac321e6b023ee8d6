//! Options that have been replaced by others, or by files of losses and recipes.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use crate::objective::Objective;
use crate::presets::{Recipe, names};

/// Options and the keys of a file of losses that say the same.
const LOSSES: [(&str, &str); 12] = [
    ("objective", "family"),
    ("space", "space"),
    ("apart", "apart"),
    ("gate-given", "gate_given"),
    ("pairs", "pairs"),
    ("gate-guard", "guard"),
    ("rho", "guard"),
    ("guard-weight", "guard"),
    ("beta", "guard"),
    ("rate-of", "rate_of"),
    ("embedding-l2", "penalties"),
    ("neuron-l1", "penalties"),
];

/// Options and the keys of a recipe that say the same.
const RECIPE: [(&str, &str); 16] = [
    ("phrases", "texts"),
    ("neutral", "texts"),
    ("glue", "texts"),
    ("decay", "decay"),
    ("ramp", "ramp"),
    ("min-frequency", "min_frequency"),
    ("vocabulary-size", "vocabulary_size"),
    ("embedding-scale", "embedding_scale"),
    ("embedding-rank", "embedding_rank"),
    ("max-len", "max_len"),
    ("layers", "layers"),
    ("heads", "heads"),
    ("d-model", "d_model"),
    ("d-ff", "d_ff"),
    ("dropout", "dropout"),
    ("word-dropout", "word_dropout"),
];

/// Options of all commands that read data, and what says the same now.
const DATA: [(&str, &str); 7] = [
    ("text-column", "--layout text=NAME"),
    ("label-column", "--layout label=NAME"),
    ("delimiter", "--layout delimiter=CHARACTER"),
    ("no-quotes", "--layout quotes=no"),
    ("no-header", "--layout header=no"),
    ("skip-broken", "--layout broken=skip"),
    ("hold-out-seed", "--hold-out SHARE,SEED"),
];

/// Options of `evaluate` that are now names of `--perturb`.
const PERTURBATIONS: [&str; 5] = [
    "shuffle-gates",
    "shift-gates",
    "scale-embeddings",
    "sharpen-attention",
    "scale-neurons",
];

/// Says what replaced an option that no longer exists in the command `cli`; other errors stay as they are.
pub(super) fn explain(error: Error, cli: Command) -> Error {
    let asked = unknown(&error).zip(called(cli));
    match asked.and_then(|(option, command)| replaced(&option, &command)) {
        Some(message) => Error::raw(ErrorKind::UnknownArgument, message + "\n"),
        None => error,
    }
}

/// The command that the program was called with.
fn called(cli: Command) -> Option<Command> {
    let given = cli.clone().ignore_errors(true).try_get_matches().ok()?;
    cli.find_subcommand(given.subcommand_name()?).cloned()
}

/// The option that is not known.
fn unknown(error: &Error) -> Option<String> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(name)) if error.kind() == ErrorKind::UnknownArgument => {
            let name = name.split('=').next().unwrap_or(name);
            Some(name.trim_start_matches('-').to_owned())
        }
        _ => None,
    }
}

/// What replaced an option that `command` once had.
fn replaced(option: &str, command: &Command) -> Option<String> {
    if let Some(now) = in_place(&DATA, option) {
        let mut options = command.get_arguments();
        let reads_data = options.any(|known| known.get_long() == Some("layout"));
        return reads_data.then(|| format!("--{option} is now {now}"));
    }
    match command.get_name() {
        "evaluate" if PERTURBATIONS.contains(&option) => {
            Some(format!("--{option} is now --perturb {option}=VALUE"))
        }
        "train" => in_preset(option),
        _ => None,
    }
}

/// The key of a preset that replaced an option.
fn in_preset(option: &str) -> Option<String> {
    let (file, key, names) = match in_place(&LOSSES, option) {
        Some(key) => ("losses", key, names::<Objective>()),
        None => ("recipe", in_place(&RECIPE, option)?, names::<Recipe>()),
    };
    Some(format!(
        "--{option} is now the key `{key}` in a file of --{file}: name a preset ({names}), or change a copy of one, which `safr presets --{file} NAME` prints, and name that file"
    ))
}

fn in_place(of: &[(&str, &'static str)], option: &str) -> Option<&'static str> {
    let found = of.iter().find(|(known, _)| *known == option);
    found.map(|(_, now)| *now)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::command::Cli;
    use crate::cli::perturb::perturbation;
    use crate::presets::Preset;

    #[test]
    fn the_keys_that_took_the_options_place_are_there() {
        let stands = |files: &[(&str, &str)], key: &str| {
            let mut lines = files.iter().flat_map(|(_, text)| text.lines());
            lines.any(|line| {
                line.starts_with(&format!("{key} =")) || line.starts_with(&format!("[{key}"))
            })
        };
        for (option, key) in LOSSES {
            assert!(stands(Objective::ALL, key), "{option}: {key}");
        }
        for (option, key) in RECIPE {
            assert!(stands(Recipe::ALL, key), "{option}: {key}");
        }
        let replaced = |option: &str, command: &str| {
            let cli = Cli::command();
            super::replaced(option, cli.find_subcommand(command).unwrap()).unwrap_or_default()
        };
        assert!(replaced("rho", "train").contains("--losses: name a preset (safr, "));
        assert!(replaced("ramp", "train").contains("--recipe: name a preset (sst2, "));
        for command in ["train", "evaluate", "words"] {
            assert!(replaced("no-quotes", command).ends_with("now --layout quotes=no"));
            assert!(replaced("no-header", command).ends_with("now --layout header=no"));
        }
        for name in PERTURBATIONS {
            let read = perturbation(&format!("{name}=1"));
            assert!(read.is_ok(), "{name}: {read:?}");
        }
        assert_eq!(
            replaced("shift-gates", "evaluate"),
            "--shift-gates is now --perturb shift-gates=VALUE"
        );
        for (option, command) in [
            ("shift-gates", "compare"),
            ("seed", "train"),
            ("ramp", "evaluate"),
            ("no-quotes", "explain"),
        ] {
            assert_eq!(replaced(option, command), "", "{command} --{option}");
        }
    }
}
