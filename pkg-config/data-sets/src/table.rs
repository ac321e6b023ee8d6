//! The table of data sets, `pkg-config/data-sets.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// All data sets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// In the order in which they are fetched.
    #[serde(rename = "set")]
    pub sets: Vec<Set>,
}

/// One data set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Its name, which is also that of its folder.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Its licence, as its publisher states it.
    pub licence: String,
    /// What it is needed for.
    pub need: Need,
    /// Where its files come from.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// What a data set is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The tests on public data, and training.
    Test,
    /// Only training and measuring.
    Train,
}

/// What is fetched as one piece.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Where it is published.
    pub from: Address,
    /// Its size.
    pub bytes: u64,
    /// Its sha256 in hexadecimal digits, if known.
    pub sha256: Option<String>,
    /// Whether we fetched it from there ourselves.
    pub tried: bool,
    /// What a person should know about it.
    pub note: Option<String>,
    /// The files that it gives.
    #[serde(rename = "file")]
    pub files: Vec<File>,
}

/// Where a source is published.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Address {
    /// An address for HTTP.
    Http(String),
    /// A package of Python's index, `NAME==VERSION`: its wheel.
    Pip(String),
}

/// A file of a data set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name in the folder of the set.
    pub name: String,
    /// In an archive: the file, or the folder, that it is made from.
    pub member: Option<String>,
    /// How it is made from the member.
    #[serde(default, rename = "as")]
    pub form: Form,
    /// Size of the content, before compression if the name ends in `.gz`.
    pub bytes: u64,
    /// The content's sha256 in hexadecimal digits.
    pub sha256: String,
}

/// How a file is made from what is published.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As it is.
    #[default]
    Same,
    /// A folder of `neg/ID_RATING.txt` and `pos/ID_RATING.txt` as a table: a line for each text, with 0 or
    /// 1, the name, and the text between tabs; negative ones first, each by their numbers.
    Reviews,
    /// Lines of a word and its numbers: the numbers of those lines that the named file lists, as 32-bit
    /// floats, little-endian.
    Vectors(PathBuf),
    /// The words of these lines, one per line.
    VectorWords(PathBuf),
}

impl Table {
    /// Reads the table of the project whose folder is `root`.
    ///
    /// # Errors
    /// If it cannot be read, or is not such a table.
    pub fn read(root: &Path) -> Result<Self> {
        let path = root.join("pkg-config/data-sets.toml");
        let problem = || path.display().to_string();
        Self::parse(&fs::read_to_string(&path).with_context(problem)?).with_context(problem)
    }

    /// Parses and checks a table.
    ///
    /// # Errors
    /// Says what is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self> {
        let table: Self = toml::from_str(text)?;
        for (at, set) in table.sets.iter().enumerate() {
            set.check().with_context(|| set.name.clone())?;
            let earlier = &table.sets[..at];
            ensure!(
                earlier.iter().all(|other| other.name != set.name),
                "two sets are called {}",
                set.name
            );
        }
        Ok(table)
    }

    /// The sets called `names`, or all of them without names.
    ///
    /// # Errors
    /// If no set has such a name.
    pub fn named(&self, names: &[String]) -> Result<Vec<&Set>> {
        if names.is_empty() {
            return Ok(self.sets.iter().collect());
        }
        let named = names.iter().map(|name| {
            let found = self.sets.iter().find(|set| set.name == *name);
            found
                .with_context(|| format!("there is no data set {name}; there are {}", self.names()))
        });
        named.collect()
    }

    /// The sets that the tests on public data read.
    pub fn for_tests(&self) -> impl Iterator<Item = &Set> {
        self.sets.iter().filter(|set| set.need == Need::Test)
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.sets.iter().map(|set| set.name.as_str()).collect();
        names.join(", ")
    }
}

impl Set {
    /// All its files.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.sources.iter().flat_map(|source| &source.files)
    }

    fn check(&self) -> Result<()> {
        is_file_name(&self.name)?;
        for source in &self.sources {
            source.check()?;
        }
        Ok(())
    }
}

