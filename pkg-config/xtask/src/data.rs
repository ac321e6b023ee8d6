//! `data`: lists the public data sets and fetches them; and where everything here looks for them.

use std::env;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use data_sets::{Address, Folder, Need, Set, State, Table, VARIABLE};

use crate::process::run as run_command;
use crate::project::Project;

/// Fetch the public data sets that tests and training read
///
/// They go into the project's folder `data`, or into the one that SAFR_DATA names. `--list` shows their names and
/// sizes.
#[derive(Args)]
pub(crate) struct Data {
    /// Fetch these sets [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Fetch nothing: say what the sets are, their licences and sizes, and what is there
    #[arg(long)]
    list: bool,
}

/// Lists the sets, or fetches what they lack.
pub(crate) fn run(project: &Project, options: &Data) -> Result<()> {
    let sets = Sets::find(project)?;
    let chosen = sets.table.named(&options.names)?;
    let place = sets.path().display();
    if options.list {
        print!("Data sets in {place}\n{}", sets.list(&chosen));
        return Ok(());
    }
    if sets.folder.state(chosen.iter().copied()) == State::Whole {
        println!("Nothing is missing in {place}");
        return Ok(());
    }
    let into = sets.to_fill(project);
    let place = into.path.display();
    let to_come = chosen.iter().map(|set| into.to_come(set)).sum();
    println!("{} to fetch into {place}", megabytes(to_come));
    run_command(&mut project.cargo(&format!("build {FETCHER} --bin data-sets")))?;
    let program = format!("data-sets{}", env::consts::EXE_SUFFIX);
    let mut program = project.command(project.programs().join(program));
    program.arg(&project.root).arg(&into.path);
    run_command(program.args(chosen.iter().map(|set| &set.name)))?;
    if let Err(problem) = Sets::find(project)?.for_tests() {
        println!("The lane `data` of the tests needs more: {problem}");
    }
    Ok(())
}

/// This tool and the others of the project, with the fetcher. Built together, they share their dependencies.
pub(crate) const FETCHER: &str = "--package xtask --package workspace --package experiments --package data-sets --features data-sets/fetch";

/// What exists here of a set.
pub(crate) struct Line<'a> {
    pub(crate) set: &'a Set,
    pub(crate) state: State,
    /// Whether the tests fail without the rest of it, as things are.
    pub(crate) is_needed: bool,
}

/// The public data sets, and where they are.
pub(crate) struct Sets {
    table: Table,
    folder: Folder,
}

impl Sets {
    /// Those of the project, in the folder that SAFR_DATA names, or else where they are.
    pub(crate) fn find(project: &Project) -> Result<Self> {
        let table = Table::read(&project.root)?;
        let folder = Folder::find(&project.root, &table, env::var_os(VARIABLE));
        Ok(Self { table, folder })
    }

    /// Where sets are fetched to: nothing goes into a folder that was only found.
    fn to_fill(&self, project: &Project) -> Folder {
        match self.folder.is_named {
            true => self.folder.clone(),
            false => Folder::own(&project.root),
        }
    }

    /// The folder around them.
    pub(crate) fn path(&self) -> &Path {
        &self.folder.path
    }

    /// The folder, for the tests on public data; `None` if there are none and nobody says that there are.
    ///
    /// # Errors
    /// If some are missing.
    pub(crate) fn for_tests(&self) -> Result<Option<PathBuf>> {
        let place = self.path().display();
        match self.folder.state(self.table.for_tests()) {
            State::Whole => Ok(Some(self.path().to_owned())),
            State::Missing if !self.folder.is_named => Ok(None),
            State::Missing => bail!("{VARIABLE} names {place}, which holds no data set"),
            State::Part(missing) => bail!(
                "{place} does not hold {}; to get it: cargo xtask data",
                missing.join(", ")
            ),
        }
    }

    /// The folder of the set `name`, here or in the project's own folder of data, if it is whole.
    ///
    /// # Errors
    /// If there is no such set.
    pub(crate) fn place_of(&self, project: &Project, name: &str) -> Result<Option<PathBuf>> {
        let sets = self.table.named(&[name.to_owned()])?;
        let own = Folder::own(&project.root);
        let mut folders = [&self.folder, &own].into_iter();
        let whole = folders.find(|folder| folder.state(sets.iter().copied()) == State::Whole);
        Ok(whole.map(|folder| folder.path.join(name)))
    }

