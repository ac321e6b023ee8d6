//! The commands, and the run of one.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use super::compare::Compare;
use super::corpus::Unexplained;
use super::coverage::MeasureCoverage;
use super::evaluate::Evaluate;
use super::explain::Explain;
use super::forward::Forward;
use super::import::Import;
use super::manual::{Completions, Man};
use super::neurons::Neurons;
use super::presets::PrintPresets;
use super::quantize::Quantize;
use super::train::Train;
use super::words::WordList;
use super::{out, retired, version};

/// SAFR text classifiers: which neurons does each word take?
#[derive(Parser)]
#[command(version, long_version = version::LONG.as_str())]
pub(super) struct Cli {
    #[command(flatten)]
    printing: out::Printing,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Train(Box<Train>),
    Evaluate(Evaluate),
    Compare(Compare),
    Explain(Explain),
    Forward(Forward),
    Neurons(Neurons),
    Import(Import),
    Quantize(Quantize),
    Words(WordList),
    Coverage(MeasureCoverage),
    Presets(PrintPresets),
    Completions(Completions),
    Man(Man),
}

/// Runs the command that the program was called with.
pub fn main() -> ExitCode {
    env_logger::builder()
        .filter_level(log::LevelFilter::Error)
        .parse_default_env()
        .init();
    let cli =
        Cli::try_parse().unwrap_or_else(|error| retired::explain(error, Cli::command()).exit());
    cli.printing.begin();
    match cli.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            out::fail(&error);
            match error.downcast_ref::<Unexplained>() {
                Some(_) => ExitCode::from(Unexplained::EXIT_CODE),
                None => ExitCode::FAILURE,
            }
        }
    }
}

/// Runs the command given by `arguments`, the program's name first, within another program.
///
/// # Errors
/// If they are not a command, or it fails.
pub fn run<A: Into<OsString> + Clone>(
    arguments: impl IntoIterator<Item = A>,
) -> anyhow::Result<()> {
    Cli::try_parse_from(arguments)?.command.run()
}

impl Command {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Train(command) => pollster::block_on(command.run(Cli::command())),
            Self::Evaluate(command) => pollster::block_on(command.run()),
            Self::Compare(command) => pollster::block_on(command.run()),
            Self::Explain(command) => pollster::block_on(command.run()),
            Self::Forward(command) => pollster::block_on(command.run()),
            Self::Neurons(command) => pollster::block_on(command.run()),
            Self::Import(command) => pollster::block_on(command.run()),
            Self::Quantize(command) => pollster::block_on(command.run()),
            Self::Words(command) => command.run(),
            Self::Coverage(command) => command.run(),
            Self::Presets(command) => command.run(),
            Self::Completions(command) => command.run(Cli::command()),
            Self::Man(command) => command.run(Cli::command()),
        }
    }
}
