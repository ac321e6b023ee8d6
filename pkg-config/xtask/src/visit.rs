//! Runs Node scripts that visit the page in Chromium.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::browser;
use crate::bundle::Page;
use crate::native;
use crate::project::Project;
use crate::server;

/// What Chromium offers to compute with.
#[derive(Clone, Copy)]
pub(crate) enum Offer {
    /// WebGPU, in software.
    Webgpu,
    /// No WebGPU.
    Cpu,
}

impl Offer {
    /// Its name in `SAFR_LANE`, in `pkg-config/webdriver/` and in `tests/browser_*.rs`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Webgpu => "webgpu",
            Self::Cpu => "cpu",
        }
    }
}

/// Node, told which lane this is, and where the page, the browser and the native program are; the page is served until
/// this program ends.
///
/// It is in a sub-path, where an absolute address in it would lead nowhere.
pub(crate) fn node(project: &Project, page: &Page, offer: Offer) -> Result<Command> {
    node_at(project, &page.folder, offer)
}

/// The same with the page in `folder`.
pub(crate) fn node_at(project: &Project, folder: &Path, offer: Offer) -> Result<Command> {
    let server = server::start(server::listen(0)?, folder, "/some/path")?;
    let mut node = project.command("node");
    node.env("SAFR_URL", server.to_string());
    node.env("SAFR_LANE", offer.name());
    node.env("SAFR_BIN", native::program(project));
    node.env("SAFR_CHROMIUM", browser::chromium(project)?.path);
    Ok(node)
}
