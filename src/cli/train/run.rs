//! One run of the step loop: from its start to a model in a folder.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, anyhow, ensure};
use burn::tensor::Device;
use indicatif::ProgressBar;

use super::Train;
use super::recalls::recalls;
use super::save::{self, Run};
use super::stage::{Begin, FRESH_WORDS, Stage};
use super::start::{Reads, Start};
use crate::cli::data::{Split, encode};
use crate::cli::out::{progress, tell};
use crate::evaluate::EncodedExample;
use crate::explain::History;
use crate::model::{Classifier, ModelConfig, Readout, Stream, parameter_count};
use crate::objective::Objective;
use crate::presets::Texts;
use crate::text::{Example, Tokenizer};
use crate::train::{
    DIVERGED, Options, Outcome, Progress, TrainError, TrainEvent, Trainer, WORKERS, Wish, guessing,
    has_diverged,
};

/// Whether the program was told to stop.
static STOP: AtomicBool = AtomicBool::new(false);

impl Stage<'_> {
    /// Trains, or resumes.
    pub(super) async fn run(&self, device: &Device) -> anyhow::Result<()> {
        let Train {
            data,
            known,
            readout,
            seed,
            freeze_embeddings,
            freeze_layers,
            resume,
            ..
        } = self.command;
        let (objective, recipe) = (self.losses.preset, &self.recipe.preset);
        let mut stream = Stream::new(*seed);
        let (mut start, sentences) = match &self.begin {
            Begin::At(model) => {
                let start = Start::from_model(model, (&objective, *readout), data, &mut stream)?;
                let words = start.config.reading.words;
                let reader = Some(start.reader());
                let sentences = data.sentences(Split::Train, &start.classes, words, reader)?;
                (start, sentences)
            }
            Begin::Fresh(fresh) => {
                let classes = data.classes()?;
                let mut sentences = data.sentences(Split::Train, &classes, FRESH_WORDS, None)?;
                let readout = readout.unwrap_or(objective.readout());
                let reads = Reads {
                    reading: objective.reading(FRESH_WORDS),
                    readout,
                    winners: objective.winners(readout),
                    max_len: fresh.max_len.unwrap_or(data.max_len()),
                };
                let start = Start::fresh(fresh, known, (&sentences, &classes), reads, &mut stream)?;
                // Now that its words are known, it shows which texts it takes for the same.
                if data.holds_out() {
                    let reader = Some(start.reader());
                    sentences = data.sentences(Split::Train, &classes, FRESH_WORDS, reader)?;
                }
                (start, sentences)
            }
        };
        start.config = recipe.trains(start.config);
        objective.check_layers(start.config.layers)?;
        ensure!(
            *freeze_layers <= start.config.layers,
            "--freeze-layers {freeze_layers}: the model has {}",
            start.config.layers
        );
        if let Some(said) = other_winners(&objective, &start.config) {
            tell(said);
        }
        let words = start.config.reading.words;
        let train = encode(&self.texts(sentences, words)?, words, &start.vocabulary);
        let reader = Some(start.reader());
        let dev = data.sentences(Split::Dev, &start.classes, words, reader)?;
        let dev = encode(&dev, words, &start.vocabulary);
        tell(format!(
            "{} training texts, {} dev texts, {} {} known, {} parameters",
            train.len(),
            dev.len(),
            start.vocabulary.len() - 2,
            words.units(),
            parameter_count(&start.config),
        ));
        let chance = Chance::of(&dev, start.classes.len());
        tell(format!(
            "{}; always predicting {} would be right for {:.4} of the dev part",
            classes_line(&start.classes, &train),
            start.classes[chance.class],
            chance.accuracy
        ));

        let mut trainer = Trainer::new(
            Options {
                freeze_embeddings: *freeze_embeddings,
                freeze_layers: *freeze_layers,
                ..recipe.options(objective, *seed)
            },
            &start.config,
            &start.weights,
            stream,
            (train, dev),
            device,
        )?
        .named(start.vocabulary.words(), &start.classes);
        // One for each core that may be used, as `RAYON_NUM_THREADS` says.
        let threads = rayon::current_num_threads().min(WORKERS);
        trainer.train_in(threads, &start.weights)?;
        let run = Run {
            stage: self,
            start,
            data_sha256: data.fingerprint()?,
        };
        if *resume && save::has_checkpoint(&self.out) {
            trainer.resume(run.read_checkpoint()?)?;
            let (steps, epochs) = (trainer.steps(), trainer.history().records.len());
            tell(format!(
                "resumed after {steps} steps, with {epochs} epochs done"
            ));
            // It may have been stopped before its model was written, or fewer epochs may be asked for.
            if trainer.is_finished() {
                run.save(&mut trainer).await?;
            }
        } else if recipe.epochs == 0 {
            run.save_model(None, run.start.weights.clone()).await?;
            tell(format!("untrained, kept in {}", self.out.display()));
            return Ok(());
        }
        self.train(&mut trainer, &run).await?;
        let best = trainer.history().best().context("an epoch is done")?;
        tell(format!(
            "best: epoch {} with dev accuracy {:.4}, kept in {}",
            best.epoch,
            best.dev_accuracy,
            self.out.display()
        ));
        let weights = trainer.best().context("an epoch is done")?;
        let model = Classifier::new(&run.start.config, weights, device)?;
        let recalls = recalls(&model, &run.start.classes, trainer.dev()).await?;
        tell(format!("recall of each class of the dev part: {recalls}"));
        Ok(())
    }

    /// What a model that reads `words` learns; the whole texts are `sentences`.
    fn texts(&self, sentences: Vec<Example>, words: Tokenizer) -> anyhow::Result<Vec<Example>> {
        match self.recipe.preset.texts {
            Texts::Sentences => Ok(sentences),
            Texts::Phrases { neutral, glue } => {
                let Train { data, seed, .. } = self.command;
                data.phrases(glue, neutral, *seed, words)
            }
        }
    }

    async fn train(&self, trainer: &mut Trainer, run: &Run<'_>) -> anyhow::Result<()> {
        tell(save::EPOCH_LEGEND);
        match ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed)) {
            // An earlier stage may have set it already.
            Ok(()) | Err(ctrlc::Error::MultipleHandlers) => {}
            Err(error) => return Err(error.into()),
        }
        while !trainer.is_finished() {
            let bar = progress(
                "epoch {msg} [{bar:30}] {pos}/{len} steps, {eta} left",
                Some(0),
            );
            let listen = |event: TrainEvent| {
                match event {
                    TrainEvent::Progress(progress) => show_progress(&bar, &progress),
                    TrainEvent::Epoch(record) => {
                        bar.finish_and_clear();
                        tell(save::epoch_line(&record));
                    }
                }
                match STOP.load(Ordering::Relaxed) {
                    true => Wish::Stop,
                    false => Wish::Continue,
                }
            };
            let ended = trainer.epoch(listen).await;
            let ended = ended.map_err(|error| self.ended_by(error, trainer.history()))?;
            if ended == Outcome::Stopped {
                run.write_checkpoint(trainer).await?;
                anyhow::bail!("stopped; the same command with --resume continues from here");
            }
            self.check_not_diverged(trainer.history(), run.start.classes.len())?;
            run.save(trainer).await?;
        }
        let best = trainer.history().best().context("an epoch is done")?;
        let done = trainer.history().records.len();
        tell(match done < self.recipe.preset.epochs {
            true => format!(
                "ended after epoch {done}, {} after the best one (--patience)",
                done - best.epoch
            ),
            false => format!("ended after epoch {done}, the last one (--epochs)"),
        });
        Ok(())
    }

    /// Checks that the last epoch has not driven the weights so far off that no later one will be of use. Such an epoch
    /// is not saved.
    fn check_not_diverged(&self, history: &History, classes: usize) -> anyhow::Result<()> {
        let mut before = history.clone();
        let Some(last) = before.records.pop() else {
            return Ok(());
        };
        let left = match (before.best(), &self.begin) {
            (Some(best), _) => format!(
                ", with another --out, since {} keeps the best epoch before, {}",
                self.out.display(),
                best.epoch
            ),
            (None, Begin::At(first)) if first.starts_with(&self.out) => {
                format!(", with another --out and --start {}", first.display())
            }
            (None, _) => String::new(),
        };
        ensure!(
            !has_diverged(&last, classes),
            "the run has diverged: the training cross-entropy of epoch {} is {:.2}, more than {DIVERGED} times that of guessing, {:.2}; try a lower --learning-rate, such as a tenth of it, or a smaller λ if there is one{left}",
            last.epoch,
            last.train_cross_entropy,
            guessing(classes)
        );
        Ok(())
    }

    /// The error that ended a run, and what is left of the run.
    fn ended_by(&self, error: TrainError, history: &History) -> anyhow::Error {
        match (&error, history.best()) {
            (TrainError::NotFinite { .. }, Some(best)) => anyhow!(
                "{error}, with another --out, since {} keeps the best epoch before, {}",
                self.out.display(),
                best.epoch
            ),
            _ => error.into(),
        }
    }
}

