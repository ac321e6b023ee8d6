//! How much faster a training step is in several threads: prints, as JSON, how many texts a second are learned from in one
//! and in all of them, round by round.
//!
//! `cargo xtask bench cores`

mod common;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use pollster::block_on;
use safr::engine::{Backend, OpenDevice};
use safr::evaluate::EncodedExample;
use safr::model::Stream;
use safr::objective::Objective;
use safr::package::{Package, read_directory};
use safr::presets::Preset;
use safr::train::{Trainer, WORKERS};

/// As in the command `safr`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 7;
/// Steps of a round.
const STEPS: usize = 6;
const BATCH: usize = 32;
const WORDS: usize = 40;
const BATCHES: usize = 8;

fn main() -> Result<()> {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/sst2-safr");
    let package = Package::from_files(&read_directory(&model)?)?;
    let cores = rayon::current_num_threads().min(WORKERS);
    let mut trainers = [trainer(&package, 1)?, trainer(&package, cores)?];
    let mut rates = [Vec::new(), Vec::new()];
    for round in 0..=ROUNDS {
        for (trainer, rates) in trainers.iter_mut().zip(&mut rates) {
            let rate = rate(trainer)?;
            // The first round warms up.
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    let [one, all] = rates;
    println!(
        "{}",
        serde_json::json!([{
            "what": "32 texts of 40 words a step, natively",
            "workers": cores,
            "one": one,
            "all": all,
        }])
    );
    Ok(())
}

/// A run on texts of as many words each, so that no time goes into padding.
fn trainer(package: &Package, threads: usize) -> Result<Trainer> {
    let text = |at: usize| {
        let ids: Vec<u32> = (0..WORDS)
            .map(|word| 2 + ((at * WORDS + word) * 37 % 7000) as u32)
            .collect();
        EncodedExample::of_words(&ids, at % 2)
    };
    let texts: Vec<EncodedExample> = (0..BATCH * BATCHES).map(text).collect();
    let dev = texts[..1].to_vec();
    let objective = Objective::named("safr").context("there is no preset of that name")?;
    let options = common::endless(objective, 3e-4, BATCH);
    let device = block_on(OpenDevice::open(Backend::Flex))?.device;
    let (config, weights) = (&package.config, &package.weights);
    let mut trainer = Trainer::new(
        options,
        config,
        weights,
        Stream::new(0),
        (texts, dev),
        &device,
    )?;
    trainer.train_in(threads, weights)?;
    Ok(trainer)
}

/// Texts a second.
fn rate(trainer: &mut Trainer) -> Result<f64> {
    let steps = (0..STEPS).map(|_| common::step(trainer));
    let time: Duration = steps.sum::<Result<_, _>>()?;
    Ok((STEPS * BATCH) as f64 / time.as_secs_f64())
}
