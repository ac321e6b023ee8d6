//! `fuzz`: reads mutants of every kind of file for longer than `test` does.

use anyhow::Result;
use clap::Args;

use crate::native;
use crate::process::run as run_command;
use crate::project::Project;

/// Read mutants of every kind of file: none may cause a panic, or take much time or memory
#[derive(Args)]
pub(crate) struct Fuzz {
    /// Run for this many minutes
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
    /// Read this many mutants, however long that takes
    #[arg(long, value_name = "N", conflicts_with = "minutes")]
    mutants: Option<u64>,
}

/// Builds and runs `tests/fuzz`, which says how many mutants it read.
pub(crate) fn run(project: &Project, options: &Fuzz) -> Result<()> {
    let mut tests = project.cargo(&format!("{} --test fuzz", native::TESTS));
    match options.mutants {
        Some(mutants) => tests.env("SAFR_FUZZ_MUTANTS", mutants.to_string()),
        None => tests.env("SAFR_FUZZ_SECONDS", (60 * options.minutes).to_string()),
    };
    run_command(&mut tests)
}
