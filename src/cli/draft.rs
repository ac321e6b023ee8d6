//! A file that is written whole or not at all, and over nothing that the same command reads.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Serialize;

use super::out;

/// A file in the making, which stands beside its place until it is [kept](Self::keep). Making it
/// shows, before any work is done, whether it can be written.
pub(super) struct Draft {
    file: BufWriter<Box<dyn Write>>,
    path: PathBuf,
    /// Where it stands until then; `None` for what is no plain file, such as standard output, a pipe
    /// or a link: these are written in place.
    part: Option<PathBuf>,
}

impl Draft {
    /// Begins the file `path`, or standard output where that is `-`, in a command that reads the files
    /// `inputs`.
    pub(super) fn create(path: &Path, inputs: &[PathBuf]) -> anyhow::Result<Self> {
        if out::is_standard(path) {
            out::take()?;
            return Ok(Self::new(io::stdout(), path, None));
        }
        spare(path, inputs)?;
        let name = || path.display().to_string();
        if path.symlink_metadata().is_ok_and(|facts| !facts.is_file()) {
            let file = File::create(path).with_context(name)?;
            return Ok(Self::new(file, path, None));
        }
        let part = part_of(path);
        // Emptied only once it is held: it may be another's.
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).open(&part);
        let file = file.with_context(name)?;
        ensure!(
            hold(&file),
            "{} is being written already; name another file",
            path.display()
        );
        file.set_len(0).with_context(name)?;
        Ok(Self::new(file, path, Some(part)))
    }

    /// Begins a file that was asked for.
    pub(super) fn of(path: Option<&PathBuf>, inputs: &[PathBuf]) -> anyhow::Result<Option<Self>> {
        path.map(|path| Self::create(path, inputs)).transpose()
    }

    fn new(file: impl Write + 'static, path: &Path, part: Option<PathBuf>) -> Self {
        Self {
            file: BufWriter::new(Box::new(file)),
            path: path.to_owned(),
            part,
        }
    }

    /// Puts the file in its place.
    pub(super) fn keep(mut self) -> anyhow::Result<()> {
        let flushed = self.file.flush();
        self.written(flushed)?;
        if let Some(part) = &self.part {
            fs::rename(part, &self.path).with_context(|| self.path.display().to_string())?;
        }
        self.part = None;
        Ok(())
    }

    /// Writes `bytes` and no more.
    pub(super) fn fill(mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let written = self.file.write_all(bytes);
        self.written(written)?;
        self.keep()
    }

    /// Writes `value` as JSON and no more.
    pub(super) fn fill_json(self, value: &impl Serialize) -> anyhow::Result<()> {
        self.fill((serde_json::to_string(value)? + "\n").as_bytes())
    }

    /// How writing ended. A reader that hangs up wants no more of it.
    fn written(&self, ended: io::Result<()>) -> anyhow::Result<()> {
        match ended {
            Err(error) if error.kind() == ErrorKind::BrokenPipe && self.part.is_none() => Ok(()),
            ended => ended.with_context(|| self.path.display().to_string()),
        }
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

/// Checks that writing the file `output` destroys none of the files `inputs`.
pub(super) fn spare(output: &Path, inputs: &[PathBuf]) -> anyhow::Result<()> {
    let [place, part] = [output, &part_of(output)].map(|path| path.canonicalize().ok());
    for input in inputs {
        let input = input.canonicalize().ok();
        ensure!(
            input.is_none() || (input != place && input != part),
            "{} is read by this command, or would be written over on the way; name another file",
            output.display()
        );
    }
    Ok(())
}

/// Takes hold of an open file until it is closed, unless another has done so. Where a file system holds
/// none, none is another's.
pub(super) fn hold(file: &File) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

fn part_of(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    part.into()
}
