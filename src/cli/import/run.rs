//! The command itself.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::{checkpoint, huggingface, vocabulary};
use crate::cli::files::{Folder, id_of, read_text, save};
use crate::cli::numbers::count;
use crate::cli::out::remark;
use crate::model::{
    Array, ModelConfig, Reading, Weights, check_weights, parameter_shapes, sinusoids,
};
use crate::package::huggingface::Import as Options;
use crate::package::{Card, Package, Precision};
use crate::text::{Tokenizer, Vocabulary};

/// Turn a PyTorch or Hugging Face model into a model directory
#[derive(Args, Clone, Debug)]
pub(crate) struct Import {
    /// Checkpoint with a state dict of the published code
    ///
    /// Its names may have a prefix (module., model., _orig_mod.); it may come with an optimiser's state, and be
    /// stored in 16 bits.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "huggingface",
        conflicts_with = "huggingface"
    )]
    pytorch: Option<PathBuf>,
    /// Folder of a BERT or DistilBERT of Hugging Face's libraries
    ///
    /// With config.json, model.safetensors or pytorch_model.bin, and tokenizer.json or vocab.txt. A head that classifies
    /// texts is kept; without one, the model is a start for training.
    #[arg(long, value_name = "DIR")]
    huggingface: Option<PathBuf>,
    /// Keep only the first layers of a Hugging Face model
    #[arg(long, value_name = "N", value_parser = count, requires = "huggingface")]
    layers: Option<usize>,
    /// Keep only the pieces that spell this file's words
    ///
    /// One word per line, as `safr words` writes them. Single letters are kept, too, so that anything else can be
    /// spelled.
    #[arg(long, value_name = "FILE", requires = "huggingface")]
    words: Option<PathBuf>,
    /// JSON file of the words
    ///
    /// An array in the order of their ids, or an object of words with their ids. Without it, words get numbered names.
    #[arg(long, value_name = "FILE", conflicts_with = "huggingface")]
    vocabulary: Option<PathBuf>,
    /// Number of attention heads, which a state dict does not say
    #[arg(
        long,
        value_name = "N",
        value_parser = count,
        required_unless_present = "huggingface",
        conflicts_with = "huggingface"
    )]
    heads: Option<usize>,
    /// Names of the classes [default: class 0, class 1, …]
    ///
    /// In the order of the logits. To evaluate the model on a task, they must be the task's own: negative,positive for
    /// sst2.
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    classes: Option<Vec<String>>,
    /// Folder for the model
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Import {
    /// Reads, checks and writes.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let _folder = Folder::hold_new(&self.out)?;
        let package = match (&self.huggingface, &self.pytorch, self.heads) {
            (Some(folder), ..) => {
                let words = self.words.as_deref().map(read_text).transpose()?;
                let lines = |text: String| text.lines().map(str::to_owned).collect();
                let options = Options {
                    id: id_of(&self.out),
                    layers: self.layers,
                    words: words.map(lines),
                    classes: self.named_classes()?,
                    ..Options::default()
                };
                huggingface::package(folder, &options)?
            }
            (None, Some(file), Some(heads)) => self.package(file, heads)?,
            (None, ..) => unreachable!("the options say that one of both is given"),
        };
        let said = format!(
            "{} {} and {} classes, model written to {}{}",
            package.config.vocabulary,
            package.config.reading.words.units(),
            package.config.classes,
            self.out.display(),
            match package.card.untrained {
                true =>
                    "; its head is new and predicts at random until it is trained: safr train --start",
                false => "",
            }
        );
        save(&self.out, package, Precision::F32).await?;
        remark(said);
        Ok(())
    }

    /// The model of a checkpoint.
    fn package(&self, file: &Path, heads: usize) -> anyhow::Result<Package> {
        let (config, weights) = model(file, heads).with_context(|| file.display().to_string())?;
        let vocabulary = match &self.vocabulary {
            Some(path) => self.words(path, config.vocabulary)?,
            None => numbered_words(config.vocabulary)?,
        };
        let classes = self.classes(config.classes)?;
        let id = id_of(&self.out);
        let card = Card {
            data: "unknown: imported from a PyTorch checkpoint".to_owned(),
            command: format!(
                "safr import --pytorch FILE --heads {heads}{}{} --out DIR",
                match &self.vocabulary {
                    Some(_) => " --vocabulary FILE",
                    None => "",
                },
                match &self.classes {
                    Some(_) => format!(" --classes {}", classes.join(",")),
                    None => String::new(),
                }
            ),
            ..Card::new(id.clone(), id, classes, None)
        };
        Ok(Package {
            card,
            config,
            vocabulary,
            weights,
            gate_values: Vec::new(),
        })
    }

    /// The words of a file, as many as the checkpoint has.
    fn words(&self, path: &Path, count: usize) -> anyhow::Result<Vocabulary> {
        let name = || path.display().to_string();
        let words = vocabulary::read(&read_text(path)?).with_context(name)?;
        anyhow::ensure!(
            words.len() == count,
            "{}: it has {} words, but the checkpoint has {count}; give the vocabulary that the model was trained with",
            name(),
            words.len()
        );
        Ok(words)
    }

    /// The classes of a checkpoint with `count` of them.
    fn classes(&self, count: usize) -> anyhow::Result<Vec<String>> {
        let Some(names) = self.named_classes()? else {
            return Ok((0..count).map(|class| format!("class {class}")).collect());
        };
        anyhow::ensure!(
            names.len() == count,
            "--classes names {} {}, but the checkpoint has {count}",
            names.len(),
            if names.len() == 1 { "class" } else { "classes" }
        );
        Ok(names)
    }

    /// The names that were given, each different from the others.
    fn named_classes(&self) -> anyhow::Result<Option<Vec<String>>> {
        let Some(names) = &self.classes else {
            return Ok(None);
        };
        let names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
        let mut different = HashSet::new();
        for name in &names {
            anyhow::ensure!(
                !name.is_empty(),
                "--classes leaves a name empty; give each class one"
            );
            anyhow::ensure!(
                different.insert(name),
                "--classes names \"{name}\" twice; give each class a name of its own"
            );
        }
        Ok(Some(names))
    }
}

