//! The options.

use std::path::PathBuf;

use clap::Args;

use super::overrides::{Overrides, TRAINING};
use super::start::Known;
use crate::cli::choices::backend;
use crate::cli::data::Data;
use crate::cli::presets::Named;
use crate::engine::Backend;
use crate::model::Readout;
use crate::objective::Objective;
use crate::presets::Recipe;

/// Train a model and keep its best weights by dev accuracy
///
/// `safr train --task sst2 --data DIR --out MODEL` trains the best SAFR model we know how to make. What is
/// minimised, and how, is set by presets: files that explain each of their keys, which `safr presets` lists
/// and prints. You can give a file of your own with the same keys instead.
#[derive(Args, Clone, Debug)]
pub(crate) struct Train {
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(super) known: Known,
    /// What is minimised: a preset, or a file
    ///
    /// Such as safr, plain, vmask or published. `safr presets` lists the presets, and
    /// `safr presets --losses NAME` prints one to change.
    #[arg(long, value_name = "NAME|FILE", help_heading = TRAINING, default_value = "safr", value_parser = Named::<Objective>::find)]
    pub(super) losses: Named<Objective>,
    /// How to train: a preset, or a file [default: the task's]
    ///
    /// With the published losses, the default is published. `safr presets` lists the presets, and
    /// `safr presets --recipe NAME` prints one to change. The presets for --task sst2 and imdb train two models:
    /// a first one, in the folder `first` of --out, and the one in --out, which continues from it. With --start,
    /// only the second is trained.
    #[arg(long, value_name = "NAME|FILE", help_heading = TRAINING, value_parser = Named::<Recipe>::find)]
    pub(super) recipe: Option<Named<Recipe>>,
    #[command(flatten)]
    pub(super) overrides: Overrides,
    /// What the head reads
    ///
    /// The last block's neurons, or the residual stream as published. The default is residual with the
    /// published losses, and neurons otherwise. A model given with --start keeps its own by default; to read something
    /// else, it gets a new head.
    #[arg(long, value_enum, help_heading = TRAINING)]
    pub(super) readout: Option<Readout>,
    /// Start from the weights of this model, with its words and sizes
    ///
    /// If the classes of --data differ from the model's, it gets a new head.
    #[arg(long, value_name = "DIR", help_heading = TRAINING, conflicts_with_all = ["vectors", "extra_words"])]
    pub(super) start: Option<PathBuf>,
    /// Leave the word embeddings as they are
    #[arg(long, help_heading = TRAINING)]
    pub(super) freeze_embeddings: bool,
    /// Leave the first N layers as they are, and the embeddings
    #[arg(long, value_name = "N", help_heading = TRAINING, default_value_t = 0, hide_default_value = true)]
    pub(super) freeze_layers: usize,
    /// Seed of everything random
    #[arg(long, value_name = "N", help_heading = RUN, default_value_t = 0)]
    pub(crate) seed: u64,
    /// Where to compute: flex, ndarray, wgpu or cuda
    ///
    /// `safr --version` says which of them this program includes.
    #[arg(long, help_heading = RUN, default_value = "flex", value_parser = backend(), hide_possible_values = true)]
    pub(super) backend: Backend,
    /// Title of the model, kept in its card
    #[arg(long, help_heading = RUN)]
    pub(super) title: Option<String>,
    /// Resume the run that was stopped in --out
    ///
    /// With the same options, the model is the same as if the run had not been stopped. You may ask for more
    /// epochs and patience.
    #[arg(long, help_heading = RUN)]
    pub(super) resume: bool,
    /// Folder for the model, its history and its checkpoint
    #[arg(long, value_name = "DIR", help_heading = RUN)]
    pub(super) out: PathBuf,
}

const RUN: &str = "Run";
