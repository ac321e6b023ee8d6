//! `serve`: builds the page and serves it; what it can do without at first is built in the background.

use std::time::Instant;

use anyhow::Result;
use workspace::duration::since;

use crate::bundle;
use crate::late;
use crate::modules::Module;
use crate::project::Project;
use crate::quality::Quality;
use crate::server;
use crate::tools::{self, Need};

/// Serves the page on `port` until the program is stopped.
pub(crate) fn run(project: &Project, port: u16, quality: Quality) -> Result<()> {
    let start = Instant::now();
    // If it is taken, better to know now than after the build; until then it is released, so that nobody waits on it.
    drop(server::listen(port)?);
    tools::set_up(project, Need::Build)?;
    let first: &[Module] = match quality {
        Quality::Quick => &[Module::Cpu],
        Quality::Publish => &Module::ALL,
    };
    let page = bundle::build(project, quality, first)?;
    for module in late::of(&page) {
        late::announce(&page, module)?;
    }
    let server = server::start(server::listen(port)?, &page.folder, "")?;
    println!(
        "\nThe page is at {server} after {} (Ctrl+C stops it).",
        since(start)
    );
    if late::of(&page).next().is_some() {
        println!("It explains on the CPU; WebGPU is being built in the background.");
    }
    println!();
    for module in late::of(&page) {
        late::build(project, quality, &page, module)?;
    }
    server.wait()
}
