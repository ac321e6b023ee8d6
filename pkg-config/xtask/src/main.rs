//! `cargo xtask`: sets up, builds, serves, tests and measures the page; other tools fetch data and reproduce the
//! results.

mod bench;
mod browser;
mod bundle;
mod compress;
mod cores;
mod data;
mod digest;
mod doctor;
mod fuzz;
mod gpu_cost;
mod lane_table;
mod lanes;
mod late;
mod models;
mod modules;
mod peers;
mod quality;
mod results;
mod serve;
mod server;
mod single;
mod size;
mod spark;
mod speed;
mod stage;
mod tally;
mod tools;
mod visit;
mod wasm_tests;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use workspace::{native, process, project};

use crate::bench::Bench;
use crate::data::Data;
use crate::fuzz::Fuzz;
use crate::lanes::Lane;
use crate::modules::Module;
use crate::project::Project;
use crate::quality::Quality;
use crate::results::Results;
use crate::tools::Need;

/// Sets up, builds, serves, tests and measures the page, and reproduces the results.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Say what is there, what is missing, and how to get it
    Doctor,
    /// Set up what is missing, build, and serve the page on localhost
    Serve {
        /// Port to serve on; 0 takes a free one
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Serve what `build` would publish: smaller and faster, and slower to build
        #[arg(long)]
        dist: bool,
    },
    /// Write `dist/`, which any static host can serve, and check it against the size budget
    Build {
        /// Write `safr.html` instead: the page for the CPU with two models, in one file that opens without a server
        #[arg(long)]
        single_file: bool,
    },
    /// Set up what the tests need, and run them
    Test {
        /// Run only this lane; may be given several times
        #[arg(long = "lane")]
        lanes: Vec<Lane>,
    },
    /// Measure speed; without a name, everything but peers and spark
    Bench {
        /// What to measure
        what: Option<Bench>,
        /// Measure the page as tests run it: its modules build faster and run slower than those that `build` publishes
        #[arg(long)]
        quick: bool,
    },
    Fuzz(Fuzz),
    Data(Data),
    Results(Results),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("Error: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let project = Project::find()?;
    match task {
        Task::Doctor => doctor::run(&project),
        Task::Serve { port, dist } => {
            let quality = if dist {
                Quality::Publish
            } else {
                Quality::Quick
            };
            serve::run(&project, port, quality)
        }
        Task::Build { single_file } => {
            tools::set_up(&project, Need::Build)?;
            if single_file {
                let to = single::place(&project);
                single::build(&project, Quality::Publish, &to)?;
                println!("{} opens by a double click.", to.display());
                return Ok(());
            }
            let page = bundle::build(&project, Quality::Publish, &Module::ALL)?;
            size::check(&project, &page)
        }
        Task::Test { lanes } => lanes::run(project, &lanes),
        Task::Bench { what, quick } => {
            let quality = if quick {
                Quality::Quick
            } else {
                Quality::Publish
            };
            bench::run(&project, what, quality)
        }
        Task::Fuzz(options) => fuzz::run(&project, &options),
        Task::Data(options) => data::run(&project, &options),
        Task::Results(options) => results::run(&project, &options),
    }
}
