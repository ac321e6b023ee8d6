//! The command that repeats a model, for its card.

use std::ffi::OsStr;
use std::path::Path;

use clap::builder::ValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, Id};

use super::overrides::Overrides;
use super::stage::Stage;
use crate::cli::files::id_of;

/// The command of a stage: what was given, without what belongs to this machine or to a resumed run,
/// and the presets by name, whether they were given or not.
pub(super) fn repeatable(stage: &Stage<'_>) -> String {
    let cli = stage.cli;
    // The files that these name have been read already, and may be pipes.
    let unread = cli.clone().mut_subcommand("train", |train| {
        ["losses", "recipe"].into_iter().fold(train, |train, id| {
            train.mut_arg(id, |option| option.value_parser(ValueParser::os_string()))
        })
    });
    let given = unread.get_matches();
    let train = cli.find_subcommand("train");
    let options = train.into_iter().flat_map(|train| train.get_arguments());
    let of_last = Overrides::augment_args(Command::new("overrides"));
    let is_of_last =
        |id: &Id| id == "title" || of_last.get_arguments().any(|arg| arg.get_id() == id);
    let words = options.filter_map(|option| match option.get_id().as_str() {
        "losses" => Some(format!("--losses {}", quoted(&stage.losses.name))),
        "recipe" => Some(format!("--recipe {}", quoted(&stage.recipe.name))),
        // They apply to the model that was asked for, not to one that is trained before it.
        _ if is_of_last(option.get_id()) && !stage.is_last() => None,
        _ => said(option, given.subcommand_matches("train")?),
    });
    ["safr train".to_owned()]
        .into_iter()
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}

/// An option as it was given; `None` if it was not, or says nothing about the model.
fn said(option: &Arg, given: &ArgMatches) -> Option<String> {
    let id = option.get_id().as_str();
    if id == "resume" || given.value_source(id) != Some(ValueSource::CommandLine) {
        return None;
    }
    let name = format!("--{}", option.get_long()?);
    if !option.get_action().takes_values() {
        return Some(name);
    }
    let values = given.get_raw(id).into_iter().flatten();
    let value = |value: &OsStr| match id {
        "data" | "out" => "DIR".to_owned(),
        "vectors" | "extra_words" | "start" => quoted(&id_of(Path::new(value))),
        _ => quoted(&value.to_string_lossy()),
    };
    let words = values.map(|raw| format!("{name} {}", value(raw)));
    Some(words.collect::<Vec<_>>().join(" "))
}

fn quoted(word: &str) -> String {
    match word.contains(char::is_whitespace) {
        true => format!("{word:?}"),
        false => word.to_owned(),
    }
}