/// What to say if the winners of a model are not those that its losses ask for.
fn other_winners(objective: &Objective, config: &ModelConfig) -> Option<&'static str> {
    if config.winners == objective.winners(Readout::Neurons) {
        return None;
    }
    Some(match config.winners {
        Some(_) => {
            "each neuron is left to some of a text's words, as in the model that this one starts from"
        }
        None => "winners are left out: only a head that reads the neurons can have them",
    })
}

/// The classes, each with its training texts.
fn classes_line(classes: &[String], train: &[EncodedExample]) -> String {
    let mut counts = vec![0; classes.len()];
    train.iter().for_each(|example| counts[example.label] += 1);
    let named = classes.iter().zip(counts);
    let named: Vec<String> = named
        .map(|(name, count)| format!("{name} ({count})"))
        .collect();
    format!("{} classes: {}", classes.len(), named.join(", "))
}

/// How well the dev part is classified without any knowledge of it.
struct Chance {
    /// The largest class.
    class: usize,
    /// Its share.
    accuracy: f64,
}

impl Chance {
    fn of(dev: &[EncodedExample], classes: usize) -> Self {
        let count = |class| dev.iter().filter(|example| example.label == class).count();
        let class = (0..classes)
            .rev()
            .max_by_key(|&class| count(class))
            .unwrap_or(0);
        Self {
            class,
            accuracy: count(class) as f64 / dev.len() as f64,
        }
    }
}

fn show_progress(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.steps as u64);
    bar.set_position(progress.step as u64);
    bar.set_message(format!(
        "{}: cross-entropy {:.4}, accuracy {:.4}",
        progress.epoch, progress.cross_entropy, progress.accuracy
    ));
}
