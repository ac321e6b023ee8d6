//! Content hashes: for file names, and to see whether a step must be repeated.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

/// Gathers contents into one short hash.
#[derive(Default)]
pub(crate) struct Digest(Sha256);

impl Digest {
    /// Adds `bytes`, separated from what was added before.
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a file's content.
    pub(crate) fn file(self, path: &Path) -> Result<Self> {
        let bytes =
            fs::read(path).with_context(|| format!("{} could not be read", path.display()))?;
        Ok(self.bytes(&bytes))
    }

    /// Adds the names and contents of all files under `folder`.
    pub(crate) fn folder(mut self, folder: &Path) -> Result<Self> {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry?;
            if entry.file_type().is_file() {
                let name = entry
                    .path()
                    .strip_prefix(folder)?
                    .to_string_lossy()
                    .into_owned();
                self = self.bytes(name.as_bytes()).file(entry.path())?;
            }
        }
        Ok(self)
    }

    /// The first twelve hexadecimal digits: enough for names that differ when contents do.
    pub(crate) fn short(self) -> String {
        let sum = self.0.finalize();
        sum[..6].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How a content security policy names an inline text that it allows.
pub(crate) fn for_policy(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// Does `work` unless it was already done for this `digest`, which the file `stamp` remembers.
pub(crate) fn once(stamp: &Path, digest: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if is_done(stamp, digest) {
        return Ok(());
    }
    if stamp.exists() {
        fs::remove_file(stamp)?; // Half-done work must not pass for done.
    }
    work()?;
    fs::write(stamp, digest).with_context(|| format!("{} could not be written", stamp.display()))
}

/// Whether the work that `stamp` stands for was last done for this `digest`.
pub(crate) fn is_done(stamp: &Path, digest: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|last| last == digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_tells_where_one_part_ends_and_the_next_begins() {
        let short = |parts: [&str; 2]| {
            parts
                .iter()
                .fold(Digest::default(), |digest, part| {
                    digest.bytes(part.as_bytes())
                })
                .short()
        };
        assert_eq!(short(["ab", "c"]), short(["ab", "c"]));
        assert_ne!(short(["ab", "c"]), short(["a", "bc"]));
    }

    #[test]
    fn digest_of_a_folder_follows_names_and_contents() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let short = || Digest::default().folder(folder.path()).map(Digest::short);
        fs::write(folder.path().join("a"), "1")?;
        let first = short()?;
        fs::write(folder.path().join("a"), "2")?;
        let second = short()?;
        fs::rename(folder.path().join("a"), folder.path().join("b"))?;
        assert_ne!(first, second);
        assert_ne!(second, short()?);
        Ok(())
    }

    #[test]
    fn work_is_done_once_for_each_digest_and_again_after_a_failure() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let stamp = folder.path().join("stamp");
        let mut runs = 0;
        for digest in ["one", "one", "two"] {
            once(&stamp, digest, || {
                runs += 1;
                Ok(())
            })?;
        }
        assert_eq!(runs, 2);
        assert!(once(&stamp, "three", || anyhow::bail!("it broke")).is_err());
        assert!(!is_done(&stamp, "three") && !is_done(&stamp, "two"));
        Ok(())
    }
}
