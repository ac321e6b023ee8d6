//! `safr train`: data in, a model directory out.

mod save;
mod start;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::data::{Data, Split, encode};
use super::files::writable;
use super::numbers::{count, part, weight};
use super::objective::ObjectiveOptions;
use crate::engine::{Backend, OpenDevice};
use crate::model::{Stream, parameter_count};
use crate::objective::Objective;
use crate::text::Words;
use crate::train::{Options, Outcome, Progress, Schedule, TrainEvent, Trainer, Wish};
use save::Run;
use start::{FRESH, Fresh, Start};

/// Train a model and keep its best weights by dev accuracy
#[derive(Args, Clone, Debug)]
pub(super) struct Train {
    #[command(flatten)]
    pub(super) data: Data,
    #[command(flatten)]
    pub(super) objective: ObjectiveOptions,
    /// Train on the labelled phrases of the training trees too
    #[arg(long)]
    pub(super) phrases: bool,
    /// With --phrases: on so many neutral phrases too, drawn at random, half of them under each class
    #[arg(long, value_name = "N", default_value_t = 0, requires = "phrases")]
    pub(super) neutral: usize,
    /// With --phrases: on those of GLUE's SST-2 that the trees lack, too; folder of its train.tsv
    #[arg(long, value_name = "DIR", requires = "phrases")]
    pub(super) glue: Option<PathBuf>,
    /// Seed of everything random
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Most epochs; 0 keeps the model as it is before the first step
    #[arg(long, default_value_t = 100)]
    epochs: usize,
    /// Epochs without a better dev accuracy after which training ends
    #[arg(long, default_value_t = 3, value_parser = count())]
    patience: usize,
    /// Adam's step size
    #[arg(long, default_value_t = 1e-4, value_parser = weight::<f64>)]
    learning_rate: f64,
    /// Let the step size fall in a straight line, to 0 after the last of --epochs
    #[arg(long)]
    decay: bool,
    /// Part of --epochs over which the weights of all losses beside cross-entropy rise from 0
    #[arg(long, value_name = "PART", default_value_t = 0.0, value_parser = part)]
    ramp: f64,
    /// Texts a batch
    #[arg(long, default_value_t = 32, value_parser = count())]
    batch_size: usize,
    /// Go on from the weights of this model, with its words and sizes
    #[arg(long, value_name = "DIR", conflicts_with_all = FRESH)]
    start: Option<PathBuf>,
    /// Leave the word embeddings as they are
    #[arg(long)]
    freeze_embeddings: bool,
    #[command(flatten)]
    fresh: Fresh,
    /// Where to compute: flex, ndarray, wgpu, or cuda where it was built in
    #[arg(long, default_value = "flex")]
    backend: Backend,
    /// Go on with the run that was stopped in --out
    #[arg(long)]
    resume: bool,
    /// Name for people, kept in the model's card
    #[arg(long)]
    pub(super) title: Option<String>,
    /// Folder for the model, its history and its checkpoint
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
}

impl Train {
    /// Trains until done, stopped by Ctrl-C or a signal to end, or failed.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let objective = self.objective.objective()?;
        if !self.resume {
            save::refuse_to_overwrite(&self.out)?;
            writable(&self.out)?;
        }
        let classes = self.data.classes()?;
        let mut stream = Stream::new(self.seed);
        let model = match &self.start {
            Some(directory) => Some(Start::from_model(
                directory,
                &objective,
                &classes,
                &mut stream,
            )?),
            None => None,
        };
        let classes = model.as_ref().map_or(&classes, |model| &model.classes);
        // A fresh model takes texts as people type them, another as it always did.
        let words = model
            .as_ref()
            .map_or(Words::Typed, |model| model.config.reading.words);
        let sentences = self.data.sentences(Split::Train, classes, words)?;
        let Start {
            config,
            vocabulary,
            weights,
            classes,
        } = match model {
            Some(model) => model,
            None => {
                let reading = objective.reading(words);
                let max_len = self.data.max_len();
                self.fresh
                    .start(&sentences, classes, reading, max_len, &mut stream)?
            }
        };
        let examples = if self.phrases {
            let glue = self.glue.as_deref();
            self.data.phrases(glue, self.neutral, self.seed, words)?
        } else {
            sentences
        };
        let train = encode(&examples, &vocabulary);
        let dev = self.data.sentences(Split::Dev, &classes, words)?;
        let dev = encode(&dev, &vocabulary);
        println!(
            "{} training texts, {} dev texts, {} words known, {} parameters",
            train.len(),
            dev.len(),
            vocabulary.len() - 2,
            parameter_count(&config),
        );

