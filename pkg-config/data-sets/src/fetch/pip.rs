//! Downloads wheels from Python's package index, through pip.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::check;
use crate::table::Source;

/// Downloads the wheel of `package` into a file of `folder`, where it is checked against `source`.
///
/// # Errors
/// If it does not arrive, or is not what `source` says; then nothing is left of it.
pub(super) fn download(
    pip: &[String],
    package: &str,
    folder: &Path,
    source: &Source,
) -> Result<PathBuf> {
    let place = folder.join("wheel.part");
    fs::create_dir_all(&place)?;
    let path = folder.join(source.whole_name());
    let downloaded = run(pip, package, &place).and_then(|wheel| {
        check::published(&wheel, source)
            .context("what arrived is not what was published when this table was made")?;
        Ok(fs::rename(wheel, &path)?)
    });
    fs::remove_dir_all(&place)?;
    downloaded?;
    Ok(path)
}

/// Runs pip, and finds the one wheel that it leaves in `place`.
fn run(pip: &[String], package: &str, place: &Path) -> Result<PathBuf> {
    let (program, first) = pip.split_first().context("no pip")?;
    let mut command = Command::new(program);
    command
        .args(first)
        .args(["download", "--no-deps", "--only-binary=:all:", "--dest"]);
    command.arg(place).arg(package);
    let status = command
        .status()
        .with_context(|| format!("{program} could not be started; it comes with Python"))?;
    ensure!(status.success(), "pip download {package} failed ({status})");
    let files: Vec<_> = fs::read_dir(place)?.collect::<Result<_, _>>()?;
    ensure!(
        files.len() == 1,
        "pip left {} files, not one wheel",
        files.len()
    );
    Ok(files[0].path())
}
