//! `bench spark`: the programs of `pkg-config/spark` on many texts, each with a process killed in mid-run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use workspace::document;

use crate::data::Sets;
use crate::digest::{self, Digest};
use crate::native;
use crate::process::{capture, run as run_command};
use crate::project::{self, Project};
use crate::stage::stage;

/// Texts that are explained.
const TEXTS: &str = "100000";
/// The most words of a text.
const WORDS: &str = "8";
/// The model that explains them.
const MODEL: &str = "models/sst2-safr";
/// The set that they are drawn from.
const SET: &str = "sst-trees";
/// The first version of Java that Spark 4 runs on.
const JAVA: u32 = 17;

/// Sets up Spark and Ray, runs the programs, and writes what came out into `docs/at-scale.md`.
///
/// # Errors
/// If a record was lost, doubled or different, or nothing was computed again.
pub(crate) fn run(project: &Project) -> Result<()> {
    ensure!(
        cfg!(target_os = "linux"),
        "the processes to kill are found in /proc, which only Linux has"
    );
    println!("Java: {}", find_java(project)?);
    let python = set_up(project)?;
    let safr = native::build(project)?;
    let folder = home(project).join("run");
    let mut exercise = project.command(python);
    exercise.arg(programs(project).join("exercise.py"));
    exercise.arg(safr).arg(project.www().join(MODEL));
    exercise.arg(trees(project)?).args([TEXTS, WORDS]);
    run_command(exercise.arg(&folder))?;
    let table = project::read(&folder.join("table.md"))?;
    let path = project.root.join("docs/at-scale.md");
    let text = document::put(&project::read(&path)?, "spark", &table)?;
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    println!("The table is in {}.", path.display());
    Ok(())
}

fn programs(project: &Project) -> PathBuf {
    project.pkg_config().join("spark")
}

fn home(project: &Project) -> PathBuf {
    project.target.join("spark")
}

/// The sentences to draw from: the public set, or else the few of the tests in its layout.
fn trees(project: &Project) -> Result<PathBuf> {
    let public = Sets::find(project)?.place_of(project, SET)?;
    Ok(public.unwrap_or_else(|| project.root.join("tests/sets").join(SET)))
}

/// What `java --version` says, if Spark can use it.
fn find_java(project: &Project) -> Result<String> {
    let how =
        "Spark needs a Java runtime, 17 or newer (Debian: apt-get install default-jre-headless)";
    let said = capture(project.command("java").arg("--version")).context(how)?;
    let first = said.lines().next().unwrap_or_default().to_owned();
    ensure!(release(&first) >= Some(JAVA), "{first} is too old: {how}");
    Ok(first)
}

/// The number in "openjdk 17.0.15 2025-04-15".
fn release(line: &str) -> Option<u32> {
    let version = line.split_whitespace().nth(1)?;
    version.split('.').next()?.parse().ok()
}

/// Python with what the programs need, in a folder of its own.
fn set_up(project: &Project) -> Result<PathBuf> {
    let venv = home(project).join("venv");
    let python = venv.join("bin/python");
    let [needed, ray] =
        ["requirements.txt", "requirements-ray.txt"].map(|name| programs(project).join(name));
    let wanted = Digest::default().file(&needed)?.file(&ray)?.short();
    digest::once(&venv.join(".stamp"), &wanted, || {
        stage("Spark and Ray", "being installed", || {
            let mut create = project.command("python3");
            run_command(create.args(["-m", "venv", "--clear"]).arg(&venv))?;
            install(project, &python, &needed)?;
            if let Err(problem) = install(project, &python, &ray) {
                println!("Goes on without Ray, which cannot be installed here: {problem:#}");
            }
            Ok(())
        })
    })?;
    Ok(python)
}

fn install(project: &Project, python: &Path, requirements: &Path) -> Result<()> {
    let mut pip = project.command(python);
    pip.args(["-m", "pip", "install", "--quiet", "--requirement"]);
    run_command(pip.arg(requirements))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_of_java_is_read() {
        for (line, expected) in [
            ("openjdk 17.0.15 2025-04-15", Some(17)),
            ("java 21 2023-09-19 LTS", Some(21)),
            ("", None),
        ] {
            assert_eq!(release(line), expected, "{line}");
        }
    }
}
