//! `safr evaluate`: how well a model does on a part of a data set.

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;

use super::data::{Data, Split, encode};
use super::files::{open, write_json};
use super::objective::matching;
use crate::engine::{Backend, OpenDevice};

/// Measure accuracy and losses of a model
#[derive(Args, Clone, Debug)]
pub(super) struct Evaluate {
    /// Model directory
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Part of the data
    #[arg(long, value_enum, default_value = "test")]
    split: Split,
    /// Texts a batch
    #[arg(long, default_value_t = 64)]
    batch_size: usize,
    /// Where to compute: flex, ndarray or wgpu
    #[arg(long, default_value = "flex")]
    backend: Backend,
    /// Write the measures to this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Evaluate {
    /// Measures and prints.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let device = OpenDevice::open(self.backend).await?.device;
        let model = open(&self.model, &device)?;
        let package = &model.package;
        let sentences = self.data.sentences(self.split, &package.card.classes)?;
        let examples = encode(&sentences, &package.vocabulary);
        let objective = matching(&package.config.reading);
        let bar = ProgressBar::new(examples.len() as u64);
        let measured = crate::evaluate::evaluate(
            model.classifier(),
            &objective,
            &examples,
            self.batch_size.max(1),
            |done| bar.inc(done as u64),
        )
        .await?;
        bar.finish_and_clear();
        println!("texts              {}", measured.texts);
        println!("accuracy           {:.4}", measured.accuracy);
        println!("cross-entropy      {:.4}", measured.cross_entropy);
        println!("importance loss    {:.4}", measured.importance);
        println!("interaction loss   {:.4}", measured.interaction);
        println!("keep rate          {:.4}", measured.word_keep);
        println!("attention entropy  {:.4}", measured.attention_entropy);
        match &self.json {
            Some(path) => write_json(path, &measured),
            None => Ok(()),
        }
    }
}
