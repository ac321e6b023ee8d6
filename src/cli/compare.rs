//! `safr compare`: models side by side on the same texts.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::data::{Data, Own, Task};
use super::files::{read_text, write_json};
use super::measuring::Measuring;
use super::table;
use crate::evaluate::{Report, compare};

/// Put models side by side, with paired bootstrap intervals of their differences to the first
#[derive(Args, Clone, Debug)]
pub(super) struct Compare {
    /// Model directories, which are evaluated now, or reports of `safr evaluate --json`; the first
    /// is what the others are compared with, and selects words and pairs unless
    /// --selection-from does
    #[arg(required = true, num_args = 2.., value_name = "DIR|FILE")]
    models: Vec<PathBuf>,
    /// What the texts are; needed for model directories, since reports know
    #[arg(long, value_enum)]
    task: Option<Task>,
    /// Folder that holds the task's files; for csv, it may be a single file
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    own: Own,
    #[command(flatten)]
    measuring: Measuring,
    /// Bootstrap resamples
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    resamples: u32,
    /// Write the comparison to this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Compare {
    /// Measures or reads, compares and prints.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut measuring = self.measuring.clone();
        let first = self.models.first().filter(|first| first.is_dir());
        measuring.selection_from = measuring.selection_from.or(first.cloned());
        let mut reports = Vec::with_capacity(self.models.len());
        for path in &self.models {
            reports.push(self.report(&measuring, path).await?);
        }
        let comparison = compare(&reports, self.resamples as usize, measuring.sampling.seed)?;
        print!("{}", table::of_comparison(&comparison));
        match &self.json {
            Some(path) => write_json(path, &comparison),
            None => Ok(()),
        }
    }

    /// The report of a model directory, measured now, or of a file.
    async fn report(&self, measuring: &Measuring, path: &Path) -> anyhow::Result<Report> {
        if path.is_dir() {
            let given = self.task.zip(self.data.clone());
            let (task, data) =
                given.context("to evaluate a model directory, give --task and --data")?;
            let own = self.own.clone();
            return measuring.report(&Data { task, data, own }, path).await;
        }
        Report::from_json(&read_text(path)?).with_context(|| path.display().to_string())
    }
}
