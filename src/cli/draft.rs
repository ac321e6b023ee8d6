//! A file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

/// A file in the making, which stands beside its place until it is [kept](Self::keep). Making it
/// shows, before any work is done, whether it can be written.
pub(super) struct Draft {
    file: BufWriter<File>,
    path: PathBuf,
    /// Where it stands until then; `None` for what is no plain file, such as `/dev/stdout`, a pipe
    /// or a link: these are written in place.
    part: Option<PathBuf>,
}

impl Draft {
    /// Begins the file `path`.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        let special = path.symlink_metadata().is_ok_and(|facts| !facts.is_file());
        let part = (!special).then(|| part_of(path));
        let file = File::create(part.as_deref().unwrap_or(path));
        Ok(Self {
            file: BufWriter::new(file.with_context(|| path.display().to_string())?),
            path: path.to_owned(),
            part,
        })
    }

    /// Begins a file that was asked for.
    pub(super) fn of(path: Option<&PathBuf>) -> anyhow::Result<Option<Self>> {
        path.map(|path| Self::create(path)).transpose()
    }

    /// Puts the file in its place.
    pub(super) fn keep(mut self) -> anyhow::Result<()> {
        let name = || self.path.display().to_string();
        self.file.flush().with_context(name)?;
        if let Some(part) = &self.part {
            fs::rename(part, &self.path).with_context(name)?;
        }
        self.part = None;
        Ok(())
    }

    /// Writes `bytes` and no more.
    pub(super) fn fill(mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let written = self.file.write_all(bytes);
        written.with_context(|| self.path.display().to_string())?;
        self.keep()
    }

    /// Writes `value` as JSON and no more.
    pub(super) fn fill_json(self, value: &impl Serialize) -> anyhow::Result<()> {
        self.fill((serde_json::to_string(value)? + "\n").as_bytes())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft {
    /// Leaves nothing behind of a run that failed.
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            // There is nobody left to tell, and the run's own error says more.
            let _ = fs::remove_file(part);
        }
    }
}

/// Whether writing the file `output` would destroy `input`.
pub(super) fn would_destroy(output: &Path, input: &Path) -> bool {
    let Ok(input) = input.canonicalize() else {
        return false;
    };
    let is_input = |path: &Path| path.canonicalize().is_ok_and(|path| path == input);
    is_input(output) || is_input(&part_of(output))
}

fn part_of(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    part.into()
}
