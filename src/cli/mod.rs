//! The native command: train, evaluate, explain, and exchange numbers and models with others.

mod choices;
mod chosen;
mod columns;
mod compare;
mod controls;
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
mod presets;
mod quantize;
mod retired;
mod samples;
mod table;
mod train;
mod version;
mod words;

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
    let run = match cli.command {
        Command::Train(command) => pollster::block_on(command.run()),
        Command::Evaluate(command) => pollster::block_on(command.run()),
        Command::Compare(command) => pollster::block_on(command.run()),
        Command::Explain(command) => pollster::block_on(command.run()),
        Command::Forward(command) => pollster::block_on(command.run()),
        Command::Neurons(command) => pollster::block_on(command.run()),
        Command::Import(command) => pollster::block_on(command.run()),
        Command::Quantize(command) => pollster::block_on(command.run()),
        Command::Words(command) => command.run(),
        Command::Coverage(command) => command.run(),
        Command::Presets(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    };
    match run {
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
