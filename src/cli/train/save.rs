//! What a training run leaves in its folder: the best model, the history, and a checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Train;
use crate::cli::files::{self, id_of, write_json};
use crate::explain::EpochRecord;
use crate::model::{ModelConfig, Weights};
use crate::objective::Objective;
use crate::package::{
    Card, FORMAT, Files, Package, Precision, tensor_file, tensors_of, write_directory,
};
use crate::text::Vocabulary;
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
    pub(super) command: &'a Train,
    pub(super) classes: Vec<String>,
    pub(super) config: ModelConfig,
    pub(super) vocabulary: Vocabulary,
    pub(super) objective: Objective,
}

impl Run<'_> {
    /// Writes model, history and checkpoint after an epoch.
    pub(super) async fn save(&self, trainer: &mut Trainer) -> anyhow::Result<()> {
        self.write_checkpoint(trainer).await?;
        let history = trainer.history();
        let best = history.best().context("an epoch is done")?;
        let weights = trainer.best().context("an epoch is done")?.clone();
        self.save_model(Some(best), weights).await?;
        write_json(&self.command.out.join("history.json"), history)
    }

    /// Writes the model of an epoch, or that of none, as it is before the first step.
    pub(super) async fn save_model(
        &self,
        epoch: Option<&EpochRecord>,
        weights: Weights,
    ) -> anyhow::Result<()> {
        let package = Package {
            card: self.card(epoch),
            config: self.config.clone(),
            vocabulary: self.vocabulary.clone(),
            weights,
            gate_values: Vec::new(),
        };
        files::save(&self.command.out, package, Precision::F32).await
    }

    /// Reads the checkpoint of the run's folder.
    pub(super) fn read_checkpoint(&self) -> anyhow::Result<Checkpoint> {
        let folder = checkpoint_folder(&self.command.out);
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
        let [folder, part, old] = [CHECKPOINT, PART, OLD].map(|name| self.command.out.join(name));
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
        let command = self.command;
        let id = id_of(&command.out);
        Card {
            format: FORMAT,
            title: command.title.clone().unwrap_or_else(|| id.clone()),
            id,
            data: command
                .data
                .title(command.phrases, command.neutral > 0, command.glue.is_some()),
            classes: self.classes.clone(),
            objective: self.objective.to_string(),
            losses: Some(self.objective),
            lambda_importance: self.objective.lambda_importance,
            lambda_interaction: self.objective.lambda_interaction,
            seed: Some(command.seed()),
            command: repeatable_command(),
            metrics: epoch.map(Card::metrics_of).unwrap_or_default(),
            sha256: Default::default(),
        }
    }
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
        !out.join("card.json").exists() && !checkpoint_folder(out).exists(),
        "{} holds a model already; choose another --out, or go on with it by --resume",
        out.display()
    );
    Ok(())
}

/// The command line as it was given, without what belongs to this machine or to a resumed run.
fn repeatable_command() -> String {
    let mut words = vec!["safr".to_owned()];
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        match word.as_str() {
            "--resume" => {}
            "--data" | "--out" | "--glue" => {
                given.next();
                words.push(format!("{word} DIR"));
            }
            "--vectors" | "--extra-words" | "--start" => {
                let file = given.next().unwrap_or_default();
                words.push(format!("{word} {}", id_of(Path::new(&file))));
            }
            _ if word.contains(char::is_whitespace) => words.push(format!("{word:?}")),
            _ => words.push(word),
        }
    }
    words.join(" ")
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
