//! `test`: runs every lane and counts its tests.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use crate::browser;
use crate::bundle::{self, Quality};
use crate::process::{run as run_command, tee};
use crate::project::Project;
use crate::tally::Tally;
use crate::tools::{self, Need};
use crate::visit::{self, Offer};

/// One way of testing; the cheap ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lane {
    /// Rust is formatted
    Format,
    /// Scripts have no type errors
    Types,
    /// Tests of this tool
    Xtask,
    /// No lint complains, natively and for wasm
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
}

/// Runs `lanes`, or all when none is named; fails when any test does.
pub(crate) fn run(project: &Project, lanes: &[Lane]) -> Result<()> {
    let lanes = if lanes.is_empty() {
        Lane::value_variants()
    } else {
        lanes
    };
    let results = match tools::set_up(project, Need::Test) {
        Ok(()) => lanes
            .iter()
            .map(|lane| (name(*lane), tally(project, *lane)))
            .collect(),
        Err(problem) => {
            println!("{problem:#}");
            vec![("set-up".to_owned(), Tally::check(false))]
        }
    };

    println!("\n{:16} {:>7} {:>7}", "lane", "passed", "failed");
    for (name, tally) in &results {
        println!("{name:16} {:>7} {:>7}", tally.passed, tally.failed);
    }
    let total: Tally = results.iter().map(|(_, tally)| *tally).sum();
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        std::process::exit(1); // An error's text would follow the counts, which stand last.
    }
    Ok(())
}

fn name(lane: Lane) -> String {
    lane.to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Runs one lane; what keeps it from running is a failure of its own.
fn tally(project: &Project, lane: Lane) -> Tally {
    println!("\n── {} ──", name(lane));
    let result = match lane {
        Lane::Format => checks([project.cargo().args(["fmt", "--all", "--check"])]),
        Lane::Types => checks([
            project.command("tsc").args(["--project", "www"]),
            project.command("tsc").args(["--project", "tests/page"]),
        ]),
        Lane::Xtask => {
            cargo_test(
                project
                    .cargo()
                    .args(["test", "--package", "xtask", "--profile", "xtask"]),
            )
        }
        Lane::Clippy => clippy(project),
        Lane::Native => {
            cargo_test(
                project
                    .cargo()
                    .args(["test", "--release", "--features", "cli"]),
            )
        }
        Lane::BrowserWebgpu => browser(project, Offer::Webgpu),
        Lane::BrowserCpu => browser(project, Offer::Cpu),
        Lane::PageWebgpu => page(project, Offer::Webgpu),
        Lane::PageCpu => page(project, Offer::Cpu),
    };
    result.unwrap_or_else(|problem| {
        println!("{problem:#}");
        Tally::check(false)
    })
}

/// Runs programs that count as one check each.
fn checks<'a>(commands: impl IntoIterator<Item = &'a mut Command>) -> Result<Tally> {
    let check = |command| {
        let result = run_command(command);
        if let Err(problem) = &result {
            println!("{problem:#}");
        }
        Tally::check(result.is_ok())
    };
    Ok(commands.into_iter().map(check).sum())
}

fn cargo_test(command: &mut Command) -> Result<Tally> {
    let (status, output) = tee(command)?;
    Ok(Tally::of_cargo(&output).of_run(status.success()))
}

fn clippy(project: &Project) -> Result<Tally> {
    let wasm = [
        "--release",
        "--target",
        "wasm32-unknown-unknown",
        "--lib",
        "--tests",
    ];
    let lint = |arguments: &[&str]| {
        let mut cargo = project.cargo();
        cargo
            .arg("clippy")
            .args(arguments)
            .args(["--", "--deny", "warnings"]);
        cargo
    };
    checks([
        &mut lint(&["--package", "xtask", "--profile", "xtask", "--all-targets"]),
        &mut lint(&["--release", "--features", "cli", "--all-targets"]),
        &mut lint(&wasm),
    ])
}

/// `tests/browser.rs`, which runs in both browser lanes, and the file of this lane.
fn browser(project: &Project, offer: Offer) -> Result<Tally> {
    let capabilities = project
        .pkg_config()
        .join(format!("webdriver/{}.json", offer.name()));
    let driver = browser::driver(project)?.path;
    let mut wasm_pack = project.command("wasm-pack");
    wasm_pack.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    // WebGPU in software compiles a shader in seconds, and a test may need many.
    wasm_pack.env("WASM_BINDGEN_TEST_TIMEOUT", "600");
    wasm_pack
        .args(["test", "--headless", "--release", "--chromedriver"])
        .arg(driver);
    wasm_pack.args([
        "--",
        "--test",
        "browser",
        "--test",
        &format!("browser_{}", offer.name()),
    ]);
    cargo_test(&mut wasm_pack)
}

/// `tests/page/*.test.js`, against the quickly built page.
fn page(project: &Project, offer: Offer) -> Result<Tally> {
    let mut tests: Vec<_> = fs::read_dir(project.root.join("tests/page"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    tests.retain(|path| path.to_string_lossy().ends_with(".test.js"));
    tests.sort();
    ensure!(!tests.is_empty(), "tests/page holds no test");
    let page = bundle::build(project, Quality::Quick)?;
    let mut node = visit::node(project, &page, offer)?;
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(tests);
    let (status, output) = tee(&mut node)?;
    Ok(Tally::of_node(&output).of_run(status.success()))
}
