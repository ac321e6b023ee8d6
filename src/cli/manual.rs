//! `safr completions` and `safr man`: what the command knows about itself, for shells and for `man`.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command};
use clap_complete::Shell;

use super::out::{remark, show};

/// Print a script that completes commands and options in a shell
///
/// In bash: `safr completions bash > ~/.local/share/bash-completion/completions/safr`. In zsh, write it to a file
/// `_safr` in a folder of `fpath`; in fish, to `~/.config/fish/completions/safr.fish`.
#[derive(Args, Clone, Debug)]
pub(super) struct Completions {
    /// Shell to complete in
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Prints the script for the command `cli`.
    pub(super) fn run(self, mut cli: Command) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut cli, "safr", &mut script);
        show(String::from_utf8(script)?)
    }
}

/// Write man pages for all commands
///
/// `safr man ~/.local/share/man/man1` puts them where `man safr` and `man safr-train` find them.
#[derive(Args, Clone, Debug)]
pub(super) struct Man {
    /// Folder for safr.1 and one page per command
    #[arg(value_name = "DIR")]
    out: PathBuf,
}

impl Man {
    /// Writes the pages of the command `cli`.
    pub(super) fn run(self, cli: Command) -> anyhow::Result<()> {
        let name = || self.out.display().to_string();
        std::fs::create_dir_all(&self.out).with_context(name)?;
        clap_mangen::generate_to(cli, &self.out).with_context(name)?;
        remark(format!("man pages written to {}", name()));
        Ok(())
    }
}
