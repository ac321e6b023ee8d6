//! `safr train`: data in, a model directory out.

mod command;
mod save;
mod stage;
mod start;

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::choices::{backend, name_of};
use super::data::Data;
use super::draft::spare;
use super::files::{Folder, id_of, model_files};
use super::numbers::{count, weight};
use super::out::tell;
use super::presets::Named;
use crate::engine::{Backend, OpenDevice};
use crate::model::Readout;
use crate::objective::{Family, Objective};
use crate::presets::{After, Recipe, Start};
use stage::{Begin, FRESH_WORDS, Stage};
use start::Known;

/// Folder, within that of the model, of the model that a recipe begins after.
const FIRST: &str = "first";

/// Train a model and keep its best weights by dev accuracy
///
/// `safr train --task sst2 --data DIR --out MODEL` trains a SAFR model as well as we know how. What is
/// minimised and how training goes are presets: files in which each key is explained, which `safr presets`
/// lists and prints. A file of your own with the same keys may be given in their place.
#[derive(Args, Clone, Debug)]
pub(super) struct Train {
    #[command(flatten)]
    pub(super) data: Data,
    #[command(flatten)]
    known: Known,
    /// What is minimised: a preset, or a file
    ///
    /// Such as safr, plain, vmask or published. `safr presets` says what there is, and
    /// `safr presets --losses NAME` prints a file to change.
    #[arg(long, value_name = "NAME|FILE", help_heading = TRAINING, default_value = "safr", value_parser = Named::<Objective>::find)]
    losses: Named<Objective>,
    /// How training goes: a preset, or a file [default: the task's]
    ///
    /// With the losses as published, the default is published. `safr presets` says what there is, and
    /// `safr presets --recipe NAME` prints a file to change. Presets for --task sst2 and imdb train two models:
    /// a first one, in the folder `first` of --out, and the one in --out that goes on from it. With --start
    /// there is the second alone.
    #[arg(long, value_name = "NAME|FILE", help_heading = TRAINING, value_parser = Named::<Recipe>::find)]
    recipe: Option<Named<Recipe>>,
    /// Weight of the importance loss [default: that of --losses]
    #[arg(long, value_name = "X", help_heading = TRAINING, value_parser = weight::<f64>)]
    lambda_importance: Option<f64>,
    /// Weight of the interaction loss [default: that of --losses]
    #[arg(long, value_name = "X", help_heading = TRAINING, value_parser = weight::<f64>)]
    lambda_interaction: Option<f64>,
    /// What a fresh model's head reads
    ///
    /// The last block's neurons, or the residual stream as published. Without this option it is residual with
    /// the losses as published, and else neurons. A model that is gone on from keeps its own.
    #[arg(long, value_enum, help_heading = TRAINING)]
    readout: Option<Readout>,
    /// Go on from the weights of this model, with its words and sizes
    ///
    /// If the classes of --data are others than the model's, its head is drawn anew.
    #[arg(long, value_name = "DIR", help_heading = TRAINING, conflicts_with_all = ["vectors", "extra_words", "readout"])]
    start: Option<PathBuf>,
    /// Leave the word embeddings as they are
    #[arg(long, help_heading = TRAINING)]
    freeze_embeddings: bool,
    /// Train N epochs at most; 0 for none [default: the recipe's]
    ///
    /// Where a recipe trains two models, this and the next three options are about the second.
    #[arg(long, value_name = "N", help_heading = TRAINING)]
    epochs: Option<usize>,
    /// End after N epochs without a better one [default: the recipe's]
    ///
    /// Better is what has a better dev accuracy, or the same with a lower cross-entropy.
    #[arg(long, value_name = "N", help_heading = TRAINING, value_parser = count)]
    patience: Option<usize>,
    /// Adam's step size [default: the recipe's]
    #[arg(long, value_name = "X", help_heading = TRAINING, value_parser = weight::<f64>)]
    learning_rate: Option<f64>,
    /// Texts a batch [default: the recipe's]
    #[arg(long, value_name = "N", help_heading = TRAINING, value_parser = count)]
    batch_size: Option<usize>,
    /// Seed of everything random
    #[arg(long, value_name = "N", help_heading = RUN, default_value_t = 0)]
    pub(super) seed: u64,
    /// Where to compute: flex, ndarray, wgpu or cuda
    ///
    /// `safr --version` says which of them this program holds.
    #[arg(long, help_heading = RUN, default_value = "flex", value_parser = backend(), hide_possible_values = true)]
    backend: Backend,
    /// Title of the model, kept in its card
    #[arg(long, help_heading = RUN)]
    title: Option<String>,
    /// Go on with the run that was stopped in --out
    ///
    /// The same options give the same model as if it had not been stopped. More epochs and patience may be
    /// asked for.
    #[arg(long, help_heading = RUN)]
    resume: bool,
    /// Folder for the model, its history and its checkpoint
    #[arg(long, value_name = "DIR", help_heading = RUN)]
    out: PathBuf,
}

