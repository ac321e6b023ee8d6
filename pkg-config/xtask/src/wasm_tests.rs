//! Runs Rust tests in headless Chromium.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::browser;
use crate::process::run;
use crate::project::Project;
use crate::visit::Offer;

/// wasm-pack on the test programs `names` of `tests/`, in a browser that has what `offer` says.
pub(crate) fn command(project: &Project, offer: Offer, names: &[&str]) -> Result<Command> {
    build_bindgen(project)?;
    let mut wasm_pack = project.command("wasm-pack");
    let capabilities = format!("webdriver/{}.json", offer.name());
    wasm_pack
        .env(
            "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
            project.pkg_config().join(capabilities),
        )
        // WebGPU in software compiles a shader in seconds, and a test may need many.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "600");
    wasm_pack.args([
        "test",
        "--headless",
        "--chrome",
        "--release",
        "--chromedriver",
    ]);
    wasm_pack.arg(browser::driver(project)?.path).arg("--");
    wasm_pack.args(names.iter().flat_map(|name| ["--test", name]));
    Ok(wasm_pack)
}

/// Builds wasm-bindgen and its test runner in the version that `Cargo.lock` names, and puts them where
/// wasm-pack finds them.
fn build_bindgen(project: &Project) -> Result<()> {
    run(&mut project.cargo("build --package wasm-bindgen-programs"))?;
    let tools = project.tools().join("bin");
    fs::create_dir_all(&tools)?;
    for (built, name) in [
        ("bindgen", "wasm-bindgen"),
        ("wasm-bindgen-test-runner", "wasm-bindgen-test-runner"),
    ] {
        let file = |name| format!("{name}{}", std::env::consts::EXE_SUFFIX);
        let place = tools.join(file(name));
        fs::copy(project.programs().join(file(built)), &place)
            .with_context(|| format!("{} could not be written", place.display()))?;
    }
    Ok(())
}