impl Source {
    /// The name of the file that is fetched.
    pub fn file_name(&self) -> &str {
        match &self.from {
            Address::Http(address) => address.rsplit('/').next().unwrap_or_default(),
            Address::Pip(package) => package,
        }
    }

    /// The name of what has arrived of that file.
    pub fn part_name(&self) -> String {
        format!("{}.part", self.file_name())
    }

    /// The name under which it is kept until the set's files are made from it.
    pub fn whole_name(&self) -> String {
        format!("{}.whole", self.file_name())
    }

    fn check(&self) -> Result<()> {
        is_file_name(self.file_name())?;
        if let Address::Pip(package) = &self.from {
            ensure!(package.contains("=="), "{package} names no version");
        }
        let sums = self.files.iter().map(|file| &file.sha256);
        for sum in sums.chain(&self.sha256) {
            let is_sum = sum.len() == 64 && sum.bytes().all(|digit| digit.is_ascii_hexdigit());
            ensure!(is_sum, "{sum} is not a sha256");
        }
        ensure!(!self.files.is_empty(), "{} gives no file", self.file_name());
        for file in &self.files {
            is_file_name(&file.name)?;
        }
        Ok(())
    }
}

/// Checks that `name` does not lead to another folder.
fn is_file_name(name: &str) -> Result<()> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', ':']) {
        bail!("{name:?} is not a file name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The project's own table is one, and each list of lines that it names is there.
    #[test]
    fn the_project_has_a_table() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let table = Table::read(&root).unwrap();
        let all = |need| table.sets.iter().filter(|set| set.need == need).count();
        assert!(all(Need::Test) > 0 && all(Need::Train) > 0);
        for file in table.sets.iter().flat_map(Set::files) {
            if let Form::Vectors(lines) | Form::VectorWords(lines) = &file.form {
                assert!(root.join(lines).is_file(), "{}", lines.display());
            }
        }
    }

    const SUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn table(sets: &[(&str, &str, &str, &str)]) -> Result<Table> {
        let sets = sets.iter().map(|(name, from, file, sum)| {
            format!(
                "[[set]]\nname = {name:?}\ntitle = \"a set\"\nlicence = \"none\"\nneed = \"test\"\n\
                 [[set.source]]\nfrom.{from}\nbytes = 0\ntried = true\n\
                 [[set.source.file]]\nname = {file:?}\nbytes = 0\nsha256 = {sum:?}\n"
            )
        });
        Table::parse(&sets.collect::<String>())
    }

    #[test]
    fn a_table_that_would_lead_astray_is_refused() {
        let (http, pip) = ("http = \"https://localhost/a.zip\"", "pip = \"a==1.0\"");
        assert!(table(&[("a", http, "a.txt", SUM), ("b", pip, "b", SUM)]).is_ok());
        for (sets, problem) in [
            (&[("../a", http, "a", SUM)][..], "is not a file name"),
            (&[("a", http, "b/a", SUM)], "is not a file name"),
            (
                &[("a", "http = \"https://localhost/\"", "a", SUM)],
                "is not a file name",
            ),
            (&[("a", "pip = \"a\"", "a", SUM)], "names no version"),
            (&[("a", http, "a", "e3b0")], "is not a sha256"),
            (&[("a", "ftp = \"a\"", "a", SUM)], "unknown variant"),
            (&[("a", http, "a", SUM), ("a", pip, "a", SUM)], "two sets"),
        ] {
            let error = format!("{:#}", table(sets).unwrap_err());
            assert!(error.contains(problem), "{error}");
        }
    }

    #[test]
    fn sets_are_found_by_name() {
        let (from, names) = ("pip = \"a==1.0\"", |names: &[&str]| {
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>()
        });
        let table = table(&[("a", from, "x", SUM), ("b", from, "x", SUM)]).unwrap();
        assert_eq!(table.named(&[]).unwrap().len(), 2);
        assert_eq!(table.named(&names(&["b"])).unwrap()[0].name, "b");
        let error = table.named(&names(&["a", "c"])).unwrap_err().to_string();
        assert_eq!(error, "there is no data set c; there are a, b");
    }
}
