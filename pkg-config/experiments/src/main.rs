//! Does what `pkg-config/plan` plans, and writes its tables. People call it as `cargo xtask results`.

mod check;
mod claims;
mod plan;
mod presets;
mod progress;
mod runs;
mod session;
mod step;
mod tables;
mod time;
mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use workspace::project::Project;

/// Reproduce the tables of docs/results.md: train, evaluate, compare
#[derive(Parser)]
#[command(name = "results", bin_name = "cargo xtask results")]
struct Options {
    /// Folder of the data sets [default: where `doctor` looks for them]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder of models, reports and logs [default: results in cargo's target folder]
    #[arg(long, value_name = "DIR")]
    runs: Option<PathBuf>,
    /// What to do: a file, or a folder whose files are read one after another
    #[arg(long, value_name = "PATH", default_value = "pkg-config/plan")]
    plan: PathBuf,
    /// Steps at a time, each on one core
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// Only these variants, and the models that they need
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// Repeat what was done with other options, or from another model, than the plan now says
    #[arg(long)]
    renew: bool,
    /// Run nothing: say what is done and how long the rest may take
    #[arg(long, conflicts_with = "renew")]
    list: bool,
    /// Run nothing: write the tables from what is there
    #[arg(long, conflicts_with_all = ["renew", "list"])]
    tables: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match Project::find().and_then(|project| session::run(&project, &options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("Error: {problem:#}");
            ExitCode::FAILURE
        }
    }
}
