//! `serve`: builds the page and serves it; what it can do without at first is built behind it.

use std::time::Instant;

use anyhow::Result;

use crate::bundle::{self, Quality};
use crate::late;
use crate::modules::Module;
use crate::project::Project;
use crate::server;
use crate::stage::since;
use crate::tools::{self, Need};

/// Serves the page on `port` until the program is stopped.
pub(crate) fn run(project: &Project, port: u16, quality: Quality) -> Result<()> {
    let start = Instant::now();
    let listener = server::listen(port)?; // Should it be taken, that is better known now than after the build.
    tools::set_up(project, Need::Build)?;
    let first: &[Module] = match quality {
        Quality::Quick => &[Module::Cpu],
        Quality::Publish => &Module::ALL,
    };
    let page = bundle::build(project, quality, first)?;
    for module in late::of(&page) {
        late::announce(&page, module)?;
    }
    let server = server::start(listener, &page.folder, "")?;
    println!(
        "\nThe page is at {server} after {} (Ctrl+C stops it).\n",
        since(start)
    );
    for module in late::of(&page) {
        late::build(project, quality, &page, module)?;
    }
    server.wait()
}
