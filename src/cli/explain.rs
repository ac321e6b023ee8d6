//! `safr explain`: the page's explanation as text, JSON and figures; of a corpus as records.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::corpus::Options;
use super::files::{open, write_json};
use crate::chart;
use crate::engine::{Backend, LoadedModel, OpenDevice};
use crate::explain::Explanation;

/// Explain what a model makes of a text, or of every line of a file
#[derive(Args, Clone, Debug)]
pub(super) struct Explain {
    /// Model directory
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// The text
    #[arg(required_unless_present = "corpus", conflicts_with = "corpus")]
    text: Option<String>,
    /// Explain each line of this text file instead; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "svg", "png"])]
    corpus: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    /// Write the explanation to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw it as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Draw it as PNG
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Where to compute: flex, ndarray, wgpu, or cuda where it was built in
    #[arg(long, default_value = "flex")]
    backend: Backend,
}

impl Explain {
    /// Explains the text or the corpus.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let device = OpenDevice::open(self.backend).await?.device;
        let model = open(&self.model, &device)?;
        match &self.corpus {
            Some(corpus) => self.options.explain(&model, corpus),
            None => self.explain(&model).await,
        }
    }

    /// Explains the one text, prints and writes what was asked for.
    async fn explain(&self, model: &LoadedModel) -> anyhow::Result<()> {
        let text = self.text.as_deref().unwrap_or_default();
        let explanation = model.explain(text).await?;
        print!("{}", table(&explanation));
        if let Some(path) = &self.json {
            write_json(path, &explanation)?;
        }
        if let Some(path) = &self.svg {
            std::fs::write(path, chart::svg(&explanation)?)
                .with_context(|| path.display().to_string())?;
        }
        if let Some(path) = &self.png {
            chart::png(&explanation, path)?;
        }
        Ok(())
    }
}

/// The explanation for a terminal.
fn table(explanation: &Explanation) -> String {
    let Some(prediction) = &explanation.prediction else {
        return "no words, so no prediction\n".to_owned();
    };
    let mut lines: Vec<String> = prediction
        .classes
        .iter()
        .zip(&prediction.probabilities)
        .map(|(class, probability)| format!("{class:>12}  {probability:.4}"))
        .collect();
    lines.push(format!(
        "\n{:>16}  {:>6}  {:>8}  {:>8}",
        "word", "keep", "neurons", "capacity"
    ));
    lines.extend(explanation.words.iter().map(|word| {
        let mark = if word.known { "" } else { "  (unknown word)" };
        format!(
            "{:>16}  {:6.3}  {:8.2}  {:8.3}{mark}",
            word.text, word.keep, word.neurons, word.capacity
        )
    }));
    if let Some(cut) = explanation.cut {
        lines.push(format!(
            "the model read {} of {} words",
            cut.read, cut.total
        ));
    }
    lines.join("\n") + "\n"
}
