//! Printing, with styles, to readers who may be gone.

use std::fmt::{Display, Formatter};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::AutoStream;
use anyhow::Context;
use clap::builder::styling::{AnsiColor, Style};
use clap::{Args, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::hint::hint;
use crate::presets::PresetError;

/// What counts most.
pub(crate) const STRONG: Style = Style::new().bold();
/// What speaks for something.
pub(crate) const FOR: Style = AnsiColor::Green.on_default();
/// What speaks against it.
pub(crate) const AGAINST: Style = AnsiColor::Red.on_default();
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// After a command's own options.
const LAST: usize = 100;

/// Whether only results and errors are wanted.
static QUIET: AtomicBool = AtomicBool::new(false);

/// How all commands print.
#[derive(Args, Clone, Debug)]
pub(crate) struct Printing {
    /// Print only results and errors: no progress, no remarks
    #[arg(short, long, global = true, display_order = LAST)]
    quiet: bool,
    /// Use colour
    ///
    /// `auto` uses it on a terminal, unless the environment sets NO_COLOR.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        display_order = LAST,
        default_value = "auto"
    )]
    color: ColorChoice,
}

impl Printing {
    /// Applies this from now on.
    pub(crate) fn begin(&self) {
        QUIET.store(self.quiet, Ordering::Relaxed);
        let color = match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        color.write_global();
    }
}

/// Text with styles, which come only from the program: control characters in the text are escaped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Styled(pub(super) String);

impl Styled {
    /// A text in a style.
    pub(crate) fn in_style(style: Style, text: &str) -> Self {
        Self(format!("{style}{}{style:#}", printable(text)))
    }

    /// These, one after the other.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }
}

impl<T: AsRef<str>> From<T> for Styled {
    fn from(text: T) -> Self {
        Self(printable(text.as_ref()))
    }
}

impl Display for Styled {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether standard output is one of the command's files.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether a file's name, `-`, means standard output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Keeps standard output for one file: results for people go to standard error from now on.
///
/// # Errors
/// If another file has it.
pub(crate) fn take() -> anyhow::Result<()> {
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
pub(crate) fn show(result: impl Into<Styled>) -> anyhow::Result<()> {
    match write(&result.into()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output")
        }
        _ => Ok(()),
    }
}

/// Reports, in a line of standard output, how lengthy work is going, which continues whether or not anybody listens.
pub(crate) fn tell(line: impl Display) {
    if !is_quiet() {
        let _ = write(&(one_line(&line.to_string()) + "\n").into());
    }
}

/// Says on standard error, in a line, what was not asked for but should be known: how data are read, or where a
/// result is. Nobody may be listening.
pub(crate) fn remark(line: impl Display) {
    if !is_quiet() {
        let _ = writeln!(io::stderr(), "{}", one_line(&line.to_string()));
    }
}

/// Says why the command failed.
pub(crate) fn fail(error: &anyhow::Error) {
    let mut message = whole(error);
    if let Some(hint) = hint(error) {
        message += &format!("; {hint}");
    }
    let message = match error.chain().any(|cause| cause.is::<PresetError>()) {
        // It shows the place in the file.
        true => printable(&message),
        false => one_line(&message),
    };
    let mut out = AutoStream::auto(io::stderr().lock());
    // Nobody may be listening.
    let _ = writeln!(out, "{ERROR}safr:{ERROR:#} {message}");
}

/// An error and its causes, each once: some say their cause themselves.
fn whole(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message += &format!(": {cause}");
        }
    }
    message
}

/// A bar on standard error, if that is a terminal: of `length` steps, as `template` says.
pub(crate) fn progress(template: &str, length: Option<u64>) -> ProgressBar {
    let target = match is_quiet() {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    };
    let style = ProgressStyle::with_template(template);
    ProgressBar::with_draw_target(length, target)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

fn write(text: &Styled) -> io::Result<()> {
    let mut out: Box<dyn Write> = match TAKEN.load(Ordering::Relaxed) {
        true => Box::new(AutoStream::auto(io::stderr().lock())),
        false => Box::new(AutoStream::auto(io::stdout().lock())),
    };
    out.write_all(text.0.as_bytes())?;
    out.flush()
}

/// `text` with its control characters, except line ends and tabs, written as escapes: the contents of a file or a
/// model must not move the cursor, nor reverse the text next to them.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match moves(c) && !matches!(c, '\n' | '\t') {
            true => printable.extend(c.escape_default()),
            false => printable.push(c),
        }
    }
    printable
}

/// [`printable`] in one line: file names may contain line ends, too.
pub(crate) fn one_line(text: &str) -> String {
    printable(text).replace('\n', "\\n")
}

/// Whether a character shows only in what it does to others: a control character, a separator of lines or paragraphs,
/// or one that reverses what follows.
fn moves(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
        assert_eq!(
            printable("gol\u{202e}.txt👍\u{200d}"),
            "gol\\u{202e}.txt👍\u{200d}"
        );
        assert_eq!(one_line("a\nb"), "a\\nb");
    }

    #[test]
    fn styles_are_the_programs_alone() {
        let text = ["\u{1b}[1m".into(), Styled::in_style(STRONG, "\u{1b}[3m")];
        assert_eq!(
            Styled::all(text).to_string(),
            "\\u{1b}[1m\u{1b}[1m\\u{1b}[3m\u{1b}[0m"
        );
    }
}
