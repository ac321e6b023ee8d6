//! Fetches data sets: `data-sets PROJECT INTO NAME…`. People call it as `cargo xtask data`.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use data_sets::Table;
use data_sets::fetch::Fetcher;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("Error: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let mut next = || {
        arguments
            .next()
            .context("usage: data-sets PROJECT INTO NAME…")
    };
    let (root, into) = (next()?, next()?);
    let names = arguments.map(|name| name.to_string_lossy().into_owned());
    let table = Table::read(&root)?;
    let sets = table.named(&names.collect::<Vec<_>>())?;

    let problem = || format!("{} cannot be written to", into.display());
    fs::create_dir_all(&into).with_context(problem)?;
    let lock = File::create(into.join(".lock")).with_context(problem)?;
    lock.try_lock()
        .with_context(|| format!("another run is fetching into {}", into.display()))?;
    let pip = ["python3", "-m", "pip"].map(str::to_owned).to_vec();
    let fetcher = Fetcher { root, into, pip };
    let mut left = Vec::new();
    for set in sets {
        match fetcher.fetch(set) {
            Ok(()) => println!(
                "{} is there, in {}",
                set.name,
                fetcher.into.join(&set.name).display()
            ),
            Err(problem) => {
                eprintln!("{}: {problem:#}", set.name);
                left.push(set.name.as_str());
            }
        }
    }
    ensure!(
        left.is_empty(),
        "not fetched: {}; what has arrived of them is kept, and the same command resumes from there",
        left.join(", ")
    );
    Ok(())
}
