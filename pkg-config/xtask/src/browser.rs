//! Finds Chromium with its driver, and Firefox, and installs them where that can be done automatically.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{capture, run};
use crate::project::Project;

/// What a person can do to get Chromium and its driver.
pub(crate) const HOW: &str = "install Chromium or Chrome, and the chromedriver of the same major version \
    (Debian: apt-get install chromium chromium-driver; others: https://googlechromelabs.github.io/chrome-for-testing)";

/// What a person can do to get Firefox.
pub(crate) const FIREFOX_HOW: &str = "install Firefox 128 or newer (Debian: apt-get install firefox-esr; others: https://www.firefox.com)";

const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// A browser or its driver.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    /// For instance `156.0.8078.79`.
    version: String,
}

impl Program {
    fn at(project: &Project, path: PathBuf) -> Result<Self> {
        let said = capture(project.command(&path).arg("--version"))?;
        let version = said
            .split_whitespace()
            .find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
        let version = version
            .with_context(|| format!("{} does not say its version", path.display()))?
            .to_owned();
        Ok(Self { path, version })
    }

    fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.version, self.path.display())
    }
}

/// Firefox, the extended support release first.
pub(crate) fn firefox(project: &Project) -> Result<Program> {
    let mut names = ["firefox-esr", "firefox"].into_iter();
    let on_path = names.find_map(|name| project.which(name));
    let mac = PathBuf::from("/Applications/Firefox.app/Contents/MacOS/firefox");
    let path = on_path.or_else(|| Some(mac).filter(|path| path.exists()));
    Program::at(project, path.context("not found")?)
}

/// Chromium.
pub(crate) fn chromium(project: &Project) -> Result<Program> {
    let on_path = NAMES.iter().find_map(|name| project.which(name));
    let path = on_path.or_else(|| Some(PathBuf::from(MAC)).filter(|path| path.exists()));
    Program::at(project, path.context("not found")?)
}

/// Its driver, of the same major version.
pub(crate) fn driver(project: &Project) -> Result<Program> {
    let driver = Program::at(project, project.which("chromedriver").context("not found")?)?;
    let browser = chromium(project).context("Chromium")?;
    ensure!(
        driver.major() == browser.major(),
        "{driver} is there, Chromium is {browser}"
    );
    Ok(driver)
}

/// Installs Chromium and its driver.
pub(crate) fn install(project: &Project) -> Result<()> {
    install_packages(project, &["chromium", "chromium-driver", FONT])
}

/// Installs Firefox.
pub(crate) fn install_firefox(project: &Project) -> Result<()> {
    install_packages(project, &["firefox-esr", FONT])
}

/// Installs packages on Debian, as root; elsewhere says that it can't.
fn install_packages(project: &Project, packages: &[&str]) -> Result<()> {
    // Not Debian's children: Ubuntu's package of this name holds no browser.
    let debian = fs::read_to_string("/etc/os-release")
        .is_ok_and(|text| text.lines().any(|line| line == "ID=debian"));
    let root = capture(project.command("id").arg("-u")).is_ok_and(|user| user.trim() == "0");
    if !(debian && root) {
        bail!("it is installed automatically only on Debian, as root");
    }
    let apt = || {
        let mut apt = project.command("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(apt().arg("update"))?;
    run(apt()
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages))
}

/// A fresh machine has no font, and a page without text can't be tested.
const FONT: &str = "fonts-liberation";
