//! `test`: runs every lane and counts its tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use data_sets::VARIABLE;

use crate::browser;
use crate::bundle::{self, Page};
use crate::data::{self, Sets};
use crate::lane_table::{LaneTable, Outcome};
use crate::modules::Module;
use crate::native;
use crate::process::{run as run_command, tee};
use crate::project::Project;
use crate::quality::Quality;
use crate::single;
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
    /// The page in Firefox: its main paths
    PageFirefox,
    /// What should hold on the public data sets, natively and in the page, if they are here
    Data,
}

impl Lane {
    fn visits_page(self, project: &Project) -> bool {
        match self {
            Self::PageWebgpu | Self::PageCpu | Self::PageFirefox => true,
            Self::Data => matches!(data_folder(project), Ok(Some(_))),
            _ => false,
        }
    }
}

/// What runs in the browser.
const IN_BROWSER: &str = "--release --target wasm32-unknown-unknown --test browser --test browser_webgpu --test browser_cpu --test gpu_cost";

/// Lanes that use one core each, whether for a Worker or for a GPU in software, the longest first. All other
/// lanes run before them.
const ON_ONE_CORE: [Lane; 7] = [
    Lane::PageCpu,
    Lane::PageWebgpu,
    Lane::Data,
    Lane::BrowserWebgpu,
    Lane::Native,
    Lane::PageFirefox,
    Lane::BrowserCpu,
];

/// How many of them run at a time.
const AT_A_TIME: usize = 2;

/// Runs `lanes`, or all if none is named; fails if any test does.
pub(crate) fn run(project: Project, lanes: &[Lane]) -> Result<()> {
    let project = &project.linted();
    let wanted = |lane: &Lane| lanes.is_empty() || lanes.contains(lane);
    let mut table = LaneTable::default();
    table.run("set-up", || {
        tools::set_up(project, Need::Test)?;
        Ok(Outcome::Ran(Tally::default()))
    });
    if table.total().failed == 0 {
        let (later, first): (Vec<&Lane>, Vec<&Lane>) = Lane::value_variants()
            .iter()
            .filter(|lane| wanted(lane))
            .partition(|lane| ON_ONE_CORE.contains(lane));
        for lane in first {
            table.run(&name(*lane), || outcome(project, *lane, None));
        }
        let page = match later.iter().any(|lane| lane.visits_page(project)) {
            true => build_page(project, &mut table),
            false => None,
        };
        let left = Mutex::new(ON_ONE_CORE.iter().filter(|lane| later.contains(lane)));
        table.extend(side_by_side(project, page.as_ref(), &left));
    }
    println!("\n{table}");
    if table.total().failed > 0 {
        std::process::exit(1); // An error's text would follow the counts, which must come last.
    }
    Ok(())
}

/// Runs the lanes that are `left`, [`AT_A_TIME`]: when one ends the next begins.
fn side_by_side<'a>(
    project: &Project,
    page: Option<&Page>,
    left: &Mutex<impl Iterator<Item = &'a Lane> + Send>,
) -> LaneTable {
    let next = || left.lock().ok()?.next();
    let row = || {
        let mut table = LaneTable::default();
        while let Some(lane) = next() {
            table.run(&name(*lane), || outcome(project, *lane, page));
        }
        table
    };
    thread::scope(|scope| {
        let rows = [(); AT_A_TIME].map(|()| scope.spawn(row));
        let mut table = LaneTable::default();
        for row in rows {
            let row = row.join();
            table.extend(row.expect("what goes wrong in a lane is in its table"));
        }
        table
    })
}

/// Where the page as one file is, as quickly built.
fn one_file(project: &Project) -> PathBuf {
    project.target.join("page/safr.html")
}

/// The quickly built page, also as one file, and the native program that it is compared with.
fn build_page(project: &Project, table: &mut LaneTable) -> Option<Page> {
    let mut page = None;
    table.run("page", || {
        native::build(project)?;
        page = Some(bundle::build(project, Quality::Quick, &Module::ALL)?);
        single::build(project, Quality::Quick, &one_file(project))?;
        Ok(Outcome::Ran(Tally::default()))
    });
    page
}

