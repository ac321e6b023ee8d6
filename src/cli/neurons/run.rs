//! The command itself.

use std::path::PathBuf;

use clap::Args;

use super::cards::Cards;
use crate::cli::choices::backend;
use crate::cli::data::{Data, Reader, Split, encode};
use crate::cli::draft::Draft;
use crate::cli::files::{model_files, open};
use crate::cli::numbers::count;
use crate::cli::out::{progress, show};
use crate::engine::{Backend, OpenDevice};
use crate::explain::NeuronCards;
use crate::text::Example;

/// Show which words and classes each neuron fires for, and what is lost without it
#[derive(Args, Clone, Debug)]
pub(crate) struct Neurons {
    /// Model directory
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Part of the data
    #[arg(long, value_enum, default_value = "dev")]
    split: Split,
    /// Use at most this many texts, evenly spaced over the part
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// How many of the neurons that matter most to print
    #[arg(long, value_name = "K", default_value_t = 20)]
    top: usize,
    /// Write all cards to this file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write all cards to this file, one row per neuron
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write short cards to this file, which the page reads
    ///
    /// They hold words and numbers, but no texts. In a model's directory the file is called neurons.json.
    #[arg(long, value_name = "FILE")]
    cards: Option<PathBuf>,
    /// Texts per batch
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = count)]
    batch_size: usize,
    /// Where to compute: flex, ndarray, wgpu or cuda
    ///
    /// `safr --version` says which of them this program includes.
    #[arg(long, default_value = "flex", value_parser = backend(), hide_possible_values = true)]
    backend: Backend,
}

impl Neurons {
    /// Measures, prints and writes what was asked for.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let inputs = [model_files(&self.model), self.data.files()].concat();
        let json = Draft::of(self.json.as_ref(), &inputs)?;
        let csv = Draft::of(self.csv.as_ref(), &inputs)?;
        let brief = Draft::of(self.cards.as_ref(), &inputs)?;
        let device = OpenDevice::open(self.backend).await?.device;
        let model = open(&self.model, &device)?;
        let package = &model.package;
        let words = package.config.reading.words;
        let classes = &package.card.classes;
        let reader = Reader::of(&package.config, &package.vocabulary);
        let mut examples = self
            .data
            .sentences(self.split, classes, words, Some(reader))?;
        examples.retain(|example| !example.words.is_empty());
        let examples = evenly(examples, self.limit.unwrap_or(usize::MAX));
        let bar = progress(
            "[{bar:30}] {pos}/{len} texts, {eta} left",
            Some(examples.len() as u64),
        );
        let statistics = crate::evaluate::neuron_statistics(
            model.classifier(),
            &encode(&examples, words, &package.vocabulary),
            self.batch_size,
            |done| bar.inc(done as u64),
        )
        .await?;
        bar.finish_and_clear();
        let cards = Cards::new(package, &statistics, &examples);
        show(cards.table(self.top))?;
        if let Some(file) = json {
            file.fill_json(&cards)?;
        }
        if let Some(file) = csv {
            file.fill(cards.csv()?.as_ref())?;
        }
        if let Some(file) = brief {
            let cards = NeuronCards::of(&statistics, &package.vocabulary);
            file.fill(&serde_json::to_vec(&cards)?)?;
        }
        Ok(())
    }
}

/// At most `limit` examples, evenly spaced, since files are often sorted by class.
fn evenly(examples: Vec<Example>, limit: usize) -> Vec<Example> {
    let (all, limit) = (examples.len(), limit.min(examples.len()));
    let chosen = |at: &usize| (at + 1) * limit / all > at * limit / all;
    examples
        .into_iter()
        .enumerate()
        .filter(|(at, _)| chosen(at))
        .map(|(_, example)| example)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_takes_texts_from_the_whole_part() {
        let labels = |count: usize, limit: usize| -> Vec<usize> {
            let example = |label| Example {
                words: vec![],
                label,
            };
            let examples = evenly((0..count).map(example).collect(), limit);
            examples.iter().map(|example| example.label).collect()
        };
        assert_eq!(labels(6, 3), [1, 3, 5]);
        assert_eq!(labels(5, 2), [2, 4]);
        assert_eq!(labels(2, 9), [0, 1]);
        assert!(labels(3, 0).is_empty() && labels(0, 3).is_empty());
    }
}
