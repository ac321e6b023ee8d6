//! The commit that the command is built from.

use std::path::Path;
use std::process::Command;

/// Tells the compiler, if the commit can be known.
pub(crate) fn tell() {
    if let Some(commit) = commit() {
        println!("cargo::rustc-env=SAFR_COMMIT={commit}");
    }
}

/// The commit that is checked out; `None` without git, and in a copy inside another repository.
fn commit() -> Option<String> {
    let is_ours = git(&["rev-parse", "--show-prefix"])?.is_empty();
    // HEAD names the branch, and its log grows whenever it or the branch moves. A missing file would run this at
    // every build.
    for file in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", file])?;
        if is_ours && Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=12", "HEAD"]).filter(|_| is_ours)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let said = output.status.success().then_some(output.stdout)?;
    Some(String::from_utf8(said).ok()?.trim().to_owned())
}
