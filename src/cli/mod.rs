//! The native command: train, evaluate, explain, and exchange numbers and models with others.

mod choices;
mod chosen;
mod compare;
mod corpus;
mod coverage;
mod data;
mod draft;
mod evaluate;
mod explain;
mod files;
mod forward;
mod import;
mod manual;
mod markdown;
mod measuring;
mod neurons;
mod numbers;
mod out;
mod perturb;
mod presets;
mod quantize;
mod retired;
mod samples;
mod table;
mod train;
mod version;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// SAFR text classifiers: which neurons does each word take?
#[derive(Parser)]
#[command(version, long_version = version::LONG.as_str())]
struct Cli {
    #[command(flatten)]
    printing: out::Printing,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Train(Box<train::Train>),
    Evaluate(evaluate::Evaluate),
    Compare(compare::Compare),
    Explain(explain::Explain),
    Forward(forward::Forward),
    Neurons(neurons::Neurons),
    Import(import::Import),
    Quantize(quantize::Quantize),
    Words(words::WordList),
    Coverage(coverage::MeasureCoverage),
    Presets(presets::PrintPresets),
    Completions(manual::Completions),
    Man(manual::Man),
}

/// Runs the command that the program was called with.
pub fn main() -> ExitCode {
    env_logger::builder()
        .filter_level(log::LevelFilter::Error)
        .parse_default_env()
        .init();
    let cli = Cli::try_parse().unwrap_or_else(|error| retired::explain(error).exit());
    cli.printing.begin();
    match cli.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            out::fail(&error);
            match error.downcast_ref::<corpus::Unexplained>() {
                Some(_) => ExitCode::from(corpus::Unexplained::EXIT_CODE),
                None => ExitCode::FAILURE,
            }
        }
    }
}

/// Runs the command that `arguments` are, the program's name first, within another program.
///
/// # Errors
/// If they are no command, or it fails.
pub fn run<A: Into<OsString> + Clone>(
    arguments: impl IntoIterator<Item = A>,
) -> anyhow::Result<()> {
    Cli::try_parse_from(arguments)?.command.run()
}

impl Command {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Train(command) => pollster::block_on(command.run()),
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
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
        }
    }
}
