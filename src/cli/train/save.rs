//! What a training run leaves in its folder: the best model, the history, and a checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::command::repeatable;
use super::stage::Stage;
use super::start::Start;
use crate::cli::draft::Draft;
use crate::cli::files::{self, HISTORY};
use crate::explain::EpochRecord;
use crate::model::Weights;
use crate::package::{
    Card, FORMAT, Files, Package, Precision, tensor_file, tensors_of, write_directory,
};
use crate::presets::Texts;
use crate::train::{Checkpoint, Trainer};

const CHECKPOINT: &str = "checkpoint";
const PART: &str = "checkpoint.part";
const OLD: &str = "checkpoint.old";

const STATE: &str = "state.json";
const WEIGHTS: &str = "weights.safetensors";
const BEST: &str = "best.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";

/// A run's facts that its model's card and files are made of.
pub(super) struct Run<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) start: Start,
    /// Of the file that is trained on, if it is one.
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
        Draft::create(&self.stage.out.join(HISTORY), &[])?.fill_json(history)
    }

    /// Writes the model of an epoch, or that of none, as it is before the first step.
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
        let folder = checkpoint_folder(&self.stage.out);
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| path.display().to_string())
        };
        Ok(Checkpoint {
            state: String::from_utf8(read(STATE)?)?,
            weights: tensors_of(&read(WEIGHTS)?)?,
            best: match folder.join(BEST).exists() {
                true => Some(tensors_of(&read(BEST)?)?),
                false => None,
            },
            optimizer: tensors_of(&read(OPTIMIZER)?)?,
        })
    }

    /// Writes the checkpoint of the run as it is now.
    pub(super) async fn write_checkpoint(&self, trainer: &mut Trainer) -> anyhow::Result<()> {
        let checkpoint = trainer.checkpoint().await?;
        let mut files = Files::from([
            (STATE.to_owned(), checkpoint.state.into_bytes()),
            (WEIGHTS.to_owned(), tensor_file(&checkpoint.weights)?),
            (OPTIMIZER.to_owned(), tensor_file(&checkpoint.optimizer)?),
        ]);
        if let Some(best) = &checkpoint.best {
            files.insert(BEST.to_owned(), tensor_file(best)?);
        }
        self.replace_checkpoint(&files)
    }

    /// Puts a whole folder in the place of another, so that a run that is killed meanwhile finds
    /// the files of one step and not of two.
    fn replace_checkpoint(&self, files: &Files) -> anyhow::Result<()> {
        let [folder, part, old] = [CHECKPOINT, PART, OLD].map(|name| self.stage.out.join(name));
        let remove = |folder: &Path| match folder.exists() {
            true => fs::remove_dir_all(folder).with_context(|| folder.display().to_string()),
            false => Ok(()),
        };
        remove(&part)?;
        write_directory(&part, files)?;
        if folder.exists() {
            remove(&old)?;
            fs::rename(&folder, &old).with_context(|| folder.display().to_string())?;
        }
        fs::rename(&part, &folder).with_context(|| part.display().to_string())?;
        remove(&old)
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
        let objective = losses.preset;
        Card {
            format: FORMAT,
            id: id.clone(),
            title: title.unwrap_or_else(|| id.clone()),
            data: match recipe.preset.texts {
                Texts::Sentences => command.data.title(false, false, false),
                Texts::Phrases { neutral, glue } => command.data.title(true, neutral > 0, glue),
            },
            data_sha256: self.data_sha256.clone(),
            classes: self.start.classes.clone(),
            objective: objective.to_string(),
            losses: Some(objective),
            recipe: Some(recipe.preset.clone()),
            lambda_importance: objective.lambda_importance,
            lambda_interaction: objective.lambda_interaction,
            seed: Some(command.seed),
            command: repeatable(self.stage),
            metrics: epoch.map(Card::metrics_of).unwrap_or_default(),
            sha256: Default::default(),
        }
    }
}

/// Whether a run was begun in a folder that can be taken up.
pub(super) fn has_checkpoint(out: &Path) -> bool {
    checkpoint_folder(out).exists()
}

/// Where the last whole checkpoint is: beside its place, if a run was killed while it put another
/// there.
fn checkpoint_folder(out: &Path) -> PathBuf {
    let [folder, old] = [CHECKPOINT, OLD].map(|name| out.join(name));
    if old.exists() && !folder.exists() {
        old
    } else {
        folder
    }
}

/// Protects an earlier run.
pub(super) fn refuse_to_overwrite(out: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        !has_checkpoint(out),
        "{} holds a model already; choose another --out, or go on with it by --resume",
        out.display()
    );
    anyhow::ensure!(
        !out.join("card.json").exists(),
        "{} holds a model already, without a checkpoint to go on from; choose another --out",
        out.display()
    );
    Ok(())
}

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
