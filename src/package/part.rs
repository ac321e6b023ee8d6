//! Files that are written completely or not at all.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file in the making, which is next to its final place, with the ending `.part`, until it is [kept](Self::keep).
/// Nothing is left of one that is not kept.
pub(crate) struct Part {
    file: File,
    place: PathBuf,
    is_kept: bool,
}

impl Part {
    /// Begins the file that will be at `place`.
    ///
    /// # Errors
    /// If it cannot be written, or is already being written.
    pub(crate) fn create(place: &Path) -> io::Result<Self> {
        // Emptied only once it is locked: it may be another process's.
        let mut options = File::options();
        let options = options.write(true).create(true).truncate(false);
        let file = options.open(Self::of(place))?;
        if !hold(&file) {
            let busy = "it is already being written; name another file";
            return Err(io::Error::new(ErrorKind::ResourceBusy, busy));
        }
        file.set_len(0)?;
        Ok(Self {
            file,
            place: place.to_owned(),
            is_kept: false,
        })
    }

    /// Puts the file in its place.
    pub(crate) fn keep(mut self) -> io::Result<()> {
        fs::rename(Self::of(&self.place), &self.place)?;
        self.is_kept = true;
        Ok(())
    }

    /// Where the file that will be at `place` is until it is kept.
    pub(crate) fn of(place: &Path) -> PathBuf {
        let mut part = place.as_os_str().to_owned();
        part.push(".part");
        part.into()
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_kept {
            // There is nobody left to tell, and the writer's own error says more.
            let _ = fs::remove_file(Self::of(&self.place));
        }
    }
}

/// Locks an open file until it is closed, unless another process has. On a file system without locks,
/// no other process has.
pub(crate) fn hold(file: &File) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}
