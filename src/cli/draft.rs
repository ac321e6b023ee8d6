//! A file that is written completely or not at all, and never over a file that the same command reads, or a model.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Serialize;

use super::{files, out};
use crate::package::part::Part;

/// Maximum number of links that are followed, as in Linux.
const MOST_LINKS: usize = 40;

/// A file that a command was asked for. Making it shows, before any work is done, whether it can be written.
pub(super) struct Draft {
    file: BufWriter<Target>,
    path: PathBuf,
}

/// Where it is written.
enum Target {
    /// Next to its final place, until it is [kept](Draft::keep).
    Beside(Part),
    /// In its final place, which is not a plain file but standard output, a pipe or a device.
    InPlace(Box<dyn Write>),
}

impl Target {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(match final_place(path) {
            Some(place) => Self::Beside(Part::create(&place)?),
            None => Self::InPlace(Box::new(File::create(path)?)),
        })
    }
}

impl Draft {
    /// Begins the file `path`, or standard output if that is `-`, in a command that reads the files
    /// `inputs`.
    pub(super) fn create(path: &Path, inputs: &[PathBuf]) -> anyhow::Result<Self> {
        if out::is_standard(path) {
            out::take()?;
            let target = Target::InPlace(Box::new(io::stdout()));
            return Ok(Self::to(path, target));
        }
        spare(path, inputs)?;
        spare_models(path)?;
        Self::own(path)
    }

    /// Begins a file of the model that the command itself writes.
    pub(super) fn own(path: &Path) -> anyhow::Result<Self> {
        let target = Target::of(path).with_context(|| path.display().to_string())?;
        Ok(Self::to(path, target))
    }

    fn to(path: &Path, target: Target) -> Self {
        Self {
            file: BufWriter::new(target),
            path: path.to_owned(),
        }
    }

    /// Begins a file that was asked for.
    pub(super) fn of(path: Option<&PathBuf>, inputs: &[PathBuf]) -> anyhow::Result<Option<Self>> {
        path.map(|path| Self::create(path, inputs)).transpose()
    }

    /// Puts the file in its place.
    pub(super) fn keep(mut self) -> anyhow::Result<()> {
        let flushed = self.file.flush();
        self.written(flushed)?;
        match self.file.into_parts().0 {
            Target::Beside(part) => part.keep().with_context(|| self.path.display().to_string()),
            Target::InPlace(_) => Ok(()),
        }
    }

    /// Writes `bytes` and nothing else.
    pub(super) fn fill(mut self, bytes: &[u8]) -> anyhow::Result<()> {
        let written = self.file.write_all(bytes);
        self.written(written)?;
        self.keep()
    }

    /// Writes `value` as JSON and nothing else.
    pub(super) fn fill_json(self, value: &(impl Serialize + ?Sized)) -> anyhow::Result<()> {
        self.fill((serde_json::to_string(value)? + "\n").as_bytes())
    }

    /// How writing ended. A reader that hangs up wants no more of it.
    fn written(&self, ended: io::Result<()>) -> anyhow::Result<()> {
        let in_place = matches!(self.file.get_ref(), Target::InPlace(_));
        match ended {
            Err(error) if error.kind() == ErrorKind::BrokenPipe && in_place => Ok(()),
            ended => ended.with_context(|| match out::is_standard(&self.path) {
                true => "standard output".to_owned(),
                false => self.path.display().to_string(),
            }),
        }
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Beside(part) => part.write(bytes),
            Self::InPlace(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Beside(part) => part.flush(),
            Self::InPlace(file) => file.flush(),
        }
    }
}

/// Checks that writing the file `output` destroys none of the files `inputs`.
pub(super) fn spare(output: &Path, inputs: &[PathBuf]) -> anyhow::Result<()> {
    let place = final_place(output).unwrap_or_else(|| output.to_owned());
    let [place, part] = [&place, &Part::of(&place)].map(|path| path.canonicalize().ok());
    for input in inputs {
        let input = input.canonicalize().ok();
        ensure!(
            input.is_none() || (input != place && input != part),
            "{} is read by this command and would be overwritten; name another file",
            output.display()
        );
    }
    Ok(())
}

/// Checks that writing the file `output` destroys no model, even if the command reads another one or none.
fn spare_models(output: &Path) -> anyhow::Result<()> {
    let place = final_place(output).unwrap_or_else(|| output.to_owned());
    let place = place.canonicalize().unwrap_or(place);
    ensure!(
        !files::is_of_model(&place),
        "{} is a file of a model; name another file",
        output.display()
    );
    ensure!(
        !files::is_zip(&place),
        "{} is a zip file, perhaps of a model; name another file",
        output.display()
    );
    Ok(())
}

/// Where the plain file `path` is, or will be, which is behind any links; `None` if it is something else, such as
/// a pipe.
fn final_place(path: &Path) -> Option<PathBuf> {
    if path.metadata().is_ok_and(|facts| !facts.is_file()) {
        return None;
    }
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = place.read_link() else {
            return Some(place);
        };
        // `/dev/stdout` leads to a plain file only if the shell writes it, and that file must stay the shell's.
        if ["/dev", "/proc"].iter().any(|of| place.starts_with(of)) {
            return None;
        }
        place = place.parent()?.join(target);
    }
    None
}
