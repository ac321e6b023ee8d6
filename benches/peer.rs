//! Our side of a comparison with other programs, which `pkg-config/peers/native.py` leads: reads a request from each line
//! of its input and answers with a line, milliseconds unless it is said otherwise.
//!
//! - `check`: JSON, the logits of the texts to explain, and the losses of the first batch without noise
//! - `load`: from the bytes of a model's files to a model that is ready
//! - `explain N`: a whole explanation of a text of N words
//! - `forward N`: its forward pass alone
//! - `train`: a step, whose losses are read
//!
//! `cargo xtask bench peers`

mod common;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use burn::tensor::Tensor;
use pollster::block_on;
use safr::engine::{Backend, LoadedModel, Session};
use safr::evaluate::EncodedExample;
use safr::model::{Batch, Classifier, Noise, Stream, read};
use safr::objective::{LossNumbers, Objective};
use safr::package::{Files, read_directory};
use safr::presets::Preset;
use safr::text;
use safr::train::Trainer;
use serde::{Deserialize, Serialize};

/// As in the command `safr`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The name of the model in its session.
const MODEL: &str = "model";

/// What all compared programs are given.
#[derive(Deserialize)]
struct Work {
    /// Texts in a batch.
    batch: usize,
    /// Texts to explain, by their number of words.
    explain: BTreeMap<String, Vec<Text>>,
    train: Vec<Text>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    ids: Vec<u32>,
    #[serde(default)]
    label: usize,
}

/// What other programs are checked against.
#[derive(Serialize)]
struct Checked {
    /// Of each text to explain, by number of words.
    logits: BTreeMap<String, Vec<Vec<f32>>>,
    losses: LossNumbers,
}

struct Peer {
    work: Work,
    files: Files,
    session: Session,
    trainer: Trainer,
    /// Requests so far: each takes the next text.
    turn: usize,
}

fn main() -> Result<()> {
    // Cargo adds an option of its own.
    let mut paths = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"));
    let mut path = || paths.next().context("peer MODEL WORK");
    let mut peer = Peer::new(Path::new(&path()?), Path::new(&path()?))?;
    for request in std::io::stdin().lock().lines() {
        println!("{}", peer.answer(&request?)?);
        std::io::stdout().flush()?;
    }
    Ok(())
}

impl Peer {
    fn new(model: &Path, work: &Path) -> Result<Self> {
        let work: Work = serde_json::from_reader(BufReader::new(File::open(work)?))?;
        let files = read_directory(model)?;
        let mut session = block_on(Session::start(Backend::Flex))?;
        session.load(MODEL, &files)?;
        let package = &session.model(MODEL)?.package;
        let examples: Vec<EncodedExample> = work
            .train
            .iter()
            .map(|text| EncodedExample::of_words(&text.ids, text.label))
            .collect();
        let dev = examples[..1].to_vec();
        let options = common::endless(objective()?, 3e-4, work.batch);
        let trainer = Trainer::new(
            options,
            &package.config,
            &package.weights,
            Stream::new(0),
            (examples, dev),
            &session.device.device,
        )?;
        Ok(Self {
            work,
            files,
            session,
            trainer,
            turn: 0,
        })
    }

    fn answer(&mut self, request: &str) -> Result<String> {
        self.turn += 1;
        let (what, length) = request.split_once(' ').unwrap_or((request, ""));
        let milliseconds = match what {
            "check" => return Ok(serde_json::to_string(&self.check()?)?),
            "load" => {
                let start = Instant::now();
                self.session.load(MODEL, &self.files)?;
                since(start)
            }
            "explain" => {
                let (model, text) = (self.model()?, self.text(length)?);
                let start = Instant::now();
                block_on(model.explain_to_steer(&text.text, None))?;
                since(start)
            }
            "forward" => {
                let (model, text) = (self.model()?, self.text(length)?);
                let start = Instant::now();
                logits(model, text)?;
                since(start)
            }
            "train" => common::step(&mut self.trainer)?.as_secs_f64() * 1e3,
            other => anyhow::bail!("{other} is no request"),
        };
        Ok(milliseconds.to_string())
    }

    fn model(&self) -> Result<&LoadedModel> {
        Ok(self.session.model(MODEL)?)
    }

    /// The next text of so many words.
    fn text(&self, length: &str) -> Result<&Text> {
        let texts = self.work.explain.get(length);
        let texts = texts.with_context(|| format!("there is no text of {length} words"))?;
        Ok(&texts[self.turn % texts.len()])
    }

    fn check(&self) -> Result<Checked> {
        let model = self.model()?;
        let of_text = |text: &Text| {
            let (config, vocabulary) = (&model.package.config, &model.package.vocabulary);
            let read = text::read(&text.text, config.reading.words, vocabulary, config.max_len);
            ensure!(read.ids == text.ids, "read otherwise: {}", text.text);
            logits(model, text)
        };
        let of_length = |(length, texts): (&String, &Vec<Text>)| {
            let logits = texts.iter().map(of_text).collect::<Result<_>>()?;
            Ok((length.clone(), logits))
        };
        let logits = self.work.explain.iter().map(of_length);
        Ok(Checked {
            logits: logits.collect::<Result<_>>()?,
            losses: self.losses(model)?,
        })
    }

    /// The losses of a step on the first batch in which dropout drops nothing and the gate follows its log-odds.
    fn losses(&self, model: &LoadedModel) -> Result<LossNumbers> {
        let package = &model.package;
        let config = &package.config;
        let device = self.session.device.device.clone().autodiff();
        let classifier = Classifier::new(config, &package.weights, &device)?;
        let texts = &self.work.train[..self.work.batch];
        let ids: Vec<&[u32]> = texts.iter().map(|text| text.ids.as_slice()).collect();
        let labels: Vec<usize> = texts.iter().map(|text| text.label).collect();
        let batch = Batch::new(&ids, config, &device);
        let [b, l] = batch.dims();
        let ones = |width| Tensor::<2>::ones([b * l, width], &device);
        let noise = Noise {
            gate: Tensor::zeros([b, l], &device),
            input: ones(config.d_model).reshape([b, l, config.d_model]),
            blocks: vec![[ones(config.d_model), ones(config.d_ff)]],
        };
        let trace = classifier.forward(&batch, Some(&noise));
        let losses = objective()?.losses(&trace, &labels);
        Ok(block_on(losses.read())?)
    }
}

/// What the model of the page was trained with.
fn objective() -> Result<Objective> {
    Objective::named("safr").context("there is no preset of that name")
}

fn logits(model: &LoadedModel, text: &Text) -> Result<Vec<f32>> {
    let classifier = model.classifier();
    let batch = Batch::new(&[&text.ids], &model.package.config, &classifier.device());
    let trace = classifier.forward(&batch, None);
    Ok(block_on(read(trace.logits.flatten(0, 1)))?)
}

/// Milliseconds since `start`.
fn since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
