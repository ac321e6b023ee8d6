//! `safr compare`: variants side by side on the same texts.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::chosen::Chosen;
use super::data::{Data, Own, Task};
use super::draft::Draft;
use super::files::{model_files, read_model, read_text};
use super::measuring::Measuring;
use super::out::{progress, show};
use super::{markdown, table};
use crate::chart::{self, Plane};
use crate::evaluate::{Contrast, Report, Variant, compare};

/// How often a spinner moves.
const TICK: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned, for a terminal.
    Text,
    /// For a document.
    Markdown,
}

/// Compare models with the first one, with intervals for the differences
///
/// Texts and runs are resampled in pairs (bootstrap).
#[derive(Args, Clone, Debug)]
pub(super) struct Compare {
    /// Models, or reports of `safr evaluate --json`; join runs of a variant by commas
    ///
    /// Model directories are evaluated now. Several paths joined by commas are the runs of one variant with
    /// different seeds. The others are compared with the first variant, which also selects words and pairs, run by
    /// run, unless --selection-from does.
    #[arg(required = true, num_args = 1.., value_name = "DIR|FILE,…")]
    variants: Vec<OsString>,
    /// Name of a variant, one for each in order [default: its models' ids]
    #[arg(long = "title", value_name = "TITLE")]
    titles: Vec<String>,
    /// What the texts are, for models
    ///
    /// Reports record what they were measured on.
    #[arg(long, value_enum)]
    task: Option<Task>,
    /// Folder of the task's files; for csv, it may be a single file
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    own: Own,
    #[command(flatten)]
    measuring: Measuring,
    #[command(flatten)]
    chosen: Chosen,
    /// Bootstrap resamples
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    resamples: u32,
    /// Difference of two measures
    ///
    /// Such as "2:spill/all - 0.5 * 1:spill/all", with variants numbered in their order. May be given several times.
    #[arg(long = "contrast", value_name = "CONTRAST")]
    contrasts: Vec<Contrast>,
    /// Draw two measures of all variants as SVG
    ///
    /// With their intervals.
    #[arg(long, value_names = ["X", "Y", "FILE"], num_args = 3)]
    plane: Option<Vec<String>>,
    /// Form of the table
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write the comparison to this file, too; `-` is standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Compare {
    /// Measures or reads, compares and prints.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let inputs = self.inputs();
        let json = Draft::of(self.json.as_ref(), &inputs)?;
        let plane = self.plane.as_deref().and_then(<[String]>::last);
        let plane = Draft::of(plane.map(PathBuf::from).as_ref(), &inputs)?;
        let variants = self.variants().await?;
        let seed = self.measuring.sampling.seed;
        let resamples = self.resamples as usize;
        let spinner = progress("{spinner} {msg} resamples, {elapsed}", None);
        spinner.set_message(resamples.to_string());
        spinner.enable_steady_tick(TICK);
        let comparison = compare(&variants, &self.contrasts, resamples, seed)?;
        spinner.finish_and_clear();
        let table = match self.format {
            Format::Text => table::of_comparison(&comparison, &self.chosen),
            Format::Markdown => markdown::of_comparison(&comparison, &self.chosen).into(),
        };
        show(table)?;
        if let (Some([x, y, _]), Some(file)) = (self.plane.as_deref(), plane) {
            let plane = Plane::new(&comparison, x, y)
                .with_context(|| format!("no variant has both {x} and {y}"))?;
            file.fill(chart::svg(&plane)?.as_bytes())?;
        }
        match json {
            Some(file) => file.fill_json(&comparison),
            None => Ok(()),
        }
    }

    /// The files that are read: reports, models, and the data that these are measured on.
    fn inputs(&self) -> Vec<PathBuf> {
        let runs = self.variants.iter().flat_map(|given| runs(given));
        let runs = runs.flat_map(|run| model_files(&run));
        let data = self.data().map(|data| data.files()).unwrap_or_default();
        runs.chain(data).chain(self.measuring.files()).collect()
    }

    /// The texts, if they were named.
    fn data(&self) -> Option<Data> {
        Some(Data {
            task: self.task?,
            data: self.data.clone()?,
            own: self.own.clone(),
        })
    }

    /// The variants with the chosen measures of all their runs.
    async fn variants(&self) -> anyhow::Result<Vec<Variant>> {
        anyhow::ensure!(
            self.titles.is_empty() || self.titles.len() == self.variants.len(),
            "there are {} titles for {} variants; give one --title for each, or none",
            self.titles.len(),
            self.variants.len()
        );
        let paths: Vec<Vec<PathBuf>> = self.variants.iter().map(|given| runs(given)).collect();
        let mut reports = Vec::new();
        for runs in &paths {
            for (at, path) in runs.iter().enumerate() {
                let mut measuring = self.measuring.clone();
                let first = paths[0].get(at).filter(|first| is_model(first));
                measuring.selection_from = measuring.selection_from.or(first.cloned());
                reports.push(self.report(&measuring, path).await?);
            }
        }
        let contrasted = self.contrasts.iter().flat_map(Contrast::measures);
        let drawn = self.plane.iter().flat_map(|plane| &plane[..2]);
        let also = contrasted.chain(drawn.map(String::as_str));
        self.chosen.and(also).limit(&mut reports)?;
        let mut reports = reports.into_iter();
        let mut titles = self.titles.iter().cloned();
        let variant = |paths: &Vec<PathBuf>| {
            let runs: Vec<Report> = reports.by_ref().take(paths.len()).collect();
            let ids = || runs.iter().map(|run| run.model.as_str());
            Variant {
                name: titles
                    .next()
                    .unwrap_or_else(|| ids().collect::<Vec<_>>().join(", ")),
                runs,
            }
        };
        Ok(paths.iter().map(variant).collect())
    }

    /// The report of a model directory, measured now, or of a file.
    async fn report(&self, measuring: &Measuring, path: &Path) -> anyhow::Result<Report> {
        if is_model(path) {
            let data = self.data();
            let data = data.context("to evaluate a model, give --task and --data")?;
            return measuring.report(&data, read_model(path)?).await;
        }
        Report::from_json(&read_text(path)?).with_context(|| path.display().to_string())
    }
}

/// Whether it is a model, in a directory or a zip of one, and not a report.
fn is_model(path: &Path) -> bool {
    let is_zip = path.extension().is_some_and(|ending| ending == "zip");
    is_zip || path.is_dir()
}

/// The runs of a variant: the file of this whole name if it exists, or those named by its parts between commas.
fn runs(given: &OsStr) -> Vec<PathBuf> {
    let whole = PathBuf::from(given);
    match given.to_str() {
        Some(given) if !whole.exists() => given.split(',').map(PathBuf::from).collect(),
        _ => vec![whole],
    }
}
