//! `test`: runs every lane and counts its tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use data_sets::VARIABLE;

use crate::bundle::{self, Quality};
use crate::data::{self, Sets};
use crate::modules::Module;
use crate::native;
use crate::process::{run as run_command, tee};
use crate::project::Project;
use crate::report::{Outcome, Report};
use crate::tally::Tally;
use crate::tools::{self, Need};
use crate::visit::{self, Offer};
use crate::wasm_tests;

/// One way of testing; the cheap ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lane {
    /// Rust is formatted
    Format,
    /// Scripts have no type errors
    Types,
    /// Tests of this tool, and of the one that fetches data sets
    Xtask,
    /// Everything compiles, natively and for wasm, and no lint complains
    Clippy,
    /// Rust tests, natively
    Native,
    /// Rust tests in Chromium, with WebGPU in software
    BrowserWebgpu,
    /// Rust tests in Chromium, without WebGPU
    BrowserCpu,
    /// The page in Chromium, with WebGPU in software
    PageWebgpu,
    /// The page in Chromium, without WebGPU
    PageCpu,
    /// What holds of the public data sets, natively and in the page, where they are
    Data,
}

/// What runs in the browser.
const IN_BROWSER: &str = "--release --target wasm32-unknown-unknown --test browser --test browser_webgpu --test browser_cpu --test gpu_cost";

/// Runs `lanes`, or all when none is named; fails when any test does.
pub(crate) fn run(project: Project, lanes: &[Lane]) -> Result<()> {
    let project = &project.linted();
    let all = Lane::value_variants().iter();
    let lanes = all.filter(|lane| lanes.is_empty() || lanes.contains(lane));
    let mut report = Report::default();
    report.run("set-up".to_owned(), || {
        tools::set_up(project, Need::Test)?;
        Ok(Outcome::Ran(Tally::default()))
    });
    if report.total().failed == 0 {
        for lane in lanes {
            report.run(name(*lane), || outcome(project, *lane));
        }
    }
    println!("\n{report}");
    if report.total().failed > 0 {
        std::process::exit(1); // An error's text would follow the counts, which stand last.
    }
    Ok(())
}

fn name(lane: Lane) -> String {
    lane.to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

fn outcome(project: &Project, lane: Lane) -> Result<Outcome> {
    let tally = match lane {
        Lane::Format => check(&mut project.cargo("fmt --all --check")),
        Lane::Types => ["www", "tests/page"]
            .map(|folder| check(project.command("tsc").args(["--project", folder])))
            .into_iter()
            .sum(),
        Lane::Xtask => cargo_test(&mut project.cargo(&format!("test {}", data::FETCHER)))?,
        // As the lanes behind build it, and so not again.
        Lane::Clippy => [
            format!("{} --all-targets --test data_sets", native::TESTS),
            format!("test {IN_BROWSER}"),
        ]
        .map(|what| check(&mut project.cargo(&format!("{what} --no-run"))))
        .into_iter()
        .sum(),
        Lane::Native => cargo_test(&mut project.cargo(native::TESTS))?,
        Lane::BrowserWebgpu => browser(project, Offer::Webgpu)?,
        Lane::BrowserCpu => browser(project, Offer::Cpu)?,
        Lane::PageWebgpu => page(project, Offer::Webgpu)?,
        Lane::PageCpu => page(project, Offer::Cpu)?,
        Lane::Data => match Sets::find(project)?.for_tests()? {
            Some(folder) => on_data(project, &folder)?,
            None => return Ok(Outcome::NotRun("no data")),
        },
    };
    Ok(Outcome::Ran(tally))
}

/// Runs a program that counts as one check.
fn check(command: &mut Command) -> Tally {
    let result = run_command(command);
    if let Err(problem) = &result {
        println!("{problem:#}");
    }
    Tally::check(result.is_ok())
}

/// Runs one of cargo's test runners.
fn cargo_test(command: &mut Command) -> Result<Tally> {
    let (status, output) = tee(command)?;
    Ok(Tally::of_cargo(&output).of_run(status.success()))
}

/// The file of this lane, and once, where the CPU computes, what does not depend on that:
/// `tests/browser.rs`.
fn browser(project: &Project, offer: Offer) -> Result<Tally> {
    let programs = match offer {
        Offer::Cpu => &["browser", "browser_cpu"][..],
        Offer::Webgpu => &["browser_webgpu"],
    };
    cargo_test(&mut wasm_tests::command(project, offer, programs)?)
}

/// `tests/page/backends/*.test.js`, and once, where the CPU computes, what does not depend on that:
/// `tests/page/*.test.js`.
fn page(project: &Project, offer: Offer) -> Result<Tally> {
    let folders = match offer {
        Offer::Cpu => &["tests/page", "tests/page/backends"][..],
        Offer::Webgpu => &["tests/page/backends"],
    };
    node_test(&mut page_tests(project, offer, folders)?)
}

/// `tests/data_sets` and `tests/page/data/*.test.js`, with the data sets of `folder`.
fn on_data(project: &Project, folder: &Path) -> Result<Tally> {
    let mut native = project.cargo(&format!("{} --test data_sets", native::TESTS));
    let mut page = page_tests(project, Offer::Cpu, &["tests/page/data"])?;
    let tests = [
        cargo_test(native.env(VARIABLE, folder))?,
        node_test(page.env(VARIABLE, folder))?,
    ];
    Ok(tests.into_iter().sum())
}

/// Node's test runner on what `folders` hold, against the quickly built page.
fn page_tests(project: &Project, offer: Offer, folders: &[&str]) -> Result<Command> {
    let mut tests = Vec::new();
    for folder in folders {
        let before = tests.len();
        for entry in fs::read_dir(project.root.join(folder))? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(".test.js") {
                tests.push(path);
            }
        }
        ensure!(tests.len() > before, "{folder} holds no test");
    }
    tests.sort();
    native::build(project)?; // The page is compared with the native program.
    let page = bundle::build(project, Quality::Quick, &Module::ALL)?;
    let mut node = visit::node(project, &page, offer)?;
    // A GPU in software takes one core, and has the browser wait for it.
    let at_once = match offer {
        Offer::Cpu => 1,
        Offer::Webgpu => 2,
    };
    node.args(["--test", "--test-reporter=spec"])
        .arg(format!("--test-concurrency={at_once}"))
        .args(tests);
    Ok(node)
}

/// Runs Node's test runner.
fn node_test(node: &mut Command) -> Result<Tally> {
    let (status, output) = tee(node)?;
    Ok(Tally::of_node(&output).of_run(status.success()))
}
