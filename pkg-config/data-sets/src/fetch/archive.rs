//! Reads members of archives.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use flate2::read::MultiGzDecoder;

use crate::table::{Address, Source};

/// A member's path in the archive, and its content.
pub(super) type Member = (String, Vec<u8>);

/// A fetched archive.
pub(super) struct Archive {
    path: PathBuf,
    kind: Kind,
}

enum Kind {
    Zip,
    TarGz,
}

impl Archive {
    /// The archive at `path`, of the kind that its source says.
    pub(super) fn of(source: &Source, path: &Path) -> Result<Self> {
        let name = source.file_name();
        let is = |ending: &str| name.ends_with(ending);
        let kind = match &source.from {
            Address::Pip(_) => Kind::Zip,
            Address::Http(_) if is(".zip") || is(".whl") => Kind::Zip,
            Address::Http(_) if is(".tar.gz") || is(".tgz") => Kind::TarGz,
            Address::Http(_) => bail!("{name} is not an archive with members"),
        };
        let path = path.to_owned();
        Ok(Self { path, kind })
    }

    /// The content of the file `member`: `INNER.zip!NAME` is a file of a zip that is itself a member.
    pub(super) fn file(&self, member: &str) -> Result<Vec<u8>> {
        if let Some((inner, name)) = member.split_once('!') {
            let inner = Cursor::new(self.file(inner)?);
            return only(of_zip(inner, |other| other == name)?, member);
        }
        only(self.members(|name| name == member)?, member)
    }

    /// All files in the folder `member`, each by its path in that folder.
    pub(super) fn folder(&self, member: &str) -> Result<Vec<Member>> {
        let folder = format!("{member}/");
        let mut found = self.members(|name| name.starts_with(&folder))?;
        ensure!(!found.is_empty(), "{folder} is not in the archive");
        for (name, _) in &mut found {
            name.drain(..folder.len());
        }
        Ok(found)
    }

    fn members(&self, wants: impl Fn(&str) -> bool) -> Result<Vec<Member>> {
        let file = BufReader::new(File::open(&self.path)?);
        match self.kind {
            Kind::Zip => of_zip(file, wants),
            Kind::TarGz => of_tar(MultiGzDecoder::new(file), wants),
        }
    }
}

/// The content of the one `found`.
fn only(mut found: Vec<Member>, member: &str) -> Result<Vec<u8>> {
    ensure!(found.len() == 1, "{member} is not in the archive");
    Ok(found.remove(0).1)
}

fn of_zip(file: impl Read + Seek, wants: impl Fn(&str) -> bool) -> Result<Vec<Member>> {
    let mut zip = zip::ZipArchive::new(file)?;
    let wanted = zip
        .file_names()
        .filter(|name| wants(name) && !name.ends_with('/'));
    let wanted: Vec<String> = wanted.map(str::to_owned).collect();
    let members = wanted.into_iter().map(|name| {
        let mut content = Vec::new();
        zip.by_name(&name)?.read_to_end(&mut content)?;
        Ok((name, content))
    });
    members.collect()
}

fn of_tar(tar: impl Read, wants: impl Fn(&str) -> bool) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    for entry in tar::Archive::new(tar).entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if entry.header().entry_type().is_file() && wants(&name) {
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            members.push((name, content));
        }
    }
    Ok(members)
}
