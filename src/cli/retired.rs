//! Options that were there until others, or files of losses and recipes, took their place.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

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
    ("embedding-l2", "controls"),
    ("neuron-l1", "controls"),
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

/// Options, also of other commands that read data, and what says the same now.
const DATA: [(&str, &str); 6] = [
    ("text-column", "--layout text=NAME"),
    ("label-column", "--layout label=NAME"),
    ("delimiter", "--layout delimiter=CHARACTER"),
    ("no-quotes", "--layout quotes=no"),
    ("skip-broken", "--layout broken=skip"),
    ("hold-out-seed", "--hold-out SHARE,SEED"),
];

/// Says what took the place of an option that is no more; other errors stay as they are.
pub(super) fn explain(error: Error) -> Error {
    let trains = std::env::args_os()
        .nth(1)
        .is_some_and(|command| command == "train");
    let of_data = |name: &String| DATA.iter().any(|(known, _)| known == name);
    let unknown = unknown(&error).filter(|name| trains || of_data(name));
    match unknown.and_then(|name| replaced(&name)) {
        Some(message) => Error::raw(ErrorKind::UnknownArgument, message + "\n"),
        None => error,
    }
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

fn replaced(option: &str) -> Option<String> {
    let in_place = |of: &[(&str, &'static str)]| {
        let found = of.iter().find(|(known, _)| *known == option);
        found.map(|(_, now)| *now)
    };
    if let Some(now) = in_place(&DATA) {
        return Some(format!("--{option} is now {now}"));
    }
    let (file, key, names) = match in_place(&LOSSES) {
        Some(key) => ("losses", key, names::<Objective>()),
        None => ("recipe", in_place(&RECIPE)?, names::<Recipe>()),
    };
    Some(format!(
        "--{option} is now the key `{key}` in a file of --{file}: name a preset ({names}), or change a copy of one, which `safr presets --{file} NAME` prints, and name that file"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert!(
            replaced("rho")
                .unwrap()
                .contains("--losses: name a preset (safr, ")
        );
        assert!(
            replaced("ramp")
                .unwrap()
                .contains("--recipe: name a preset (sst2, ")
        );
        assert!(
            replaced("no-quotes")
                .unwrap()
                .ends_with("now --layout quotes=no")
        );
        assert_eq!(replaced("seed"), None);
    }
}
