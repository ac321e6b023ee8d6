//! `safr completions` and `safr man`: what the command knows about itself, for shells and for `man`.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Command};
use clap_complete::Shell;

use super::draft::Draft;
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
        let pages = pages(cli).into_iter().map(|page| {
            let file = Draft::create(&self.out.join(page.get_filename()), &[])?;
            Ok((page, file))
        });
        for (page, mut file) in pages.collect::<anyhow::Result<Vec<_>>>()? {
            page.render(&mut file).with_context(name)?;
            file.keep()?;
        }
        remark(format!("man pages written to {}", name()));
        Ok(())
    }
}

/// The page of the command `cli`, after those of its commands.
fn pages(cli: Command) -> Vec<clap_mangen::Man> {
    let mut cli = cli.disable_help_subcommand(true);
    cli.build();
    let commands = cli
        .get_subcommands()
        .filter(|command| !command.is_hide_set());
    let all = commands.cloned().chain([cli.clone()]);
    all.map(clap_mangen::Man::new).collect()
}
