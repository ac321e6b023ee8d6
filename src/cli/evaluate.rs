//! `safr evaluate`: all measures of a model on part of a data set.

use std::path::PathBuf;

use clap::Args;

use super::data::Data;
use super::draft::Draft;
use super::files::{model_files, read_model};
use super::measuring::Measuring;
use super::out::show;
use super::perturb::perturbation;
use super::table;
use crate::package::Perturbation;

/// Measure a model on part of a data set
///
/// Prints prediction, losses, redistribution score, neurons, collapse and plausibility; --measures chooses
/// others.
#[derive(Args, Clone, Debug)]
pub(super) struct Evaluate {
    /// Model directory
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    measuring: Measuring,
    /// Change the model first, as a control
    ///
    /// May be repeated; changes are made in the order given.
    /// shuffle-gates=SEED: shuffle the gate's values among the words;
    /// shift-gates=X: add X to the gate's log-odds of keeping each word;
    /// scale-embeddings=X: multiply the embeddings of all words by X, leaving the gate as it is;
    /// sharpen-attention=X: multiply what enters the attention's softmax by X; 0 makes all attention uniform;
    /// scale-neurons=X: multiply what the MLP's neurons write by X; 0 removes it.
    #[arg(long, value_name = "NAME=VALUE", value_parser = perturbation)]
    perturb: Vec<Perturbation>,
    /// Write the report to this file, too; `-` is standard output
    ///
    /// It includes the values of every text.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Explains a measure whose name does not.
const LEGEND: &str = "\nmajority_accuracy is what always predicting the commonest class would reach; docs/method.md defines all measures.\n";

impl Evaluate {
    /// Measures and prints.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let inputs = [
            model_files(&self.model),
            self.data.files(),
            self.measuring.files(),
        ];
        let json = Draft::of(self.json.as_ref(), &inputs.concat())?;
        let mut package = read_model(&self.model)?;
        for &perturbation in &self.perturb {
            package.perturb(perturbation);
        }
        let report = self.measuring.report(&self.data, package).await?;
        show(table::of_report(&report))?;
        show(LEGEND)?;
        match json {
            Some(file) => file.fill_json(&report),
            None => Ok(()),
        }
    }
}