const TRAINING: &str = "Training";
const RUN: &str = "Run";

impl Train {
    /// Trains until done, stopped by Ctrl-C or a signal to end, or failed.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let stages = self.stages()?;
        anyhow::ensure!(
            !self.resume || stages.iter().any(|stage| save::has_checkpoint(&stage.out)),
            "there is nothing to resume in {}; name the --out of the run that was stopped, or leave --resume out to begin one",
            self.out.display()
        );
        let inputs = self.inputs(&stages);
        for output in stages.iter().flat_map(|stage| model_files(&stage.out)) {
            spare(&output, &inputs)?;
        }
        let _folder = Folder::hold(&self.out)?;
        if !self.resume {
            for stage in &stages {
                save::refuse_to_overwrite(&stage.out)?;
            }
        }
        let device = OpenDevice::open(self.backend).await?.device;
        for stage in &stages {
            tell(stage);
            stage.run(&device).await?;
        }
        Ok(())
    }

    /// The files that are read.
    fn inputs(&self, stages: &[Stage<'_>]) -> Vec<PathBuf> {
        let presets = stages
            .iter()
            .flat_map(|stage| [&stage.losses.file, &stage.recipe.file]);
        let start = self.start.iter().flat_map(|model| model_files(model));
        let presets = presets.flatten().cloned();
        let own = [self.data.files(), self.known.files()].concat();
        presets.chain(start).chain(own).collect()
    }

    /// The models that are trained one after another, the last of which is asked for.
    fn stages(&self) -> anyhow::Result<Vec<Stage<'_>>> {
        let (losses, recipe) = (self.losses(), self.recipe()?);
        let (first, begin) = match (&self.start, &recipe.preset.start) {
            (Some(model), _) => (None, Begin::At(model.clone())),
            (None, Start::Fresh(fresh)) => (None, Begin::Fresh(fresh.clone())),
            (None, Start::After(after)) => {
                let first = self.first(after, &recipe, &losses)?;
                let begin = Begin::At(first.out.clone());
                (Some(first), begin)
            }
        };
        let last = Stage {
            command: self,
            losses,
            recipe,
            begin,
            id: id_of(&self.out),
            out: self.out.clone(),
        };
        Ok(first.into_iter().chain([last]).collect())
    }

    /// What `recipe` begins after.
    fn first(
        &self,
        after: &After,
        recipe: &Named<Recipe>,
        losses: &Named<Objective>,
    ) -> anyhow::Result<Stage<'_>> {
        let (folder, name) = (recipe.folder(), &recipe.name);
        let before = Named::<Recipe>::find_in(folder, &after.recipe).with_context(|| {
            format!("the recipe {name} begins after the recipe {}", after.recipe)
        })?;
        let minimised = Named::<Objective>::find_in(folder, &after.losses).with_context(|| {
            format!("the recipe {name} begins with the losses {}", after.losses)
        })?;
        let Start::Fresh(fresh) = &before.preset.start else {
            anyhow::bail!(
                "the recipe {name} begins after {}, which begins after another; only one may go before",
                before.name
            );
        };
        let reading = |losses: &Objective| losses.reading(FRESH_WORDS);
        anyhow::ensure!(
            reading(&minimised.preset) == reading(&losses.preset),
            "the recipe {name} begins with the losses {}, whose models read texts differently from those of {}; choose another --recipe",
            minimised.name,
            losses.name
        );
        Ok(Stage {
            command: self,
            begin: Begin::Fresh(fresh.clone()),
            losses: minimised,
            recipe: before,
            id: format!("{}-{FIRST}", id_of(&self.out)),
            out: self.out.join(FIRST),
        })
    }

    /// What is minimised, by the λ that were given.
    fn losses(&self) -> Named<Objective> {
        let mut losses = self.losses.clone();
        put(self.lambda_importance, &mut losses.preset.lambda_importance);
        put(
            self.lambda_interaction,
            &mut losses.preset.lambda_interaction,
        );
        losses
    }

    /// How training goes, by the options that were given.
    fn recipe(&self) -> anyhow::Result<Named<Recipe>> {
        let usual = || match self.losses.preset.family {
            Family::Published => Named::find("published"),
            Family::ScaleFree(_) => Named::find(&name_of(self.data.task)),
        };
        let mut recipe = self.recipe.clone().map_or_else(usual, Ok)?;
        let values = &mut recipe.preset;
        put(self.epochs, &mut values.epochs);
        put(self.patience, &mut values.patience);
        put(self.learning_rate, &mut values.learning_rate);
        put(self.batch_size, &mut values.batch_size);
        Ok(recipe)
    }
}

/// Puts in what was given by hand.
fn put<T>(given: Option<T>, value: &mut T) {
    if let Some(given) = given {
        *value = given;
    }
}