    /// A line for each set, for `doctor`: see [`Line`].
    pub(crate) fn lines(&self) -> Vec<Line<'_>> {
        let lacks_some = self.for_tests().is_err();
        let line = |set| Line {
            set,
            state: self.folder.state([set]),
            is_needed: lacks_some && set.need == Need::Test,
        };
        self.table.sets.iter().map(line).collect()
    }

    /// What people should know before fetching `sets`.
    fn list(&self, sets: &[&Set]) -> String {
        let mut list = String::new();
        for set in sets {
            let state = match self.folder.state([*set]) {
                State::Whole => "there".to_owned(),
                State::Part(missing) => format!("in part, without {}", missing.join(", ")),
                State::Missing => {
                    format!("missing, {} to fetch", megabytes(self.folder.to_come(set)))
                }
            };
            let _ = write!(
                list,
                "\n{:12} {}\n  state      {state}\n  needed to  {}\n  licence    {}\n",
                set.name,
                set.title,
                need(set.need),
                set.licence
            );
            for source in &set.sources {
                let from = match &source.from {
                    Address::Http(address) => address.clone(),
                    Address::Pip(package) => format!("the Python package {package}"),
                };
                let tried = if source.tried {
                    ""
                } else {
                    ", address not tried"
                };
                let size = megabytes(source.bytes);
                let _ = writeln!(list, "  from       {from} ({size}{tried})");
                if let Some(note) = &source.note {
                    let _ = writeln!(list, "  note       {note}");
                }
            }
        }
        list
    }
}

/// What a set is needed for, as a word.
pub(crate) fn need(need: Need) -> &'static str {
    match need {
        Need::Test => "test",
        Need::Train => "train",
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const TABLE: &str = r#"
        [[set]]
        name = "letters"
        title = "Letters of people"
        licence = "none stated"
        need = "test"
        [[set.source]]
        from.http = "http://localhost/letters.zip"
        bytes = 1_260_000
        tried = false
        note = "two of many"
        [[set.source.file]]
        name = "x"
        member = "x"
        bytes = 1
        sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        [[set.source.file]]
        name = "y"
        member = "y"
        bytes = 1
        sha256 = "a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa"

        [[set]]
        name = "numbers"
        title = "Numbers"
        licence = "CC0"
        need = "train"
        [[set.source]]
        from.pip = "numbers==1.0"
        bytes = 100_000
        tried = true
        file = [{ name = "one", member = "one", bytes = 1, sha256 = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b" }]
    "#;

    fn sets(folder: &Path, is_named: bool) -> Sets {
        let path = folder.to_owned();
        Sets {
            table: Table::parse(TABLE).unwrap(),
            folder: Folder { path, is_named },
        }
    }

    fn put(folder: &Path, file: &str) {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }

    fn needed(sets: &Sets) -> Vec<bool> {
        sets.lines().iter().map(|line| line.is_needed).collect()
    }

    #[test]
    fn tests_go_without_data_only_where_there_are_none_and_none_are_named() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let (own, named) = (sets(home, false), sets(home, true));
        put(home, "numbers/one"); // No test reads these.
        assert_eq!(own.for_tests().unwrap(), None);
        assert_eq!(needed(&own), [false, false]);
        let problem = named.for_tests().unwrap_err().to_string();
        assert!(problem.starts_with("SAFR_DATA names "), "{problem}");
        assert_eq!(needed(&named), [true, false]);

        put(home, "letters/y");
        for sets in [&own, &named] {
            let problem = sets.for_tests().unwrap_err().to_string();
            assert!(problem.contains("does not hold letters/x;"), "{problem}");
            assert_eq!(needed(sets), [true, false]);
        }
        put(home, "letters/x");
        assert_eq!(own.for_tests().unwrap().as_deref(), Some(home));
        assert_eq!(needed(&own), [false, false]);
    }

    #[test]
    fn the_list_says_what_is_there_and_on_which_terms() {
        let home = tempfile::tempdir().unwrap();
        let sets = sets(home.path(), false);
        put(home.path(), "letters/y");
        let list = sets.list(&sets.table.named(&[]).unwrap());
        let expected = "
letters      Letters of people
  state      in part, without letters/x
  needed to  test
  licence    none stated
  from       http://localhost/letters.zip (1.3 MB, address not tried)
  note       two of many

numbers      Numbers
  state      missing, 0.1 MB to fetch
  needed to  train
  licence    CC0
  from       the Python package numbers==1.0 (0.1 MB)
";
        assert_eq!(list, expected);
    }
}
