//! `safr evaluate`: every measure of a model on a part of a data set.

use std::path::PathBuf;

use clap::Args;

use super::controls::Controls;
use super::data::Data;
use super::draft::Draft;
use super::files::{model_files, read_model};
use super::measuring::Measuring;
use super::out::show;
use super::table;

/// Measure a model on a part of a data set
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
    #[command(flatten)]
    controls: Controls,
    /// Write the report to this file, too; `-` is standard output
    ///
    /// With the values of every text.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

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
        let trained_on = package.card.data_sha256.as_ref();
        if trained_on.is_some() && self.data.fingerprint()?.as_ref() == trained_on {
            self.measuring.sampling.warn_of_trained();
        }
        self.controls.apply(&mut package);
        let report = self.measuring.report(&self.data, package).await?;
        show(table::of_report(&report))?;
        match json {
            Some(file) => file.fill_json(&report),
            None => Ok(()),
        }
    }
}
