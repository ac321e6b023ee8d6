//! What one run of the step loop is to do.

use std::fmt::{Display, Formatter};
use std::path::PathBuf;

use clap::Command;

use super::Train;
use crate::cli::presets::Named;
use crate::objective::Objective;
use crate::presets::{Fresh, Recipe};
use crate::text::Tokenizer;

/// One run of the step loop; a recipe that begins after another has two.
pub(super) struct Stage<'a> {
    pub(super) command: &'a Train,
    /// The whole command line of which that is one command.
    pub(super) cli: &'a Command,
    /// What it minimises, with the λ that were given.
    pub(super) losses: Named<Objective>,
    /// How it trains, with the options that were given.
    pub(super) recipe: Named<Recipe>,
    pub(super) begin: Begin,
    /// Id of its model.
    pub(super) id: String,
    pub(super) out: PathBuf,
}

/// Where a run starts.
pub(super) enum Begin {
    /// From a fresh model.
    Fresh(Fresh),
    /// From the model in this directory.
    At(PathBuf),
}

/// A fresh model takes texts as people type them.
pub(super) const FRESH_WORDS: Tokenizer = Tokenizer::Typed;

impl Stage<'_> {
    /// Whether it is what the command was called for, and not the stage before.
    pub(super) fn is_last(&self) -> bool {
        self.out == self.command.out
    }
}

impl Display for Stage<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let (recipe, losses) = (&self.recipe.name, &self.losses);
        let Objective {
            lambda_importance,
            lambda_interaction,
            ..
        } = losses.preset;
        write!(
            f,
            "recipe {recipe}, losses {} with λ {lambda_importance} and {lambda_interaction}",
            losses.name
        )
    }
}
