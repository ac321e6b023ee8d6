//! From a set of the table to its files.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::archive::Archive;
use super::convert::Lines;
use super::{check, convert, http, pip};
use crate::table::{Address, File, Form, Set, Source};

/// Where things are, for fetching.
pub struct Fetcher {
    /// The project's folder, in which the table's lists of lines are.
    pub root: PathBuf,
    /// The folder of the data sets.
    pub into: PathBuf,
    /// The words of a command that understands `download`, as Python's pip does.
    pub pip: Vec<String>,
}

impl Fetcher {
    /// Fetches what `set` lacks. An earlier attempt's download resumes where it stopped.
    ///
    /// # Errors
    /// If something cannot be fetched, or if it, or a file that is already there, is not what the table
    /// says; what is wrong is not left in the folder.
    pub fn fetch(&self, set: &Set) -> Result<()> {
        let folder = self.into.join(&set.name);
        for source in &set.sources {
            self.complete(source, &folder)
                .with_context(|| source.file_name().to_owned())?;
        }
        Ok(())
    }

    /// Fetches `source` if one of its files is missing in `folder`.
    fn complete(&self, source: &Source, folder: &Path) -> Result<()> {
        let is_there = |file: &&File| folder.join(&file.name).exists();
        let (there, missing): (Vec<_>, Vec<_>) = source.files.iter().partition(is_there);
        for file in there {
            let path = folder.join(&file.name);
            check::content(&path, file).with_context(|| {
                format!("{} is there already; remove it to fetch it", path.display())
            })?;
        }
        if missing.is_empty() {
            return Ok(());
        }
        let published = self.published(source, folder)?;
        let made = missing
            .into_iter()
            .try_for_each(|file| self.make(file, source, &published, folder));
        fs::remove_file(&published)?;
        made
    }

    /// The source in a file of its own, checked.
    fn published(&self, source: &Source, folder: &Path) -> Result<PathBuf> {
        match &source.from {
            Address::Http(address) => http::download(address, folder, source),
            Address::Pip(package) => pip::download(&self.pip, package, folder, source),
        }
    }

    /// Makes one file of a set.
    fn make(&self, file: &File, source: &Source, published: &Path, folder: &Path) -> Result<()> {
        let content = self.content(file, source, published)?;
        check::bytes(&content, file.bytes, &file.sha256)
            .with_context(|| format!("{} as made from it", file.name))?;
        let bytes = if file.name.ends_with(".gz") {
            let mut compressed = GzEncoder::new(Vec::new(), Compression::default());
            compressed.write_all(&content)?;
            compressed.finish()?
        } else {
            content
        };
        write_whole(&folder.join(&file.name), &bytes)
    }

    /// The content of a file, made from what is published.
    fn content(&self, file: &File, source: &Source, published: &Path) -> Result<Vec<u8>> {
        let Some(member) = &file.member else {
            return Ok(fs::read(published)?);
        };
        let archive = Archive::of(source, published)?;
        match &file.form {
            Form::Same => archive.file(member),
            Form::Reviews => convert::reviews(archive.folder(member)?),
            Form::Vectors(list) => convert::vectors(&archive.file(member)?, &self.lines(list)?),
            Form::VectorWords(list) => convert::words(&archive.file(member)?, &self.lines(list)?),
        }
    }

    fn lines(&self, list: &Path) -> Result<Lines> {
        let path = self.root.join(list);
        let problem = || path.display().to_string();
        Lines::parse(&fs::read_to_string(&path).with_context(problem)?).with_context(problem)
    }
}

/// Writes a file so that it is there completely or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let written = fs::write(&new, bytes).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&new);
    }
    written.with_context(|| path.display().to_string())
}
