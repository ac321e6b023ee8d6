//! What a training run leaves in its folder: the best model, the history, and a checkpoint.

use std::path::Path;

use anyhow::Context;

use super::command::repeatable;
use super::stage::Stage;
use super::start::Start;
use crate::cli::draft::Draft;
use crate::cli::files::{self, HISTORY};
use crate::explain::EpochRecord;
use crate::model::Weights;
use crate::package::{Card, Package, Precision, last_whole, names, read_files, replace_directory};
use crate::presets::Texts;
use crate::train::{Checkpoint, Trainer};

/// The folder of a run's checkpoint, within that of its model.
const CHECKPOINT: &str = "checkpoint";

/// The facts of a run that go into its model's card and files.
pub(super) struct Run<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) start: Start,
    /// What identifies the user's own texts.
    pub(super) data_sha256: Option<String>,
}

impl Run<'_> {
    /// Writes model, history and checkpoint after an epoch.
    pub(super) async fn save(&self, trainer: &mut Trainer) -> anyhow::Result<()> {
        self.write_checkpoint(trainer).await?;
        let history = trainer.history();
        let best = history.best().context("an epoch is done")?;
        let weights = trainer.best().context("an epoch is done")?.clone();
        self.save_model(Some(best), weights).await?;
        Draft::own(&self.stage.out.join(HISTORY))?.fill_json(history)
    }

    /// Writes the model of an epoch, or without one the model before the first step.
    pub(super) async fn save_model(
        &self,
        epoch: Option<&EpochRecord>,
        weights: Weights,
    ) -> anyhow::Result<()> {
        let package = Package {
            card: self.card(epoch),
            config: self.start.config.clone(),
            vocabulary: self.start.vocabulary.clone(),
            weights,
            gate_values: Vec::new(),
        };
        files::save(&self.stage.out, package, Precision::F32).await
    }

    /// Reads the checkpoint of the run's folder.
    pub(super) fn read_checkpoint(&self) -> anyhow::Result<Checkpoint> {
        let folder = last_whole(&self.stage.out.join(CHECKPOINT));
        let mut files = read_files(&folder, &Checkpoint::FILES)?;
        Checkpoint::from_files(&mut files).with_context(|| folder.display().to_string())
    }

    /// Writes the checkpoint of the run as it is now.
    pub(super) async fn write_checkpoint(&self, trainer: &mut Trainer) -> anyhow::Result<()> {
        let files = trainer.checkpoint().await?.to_files()?;
        replace_directory(&self.stage.out.join(CHECKPOINT), &files)?;
        Ok(())
    }

    fn card(&self, epoch: Option<&EpochRecord>) -> Card {
        let Stage {
            command,
            losses,
            recipe,
            id,
            ..
        } = self.stage;
        let title = command.title.clone().filter(|_| self.stage.is_last());
        let title = title.unwrap_or_else(|| id.clone());
        let classes = self.start.classes.clone();
        let losses = losses.preset.with_winners(self.start.config.winners);
        Card {
            data: match recipe.preset.texts {
                Texts::Sentences => command.data.title(false, false, false),
                Texts::Phrases { neutral, glue } => command.data.title(true, neutral > 0, glue),
            },
            data_sha256: self.data_sha256.clone(),
            recipe: Some(recipe.preset.clone()),
            seed: Some(command.seed),
            command: repeatable(self.stage),
            metrics: epoch.map(Card::metrics_of).unwrap_or_default(),
            ..Card::new(id.clone(), title, classes, Some(losses))
        }
    }
}

/// Whether a folder holds a run that can be resumed.
pub(super) fn has_checkpoint(out: &Path) -> bool {
    last_whole(&out.join(CHECKPOINT)).exists()
}

/// Protects an earlier run.
pub(super) fn refuse_to_overwrite(out: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        !has_checkpoint(out),
        "{} already holds a model; choose another --out, or continue its run with the same options and --resume",
        out.display()
    );
    anyhow::ensure!(
        !names::ALL.iter().any(|name| out.join(name).exists()),
        "{} already holds a model, without a checkpoint to resume from; choose another --out",
        out.display()
    );
    Ok(())
}

/// What the line of an epoch contains.
pub(super) const EPOCH_LEGEND: &str = "for each epoch, accuracy (cross-entropy) on the train and dev part; λ·imp, λ·int: SAFR's weighted losses; guard: the gate's own loss; keep: the gate's mean over words; norm: of embeddings; entropy: of attention";

/// An epoch in one line.
pub(super) fn epoch_line(record: &EpochRecord) -> String {
    format!(
        "epoch {:3}  train {:.4} ({:.4})  dev {:.4} ({:.4})  λ·imp {:.4}  λ·int {:.4}  guard {:.4}  keep {:.3}  norm {:.2}  entropy {:.3}  {:.0} s",
        record.epoch,
        record.train_accuracy,
        record.train_cross_entropy,
        record.dev_accuracy,
        record.dev_cross_entropy,
        record.weighted_importance,
        record.weighted_interaction,
        record.gate_guard,
        record.word_keep,
        record.embedding_norm,
        record.attention_entropy,
        record.seconds,
    )
}