fn name(lane: Lane) -> String {
    lane.to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

fn outcome(project: &Project, lane: Lane, page: Option<&Page>) -> Result<Outcome> {
    let page = || page.context("the page is not built");
    let tally = match lane {
        Lane::Format => check(&mut project.cargo("fmt --all --check")),
        Lane::Types => ["www", "tests/page", "pkg-config/peers"]
            .map(|folder| check(project.command("tsc").args(["--project", folder])))
            .into_iter()
            .sum(),
        Lane::Xtask => cargo_test(&mut project.cargo(&format!("test {}", data::FETCHER)))?,
        // Built as the later lanes build it, so that they need not build it again.
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
        Lane::PageWebgpu => page_lane(project, page()?, Offer::Webgpu)?,
        Lane::PageCpu => page_lane(project, page()?, Offer::Cpu)?,
        Lane::PageFirefox => firefox_lane(project, page()?)?,
        Lane::Data => match data_folder(project)? {
            Some(folder) => on_data(project, page()?, &folder)?,
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

/// The file of this lane, and in the CPU's lane also what does not depend on the backend:
/// `tests/browser.rs`.
fn browser(project: &Project, offer: Offer) -> Result<Tally> {
    let programs = match offer {
        Offer::Cpu => &["browser", "browser_cpu"][..],
        Offer::Webgpu => &["browser_webgpu"],
    };
    cargo_test(&mut wasm_tests::command(project, offer, programs)?)
}

/// `tests/page/backends/*.test.js`, and in the CPU's lane also what does not depend on the backend:
/// `tests/page/*.test.js`.
fn page_lane(project: &Project, page: &Page, offer: Offer) -> Result<Tally> {
    let folders = match offer {
        Offer::Cpu => &["tests/page", "tests/page/backends"][..],
        Offer::Webgpu => &["tests/page/backends"],
    };
    node_test(&mut page_tests(project, page, offer, folders)?)
}

/// `tests/page/firefox/*.test.js`.
fn firefox_lane(project: &Project, page: &Page) -> Result<Tally> {
    let firefox = browser::firefox(project).context("Firefox")?.path;
    let mut node = page_tests(project, page, Offer::Cpu, &["tests/page/firefox"])?;
    node_test(node.env("SAFR_FIREFOX", firefox))
}

/// Where all the data sets that the tests need are; `None` if there are none.
fn data_folder(project: &Project) -> Result<Option<PathBuf>> {
    Sets::find(project)?.for_tests()
}

/// The set whose test is left out where it is missing.
const MINILM: &str = "minilm";

/// `tests/data_sets` and `tests/page/data/*.test.js`, with the data sets of `folder`.
fn on_data(project: &Project, page: &Page, folder: &Path) -> Result<Tally> {
    let mut native = project.cargo(&format!("{} --test data_sets", native::TESTS));
    match Sets::find(project)?.place_of(project, MINILM)? {
        Some(model) => native.env("SAFR_MINILM", model),
        None => {
            println!(
                "{MINILM} is not here, so nothing is said of it; to get it: cargo xtask data {MINILM}"
            );
            native.args(["--", "--skip", MINILM])
        }
    };
    let mut page = page_tests(project, page, Offer::Cpu, &["tests/page/data"])?;
    let tests = [
        cargo_test(native.env(VARIABLE, folder))?,
        node_test(page.env(VARIABLE, folder))?,
    ];
    Ok(tests.into_iter().sum())
}

/// Node's test runner on the files in `folders`, one after the other.
fn page_tests(project: &Project, page: &Page, offer: Offer, folders: &[&str]) -> Result<Command> {
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
    let mut node = visit::node(project, page, offer)?;
    node.env("SAFR_ONE_FILE", one_file(project));
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(tests);
    Ok(node)
}

/// Runs Node's test runner.
fn node_test(node: &mut Command) -> Result<Tally> {
    let (status, output) = tee(node)?;
    Ok(Tally::of_node(&output).of_run(status.success()))
}
