//! `results`: builds and runs `pkg-config/experiments`, which nothing else here needs.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::process::{Command, exit};

use anyhow::Result;
use clap::Args;

use crate::process::run as run_command;
use crate::project::Project;

/// Reproduce the tables of docs/results.md: train, evaluate, compare
#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Results {
    /// What `--help` names
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

/// Runs it where this tool was called, and ends as it does.
pub(crate) fn run(project: &Project, Results { options }: &Results) -> Result<()> {
    // Built together, they share their dependencies.
    run_command(
        &mut project.cargo("build --package xtask --package experiments --bin experiments"),
    )?;
    let program = project.programs().join(format!("experiments{EXE_SUFFIX}"));
    let status = Command::new(program).args(options).status()?;
    exit(status.code().unwrap_or(1)) // It has said what went wrong.
}