        let device = OpenDevice::open(self.backend).await?.device;
        let mut trainer = Trainer::new(
            self.options(objective),
            &config,
            &weights,
            stream,
            (train, dev),
            &device,
        )?
        .named(vocabulary.words(), &classes);
        let run = Run {
            command: &self,
            classes,
            config,
            vocabulary,
            objective,
        };
        if self.resume {
            let checkpoint = run
                .read_checkpoint()
                .context("there is nothing to resume; leave --resume out")?;
            trainer.resume(checkpoint)?;
            let (steps, epochs) = (trainer.steps(), trainer.history().records.len());
            println!("resumed after {steps} steps, with {epochs} epochs done");
            // Fewer epochs may be asked for than are done: then this is all that is left to do.
            if trainer.is_finished() {
                run.save(&mut trainer).await?;
            }
        } else if self.epochs == 0 {
            run.save_model(None, weights).await?;
            println!("untrained, kept in {}", self.out.display());
            return Ok(());
        }
        self.train(&mut trainer, &run).await
    }

    async fn train(&self, trainer: &mut Trainer, run: &Run<'_>) -> anyhow::Result<()> {
        let stop = Arc::new(AtomicBool::new(false));
        let heard = stop.clone();
        ctrlc::set_handler(move || heard.store(true, Ordering::Relaxed))?;
        while !trainer.is_finished() {
            let bar = epoch_bar();
            let listen = |event: TrainEvent| {
                match event {
                    TrainEvent::Progress(progress) => show_progress(&bar, &progress),
                    TrainEvent::Epoch(record) => {
                        bar.finish_and_clear();
                        println!("{}", save::epoch_line(&record));
                    }
                }
                if stop.load(Ordering::Relaxed) {
                    Wish::Stop
                } else {
                    Wish::Continue
                }
            };
            if trainer.epoch(listen).await? == Outcome::Stopped {
                run.write_checkpoint(trainer).await?;
                anyhow::bail!("stopped; the same command with --resume goes on from here");
            }
            run.save(trainer).await?;
        }
        let best = trainer.history().best().context("an epoch is done")?;
        println!(
            "best: epoch {} with dev accuracy {:.4}, kept in {}",
            best.epoch,
            best.dev_accuracy,
            self.out.display()
        );
        Ok(())
    }

    fn options(&self, objective: Objective) -> Options {
        Options {
            objective,
            learning_rate: self.learning_rate,
            batch_size: self.batch_size,
            epochs: self.epochs,
            patience: self.patience,
            seed: self.seed,
            freeze_embeddings: self.freeze_embeddings,
            schedule: Schedule {
                ramp: self.ramp,
                decay: self.decay,
            },
        }
    }

    /// Seed of the run, for the card.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }
}

fn epoch_bar() -> ProgressBar {
    let style =
        ProgressStyle::with_template("epoch {msg} [{bar:30}] {pos}/{len} steps, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show_progress(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.steps as u64);
    bar.set_position(progress.step as u64);
    bar.set_message(format!(
        "{}: cross-entropy {:.4}, accuracy {:.4}",
        progress.epoch, progress.cross_entropy, progress.accuracy
    ));
}
