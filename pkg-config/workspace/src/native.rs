//! Builds the native program, always with one set of features, so that Burn is compiled once: without
//! the GPU and NdArray, which the browser's tests run.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::run;
use crate::project::Project;

/// The native tests, together with the program that they and the page's tests call.
pub const TESTS: &str = "test --release --no-default-features --features cli";

/// Builds the program `safr`, which the build of any native test brings with it.
pub fn build(project: &Project) -> Result<PathBuf> {
    run(&mut project.cargo(&format!("{TESTS} --no-run --test double")))?;
    Ok(program(project))
}

/// Where it is once built.
pub fn program(project: &Project) -> PathBuf {
    let name = format!("safr{}", std::env::consts::EXE_SUFFIX);
    project.target.join("release").join(name)
}
