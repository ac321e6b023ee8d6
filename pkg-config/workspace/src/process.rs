//! Runs other programs, and says plainly which one failed.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};

/// Runs `command` with its output on the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| not_started(command))?;
    ensure!(status.success(), "{} failed ({status})", line(command));
    Ok(())
}

/// Runs `command` quietly and returns what it wrote to its standard output.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| not_started(command))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} failed ({}): {}",
        line(command),
        output.status,
        said.trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `command`, and returns its standard output as well as showing it.
pub fn tee(command: &mut Command) -> Result<(ExitStatus, String)> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| not_started(command))?;
    let mut text = String::new();
    if let Some(output) = child.stdout.take() {
        for part in BufReader::new(output).split(b'\n') {
            let part = part?;
            let part = String::from_utf8_lossy(&part);
            println!("{part}");
            text.push_str(&part);
            text.push('\n');
        }
    }
    Ok((child.wait()?, text))
}

fn not_started(command: &Command) -> String {
    format!("{} could not be started", line(command))
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
