//! The external tools that the project needs: what is there, and how to get what is not.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::browser;
use crate::digest::{self, Digest};
use crate::process::{capture, run};
use crate::project::Project;
use crate::stage::stage;

/// wasm-pack is not in `Cargo.lock`, so its version is fixed here.
const WASM_PACK: &str = "0.15.1";
/// The first Node whose test runner knows `--test-concurrency`.
const NODE: (u32, u32) = (20, 10);

/// What a tool is needed for; each need includes the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// To build and serve the page.
    Build,
    /// To run the tests.
    Test,
}

/// One external tool.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) need: Need,
    /// Says what is there, or what is wrong.
    pub(crate) find: fn(&Project) -> Result<String>,
    /// Gets it, if that can be done without a person.
    install: Option<fn(&Project) -> Result<()>>,
    /// What a person can do to get it.
    pub(crate) how: &'static str,
}

/// All tools, in the order in which they are set up.
pub(crate) const TOOLS: &[Tool] = &[
    Tool {
        name: "C compiler",
        need: Need::Build,
        find: |project| version(project, "cc"),
        install: None,
        how: "install gcc or clang (Debian: apt-get install gcc libc6-dev; macOS: xcode-select --install)",
    },
    Tool {
        name: "wasm target",
        need: Need::Build,
        find: find_wasm_target,
        install: Some(|project| {
            run(project
                .command("rustup")
                .args(["target", "add", WASM_TARGET]))
        }),
        how: "rustup target add wasm32-unknown-unknown",
    },
    Tool {
        name: "Node",
        need: Need::Build,
        find: find_node,
        install: None,
        how: "install Node 20.10 or newer, with npm: https://nodejs.org/en/download",
    },
    Tool {
        name: "Node packages",
        need: Need::Build,
        find: find_packages,
        install: Some(install_packages),
        how: "cargo xtask serve installs those that www/package-lock.json names",
    },
    Tool {
        name: "rustfmt",
        need: Need::Test,
        find: |project| version(project, "rustfmt"),
        install: Some(|project| {
            run(project
                .command("rustup")
                .args(["component", "add", "rustfmt"]))
        }),
        how: "rustup component add rustfmt",
    },
    Tool {
        name: "clippy",
        need: Need::Test,
        find: |project| version(project, "cargo-clippy"),
        install: Some(|project| {
            run(project
                .command("rustup")
                .args(["component", "add", "clippy"]))
        }),
        how: "rustup component add clippy",
    },
    Tool {
        name: "wasm-pack",
        need: Need::Test,
        find: find_wasm_pack,
        install: Some(install_wasm_pack),
        how: "cargo xtask test installs it",
    },
    Tool {
        name: "Chromium",
        need: Need::Test,
        find: |project| Ok(browser::chromium(project)?.to_string()),
        install: Some(browser::install),
        how: browser::HOW,
    },
    Tool {
        name: "chromedriver",
        need: Need::Test,
        find: |project| Ok(browser::driver(project)?.to_string()),
        install: Some(browser::install),
        how: browser::HOW,
    },
    Tool {
        name: "Firefox",
        need: Need::Test,
        find: |project| Ok(browser::firefox(project)?.to_string()),
        install: Some(browser::install_firefox),
        how: browser::FIREFOX_HOW,
    },
];

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Installs what is missing for `need`.
pub(crate) fn set_up(project: &Project, need: Need) -> Result<()> {
    for tool in TOOLS.iter().filter(|tool| tool.need <= need) {
        let Err(problem) = (tool.find)(project) else {
            continue;
        };
        let Some(install) = tool.install else {
            bail!("{}: {problem:#}. What to do: {}", tool.name, tool.how)
        };
        stage(tool.name, format!("{problem:#}; being set up"), || {
            install(project)?;
            (tool.find)(project).map(drop)
        })
        .with_context(|| {
            format!(
                "{} could not be set up. What to do: {}",
                tool.name, tool.how
            )
        })?;
    }
    Ok(())
}

/// The version that `program` reports.
fn version(project: &Project, program: &str) -> Result<String> {
    let path = project.which(program).context("not found")?;
    let said = capture(project.command(path).arg("--version"))?;
    Ok(said.lines().next().unwrap_or_default().to_owned())
}

fn find_wasm_pack(project: &Project) -> Result<String> {
    let found = version(project, "wasm-pack")?;
    ensure!(
        found.split_whitespace().nth(1) == Some(WASM_PACK),
        "{found} is there, {WASM_PACK} is needed"
    );
    Ok(found)
}

/// Builds it from source into the project's own folder: unoptimised, since it does little itself.
fn install_wasm_pack(project: &Project) -> Result<()> {
    let what = format!("install wasm-pack --version {WASM_PACK} --locked --debug --force --root");
    let mut cargo = project.cargo(&what);
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "false");
    run(cargo.arg(project.tools()))
}

fn find_wasm_target(project: &Project) -> Result<String> {
    let mut rustc = project.command("rustc");
    let folder = capture(rustc.args(["--print", "target-libdir", "--target", WASM_TARGET]))?;
    ensure!(PathBuf::from(folder.trim()).exists(), "not installed");
    Ok(WASM_TARGET.to_owned())
}

fn find_node(project: &Project) -> Result<String> {
    let found = version(project, "node")?;
    let mut numbers = found
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| part.parse().ok());
    let release = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    ensure!(release >= NODE, "{found} is too old");
    let npm = version(project, "npm").context("npm")?;
    Ok(format!("{found}, npm {npm}"))
}

fn find_packages(project: &Project) -> Result<String> {
    let modules = project.www().join("node_modules");
    ensure!(modules.exists(), "not installed");
    ensure!(
        digest::is_done(&modules.join(".stamp"), &packages_digest(project)?),
        "not those of the lock file"
    );
    Ok("as in www/package-lock.json".to_owned())
}

fn install_packages(project: &Project) -> Result<()> {
    install_locked(project, &project.www())?;
    fs::write(
        project.www().join("node_modules/.stamp"),
        packages_digest(project)?,
    )?;
    Ok(())
}

/// Installs the Node packages that the lock file in `folder` names.
pub(crate) fn install_locked(project: &Project, folder: &Path) -> Result<()> {
    let mut npm = project.command("npm");
    npm.current_dir(folder);
    // None of these packages needs its install script, and none should run without being asked to.
    run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

fn packages_digest(project: &Project) -> Result<String> {
    Ok(Digest::default()
        .file(&project.www().join("package-lock.json"))?
        .short())
}
