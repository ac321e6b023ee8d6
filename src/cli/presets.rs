//! `--losses` and `--recipe`: presets by name or from files; and `safr presets`, which prints them.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;

use super::out::show;
use crate::objective::Objective;
use crate::presets::{self, Preset, Recipe};

/// A preset, and what it is called.
#[derive(Clone, Debug)]
pub(super) struct Named<P> {
    /// Its name, or that of its file.
    pub(super) name: String,
    /// The file that it is in; `None` for one of ours.
    pub(super) file: Option<PathBuf>,
    pub(super) preset: P,
}

impl<P: Preset> Named<P> {
    /// The preset of that name, or else the one in the file.
    pub(super) fn find(name: &str) -> anyhow::Result<Self> {
        Self::find_in(Path::new(""), name)
    }

    /// The same, with files looked for in `folder`.
    pub(super) fn find_in(folder: &Path, name: &str) -> anyhow::Result<Self> {
        if let Some(preset) = P::named(name) {
            return Ok(Self {
                name: name.to_owned(),
                file: None,
                preset,
            });
        }
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            anyhow!(
                "it is neither a preset ({}) nor a file that can be read: {error}",
                presets::names::<P>()
            )
        })?;
        Ok(Self {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            preset: P::parse(&text)?,
            file: Some(path),
        })
    }

    /// Where the files that it names are.
    pub(super) fn folder(&self) -> &Path {
        let folder = self.file.as_deref().and_then(Path::parent);
        folder.unwrap_or(Path::new(""))
    }
}

/// Print the presets of `safr train`: files to read, or to change and pass to it
#[derive(Args, Clone, Debug)]
pub(super) struct PrintPresets {
    /// Print this file of losses
    #[arg(
        long, value_name = "NAME", value_parser = known::<Objective>(), conflicts_with = "recipe",
        hide_possible_values = true,
        long_help = format!("Print this file of losses: {}", presets::names::<Objective>())
    )]
    losses: Option<String>,
    /// Print this recipe
    #[arg(
        long, value_name = "NAME", value_parser = known::<Recipe>(), hide_possible_values = true,
        long_help = format!("Print this recipe: {}", presets::names::<Recipe>())
    )]
    recipe: Option<String>,
}

fn known<P: Preset>() -> clap::builder::PossibleValuesParser {
    P::ALL
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .into()
}

impl PrintPresets {
    /// Prints a file, or what there is.
    pub(super) fn run(self) -> anyhow::Result<()> {
        match (self.losses, self.recipe) {
            (Some(name), _) => show(text::<Objective>(&name)),
            (_, Some(name)) => show(text::<Recipe>(&name)),
            (None, None) => show(list::<Objective>() + &list::<Recipe>()),
        }
    }
}

fn text<P: Preset>(name: &str) -> &'static str {
    let named = P::ALL.iter().find(|(known, _)| *known == name);
    named.map_or("", |(_, text)| text)
}

/// Each preset, with the first comment of its file.
fn list<P: Preset>() -> String {
    let mut list = format!("--{}\n", P::WHAT);
    for (name, text) in P::ALL {
        list += &format!("  {name}\n");
        let first = text.lines().map_while(|line| line.strip_prefix("# "));
        list.extend(first.map(|line| format!("      {line}\n")));
    }
    list
}
