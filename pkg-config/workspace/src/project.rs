//! Where things are, and how programs are run there.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::process;

/// The project's folders.
#[derive(Deserialize)]
pub struct Project {
    /// The folder of the workspace.
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    /// Cargo's target folder.
    #[serde(rename = "target_directory")]
    pub target: PathBuf,
    /// Whether clippy compiles the project's own crates.
    #[serde(skip)]
    linted: bool,
}

/// How clippy is told, through the environment, to fail on any warning.
const CLIPPY_ARGS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

impl Project {
    /// Asks cargo where the project is.
    pub fn find() -> Result<Self> {
        let mut cargo = Command::new("cargo");
        let answer = process::capture(cargo.args(["metadata", "--no-deps", "--format-version=1"]))?;
        serde_json::from_str(&answer).context("cargo metadata gave an unexpected answer")
    }

    /// The same project, with its own crates compiled by clippy, so that any lint is an error and nothing has
    /// to be compiled a second time for it.
    #[must_use]
    pub fn linted(self) -> Self {
        Self {
            linted: true,
            ..self
        }
    }

    /// The page's sources.
    pub fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    /// What configures the wasm package.
    pub fn pkg_config(&self) -> PathBuf {
        self.root.join("pkg-config")
    }

    /// Where `cargo install` puts the project's own tools.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// Where cargo puts the programs of these tools.
    pub fn programs(&self) -> PathBuf {
        self.target.join("debug")
    }

    /// `program` in the project's folder, with Node's packages first on its path.
    ///
    /// Flags from outside are left out: `RUSTFLAGS` would replace the target
    /// features that `.cargo/config.toml` asks for.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .env("PATH", self.path());
        for flags in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
            command.env_remove(flags);
        }
        if self.linted {
            command
                .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
                .env("CLIPPY_ARGS", CLIPPY_ARGS);
        }
        command
    }

    /// Cargo in the project's folder, with `arguments` as one would type them.
    pub fn cargo(&self, arguments: &str) -> Command {
        let mut cargo = self.command("cargo");
        cargo.args(arguments.split_whitespace());
        cargo
    }

    /// Where `program` is, if it is anywhere.
    pub fn which(&self, program: &str) -> Option<PathBuf> {
        which::which_in(program, Some(self.path()), &self.root).ok()
    }

    /// The version of `package` that `Cargo.lock` names.
    pub fn locked_version(&self, package: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Lock {
            package: Vec<Package>,
        }
        #[derive(Deserialize)]
        struct Package {
            name: String,
            version: String,
        }
        let lock: Lock = toml::from_str(&read(&self.root.join("Cargo.lock"))?)?;
        let found = lock
            .package
            .into_iter()
            .find(|candidate| candidate.name == package);
        Ok(found
            .with_context(|| format!("Cargo.lock does not name {package}"))?
            .version)
    }

    fn path(&self) -> OsString {
        let own = [
            self.tools().join("bin"),
            self.www().join("node_modules/.bin"),
        ];
        let outside = std::env::var_os("PATH").unwrap_or_default();
        let all = own.into_iter().chain(std::env::split_paths(&outside));
        std::env::join_paths(all).unwrap_or(outside)
    }
}

/// The text of a file, or an error that names it.
pub fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))
}

/// A file's SHA-256 in lower-case hexadecimal, or an error that names it.
pub fn sha256(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("{} could not be read", path.display()))?;
    let sum = Sha256::digest(bytes);
    Ok(sum.iter().map(|byte| format!("{byte:02x}")).collect())
}