/// Sizes and parameters of a checkpoint.
fn model(file: &Path, heads: usize) -> anyhow::Result<(ModelConfig, Weights)> {
    let mut weights = checkpoint::read(file)?;
    let positions = weights
        .remove("pos_encoder.pe")
        .context("the checkpoint lacks pos_encoder.pe")?;
    let config = config(&weights, &positions, heads)?;
    config.check()?;
    let shapes = parameter_shapes(&config);
    weights.retain(|name, _| shapes.iter().any(|(known, _)| known == name));
    check_weights(&config, &weights)?;
    check_positions(&config, &positions)?;
    Ok((config, weights))
}

/// The sizes that the shapes reveal.
fn config(weights: &Weights, positions: &Array, heads: usize) -> anyhow::Result<ModelConfig> {
    let size = |name: &str, axis: usize| {
        weights
            .get(name)
            .and_then(|array| array.shape.get(axis).copied())
            .with_context(|| format!("the checkpoint lacks {name}"))
    };
    let layers = (0..)
        .take_while(|at| weights.contains_key(&format!("layers.{at}.ff.linear1.weight")))
        .count();
    let &[.., max_len, _] = positions.shape.as_slice() else {
        anyhow::bail!("pos_encoder.pe has shape {:?}", positions.shape);
    };
    let reading = Reading::published(Tokenizer::Whitespace);
    Ok(ModelConfig {
        d_model: size("embedding.weight", 1)?,
        heads,
        d_ff: size("layers.0.ff.linear1.weight", 0)?,
        mask_hidden: size("vmask.linear_layer.weight", 0)?,
        layers,
        max_len,
        ..ModelConfig::new(size("embedding.weight", 0)?, size("fc.weight", 0)?, reading)
    })
}

fn check_positions(config: &ModelConfig, stored: &Array) -> anyhow::Result<()> {
    let expected = sinusoids(config);
    let same = stored.values.len() == expected.len()
        && stored
            .values
            .iter()
            .zip(&expected)
            // As exactly as 16 bits can say.
            .all(|(a, b)| (a - b).abs() < 5e-3);
    anyhow::ensure!(
        same,
        "pos_encoder.pe is not the sinusoidal table of the published model"
    );
    Ok(())
}

fn numbered_words(count: usize) -> anyhow::Result<Vocabulary> {
    let words = ["<PAD>", "<UNK>"].map(str::to_owned).into_iter();
    let numbered = (2..count).map(|id| format!("word{id}"));
    Ok(Vocabulary::from_words(words.chain(numbered).collect())?)
}
