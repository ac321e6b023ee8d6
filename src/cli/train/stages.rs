//! From the options to the run or two that they ask for.

use std::path::PathBuf;

use anyhow::Context;
use clap::Command;

use super::Train;
use super::save;
use super::stage::{Begin, FRESH_WORDS, Stage};
use crate::cli::choices::name_of;
use crate::cli::draft::spare;
use crate::cli::files::{Folder, id_of, model_files};
use crate::cli::out::tell;
use crate::cli::presets::Named;
use crate::engine::OpenDevice;
use crate::objective::{Family, Objective};
use crate::presets::{After, Recipe, Start};

/// Folder, within that of the model, of the model that a recipe starts from.
const FIRST: &str = "first";

impl Train {
    /// Trains until done, stopped by Ctrl-C or a signal to end, or failed.
    pub(crate) async fn run(self, cli: Command) -> anyhow::Result<()> {
        let stages = self.stages(&cli)?;
        anyhow::ensure!(
            !self.resume || stages.iter().any(|stage| save::has_checkpoint(&stage.out)),
            "there is nothing to resume in {}; give the --out of the run that was stopped, or leave out --resume to start one",
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
    fn stages<'a>(&'a self, cli: &'a Command) -> anyhow::Result<Vec<Stage<'a>>> {
        let (losses, recipe) = (self.losses(), self.recipe()?);
        let (first, begin) = match (&self.start, &recipe.preset.start) {
            (Some(model), _) => (None, Begin::At(model.clone())),
            (None, Start::Fresh(fresh)) => (None, Begin::Fresh(fresh.clone())),
            (None, Start::After(after)) => {
                let first = self.first(cli, after, &recipe, &losses)?;
                let begin = Begin::At(first.out.clone());
                (Some(first), begin)
            }
            (None, Start::Given) => anyhow::bail!(
                "the recipe {} begins at a model that was trained before; give it with --start (`safr import --huggingface` makes one)",
                recipe.name
            ),
        };
        let last = Stage {
            command: self,
            cli,
            losses,
            recipe,
            begin,
            id: id_of(&self.out),
            out: self.out.clone(),
        };
        Ok(first.into_iter().chain([last]).collect())
    }

    /// What `recipe` starts from.
    fn first<'a>(
        &'a self,
        cli: &'a Command,
        after: &After,
        recipe: &Named<Recipe>,
        losses: &Named<Objective>,
    ) -> anyhow::Result<Stage<'a>> {
        let (folder, name) = (recipe.folder(), &recipe.name);
        let before = Named::<Recipe>::find_in(folder, &after.recipe).with_context(|| {
            format!("the recipe {name} begins after the recipe {}", after.recipe)
        })?;
        let minimised = Named::<Objective>::find_in(folder, &after.losses).with_context(|| {
            format!("the recipe {name} begins with the losses {}", after.losses)
        })?;
        let Start::Fresh(fresh) = &before.preset.start else {
            anyhow::bail!(
                "the recipe {name} begins after {}, which begins after another; only one may come before",
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
            cli,
            begin: Begin::Fresh(fresh.clone()),
            losses: minimised,
            recipe: before,
            id: format!("{}-{FIRST}", id_of(&self.out)),
            out: self.out.join(FIRST),
        })
    }

    /// What is minimised, with the λ that were given.
    fn losses(&self) -> Named<Objective> {
        let mut losses = self.losses.clone();
        self.overrides.weigh(&mut losses.preset);
        losses
    }

    /// How training goes, with the options that were given.
    fn recipe(&self) -> anyhow::Result<Named<Recipe>> {
        let usual = || match self.losses.preset.family {
            Family::Published => Named::find("published"),
            Family::ScaleFree(_) => Named::find(&name_of(self.data.task)),
        };
        let mut recipe = self.recipe.clone().map_or_else(usual, Ok)?;
        self.overrides.change(&mut recipe.preset);
        Ok(recipe)
    }
}
