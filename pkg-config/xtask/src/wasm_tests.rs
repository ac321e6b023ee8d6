//! Runs Rust tests in headless Chromium.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::browser;
use crate::process::run;
use crate::project::Project;
use crate::visit::Offer;

/// The test programs `names` of `tests/`, in a browser with what `offer` says: what `wasm-pack test` would do.
pub(crate) fn command(project: &Project, offer: Offer, names: &[&str]) -> Result<Command> {
    let mut cargo = project.cargo("test --release --target wasm32-unknown-unknown");
    cargo.args(names.iter().flat_map(|name| ["--test", name]));
    let capabilities = format!("webdriver/{}.json", offer.name());
    cargo
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            runner(project)?,
        )
        .env("CHROMEDRIVER", browser::driver(project)?.path)
        .env(
            "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
            project.pkg_config().join(capabilities),
        )
        // WebGPU in software compiles a shader in seconds, and a test may need many.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "600");
    Ok(cargo)
}

/// wasm-bindgen's test runner, built of the version that `Cargo.lock` names.
fn runner(project: &Project) -> Result<PathBuf> {
    run(&mut project.cargo("build --package xtask --features runner --bin wasm-test-runner"))?;
    let name = format!("wasm-test-runner{}", std::env::consts::EXE_SUFFIX);
    Ok(project.target.join("debug").join(name))
}
