//! Standard output, which a reader may close, and the terminal, which files must not command.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

/// Whether standard output is one of the command's files.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether a file's name, `-`, means standard output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Keeps standard output for one file: results for people go to standard error from now on.
///
/// # Errors
/// If another file has it.
pub(super) fn take() -> anyhow::Result<()> {
    anyhow::ensure!(
        !TAKEN.swap(true, Ordering::Relaxed),
        "only one file can go to standard output; give the others names"
    );
    Ok(())
}

/// Writes a result to standard output. A reader that hangs up wants no more of it.
///
/// # Errors
/// If it cannot be written, such as on a full disk.
pub(super) fn show(result: impl Display) -> anyhow::Result<()> {
    match write(&result.to_string()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output")
        }
        _ => Ok(()),
    }
}

/// Tells, in a line, how work goes on, which it does whether or not anybody listens.
pub(super) fn tell(line: impl Display) {
    let _ = write(&format!("{line}\n"));
}

fn write(text: &str) -> io::Result<()> {
    let mut out: Box<dyn Write> = match TAKEN.load(Ordering::Relaxed) {
        true => Box::new(io::stderr().lock()),
        false => Box::new(io::stdout().lock()),
    };
    out.write_all(printable(text).as_bytes())?;
    out.flush()
}

/// `text` with its control characters, but line ends and tabs, written as escapes: what stands in a file or a
/// model does not move the cursor.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() && !matches!(c, '\n' | '\t') {
            true => printable.extend(c.escape_default()),
            false => printable.push(c),
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out() {
        assert_eq!(
            printable("a\tb\n\u{1b}[31mé\r\u{9b}"),
            "a\tb\n\\u{1b}[31mé\\r\\u{9b}"
        );
    }
}
