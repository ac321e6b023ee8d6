//! Where the data sets are, and how complete.

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf, absolute};

use crate::table::{File, Set, Source, Table};

/// The variable of the environment that names the folder of the data sets.
pub const VARIABLE: &str = "SAFR_DATA";

/// The folder around the data sets' folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Whether a person named it.
    pub is_named: bool,
}

/// How much of a data set exists here.
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    /// Every file.
    Whole,
    /// All but these files, or not as large as they should be.
    Part(Vec<String>),
    /// None.
    Missing,
}

impl Folder {
    /// The folder that a person `named`; otherwise whichever of `data` and `../shared/data`, relative to the
    /// project's folder `root`, holds more of the table's files, `data` if neither does.
    pub fn find(root: &Path, table: &Table, named: Option<OsString>) -> Self {
        let named = named.filter(|path| !path.is_empty());
        if let Some(path) = named.and_then(|path| absolute(path).ok()) {
            let is_named = true;
            return Self { path, is_named };
        }
        let shared = root.with_file_name("shared").join("data");
        let own = Self::own(root);
        let shared = Self {
            path: shared,
            is_named: false,
        };
        if shared.held(table) > own.held(table) {
            shared
        } else {
            own
        }
    }

    /// The project's own, in its folder `root`.
    pub fn own(root: &Path) -> Self {
        Self {
            path: root.join("data"),
            is_named: false,
        }
    }

    /// How many of the table's files exist here, whole.
    fn held(&self, table: &Table) -> usize {
        let held = |set: &Set| set.files().filter(|file| self.holds(set, file)).count();
        table.sets.iter().map(held).sum()
    }

    /// How much of `sets` exists here, by the sizes of their files.
    pub fn state<'a>(&self, sets: impl IntoIterator<Item = &'a Set>) -> State {
        let (mut there, mut wrong) = (0, Vec::new());
        for set in sets {
            for file in set.files() {
                let name = format!("{}/{}", set.name, file.name);
                match size(&self.place(set, file), file) {
                    None => wrong.push(name),
                    Some(size) => {
                        there += 1;
                        if size != file.bytes {
                            wrong.push(format!("{name} (damaged)"));
                        }
                    }
                }
            }
        }
        match (there, wrong.is_empty()) {
            (_, true) => State::Whole,
            (0, false) => State::Missing,
            _ => State::Part(wrong),
        }
    }

    /// Bytes to fetch for what `set` lacks.
    pub fn to_come(&self, set: &Set) -> u64 {
        let lacks = |source: &&Source| !source.files.iter().all(|file| self.holds(set, file));
        let sources = set.sources.iter().filter(lacks);
        let left = sources.map(|source| {
            let part = self.path.join(&set.name).join(source.part_name());
            let come = fs::metadata(part).map_or(0, |facts| facts.len());
            source.bytes.saturating_sub(come)
        });
        left.sum()
    }

    fn holds(&self, set: &Set, file: &File) -> bool {
        size(&self.place(set, file), file) == Some(file.bytes)
    }

    fn place(&self, set: &Set, file: &File) -> PathBuf {
        self.path.join(&set.name).join(&file.name)
    }
}

/// The size of the content of `file` at `path`, before compression if the name ends in `.gz`; `None` if there is no
/// such file.
fn size(path: &Path, file: &File) -> Option<u64> {
    let facts = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    if !file.name.ends_with(".gz") {
        return Some(facts.len());
    }
    Some(size_before_gzip(path).unwrap_or(0))
}

/// The size that a gzip file states in its last four bytes.
fn size_before_gzip(path: &Path) -> std::io::Result<u64> {
    let mut file = fs::File::open(path)?;
    file.seek(SeekFrom::End(-4))?;
    let mut size = [0; 4];
    file.read_exact(&mut size)?;
    Ok(u32::from_le_bytes(size).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
        [[set]]
        name = "a"
        title = "letters"
        licence = "none"
        need = "test"
        [[set.source]]
        from.pip = "a==1.0"
        bytes = 10
        tried = true
        file = [
            { name = "x", bytes = 1, sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" },
            { name = "y", bytes = 1, sha256 = "a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa" },
        ]
    "#;

    fn put(place: &Path, file: &str) {
        fs::create_dir_all(place.join("a")).unwrap();
        fs::write(place.join("a").join(file), "x").unwrap();
    }

    #[test]
    fn a_named_folder_comes_before_the_clone_s_and_that_before_the_shared_one() {
        let table = Table::parse(TABLE).unwrap();
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("clone");
        fs::create_dir(&root).unwrap();
        let found = |named: Option<&str>| {
            let folder = Folder::find(&root, &table, named.map(OsString::from));
            (folder.path, folder.is_named)
        };
        let (own, shared) = (root.join("data"), home.path().join("shared/data"));
        assert_eq!(found(None), (own.clone(), false));
        put(&shared, "x");
        fs::create_dir(&own).unwrap();
        assert_eq!(found(None), (shared, false));
        put(&own, "y");
        assert_eq!(found(Some("")), (own, false));
        assert_eq!(found(Some("/else")), (PathBuf::from("/else"), true));
    }

    /// One that holds only a part, such as word vectors for training, hides no whole one.
    #[test]
    fn the_shared_folder_is_taken_if_it_holds_more_than_the_clone_s() {
        let table = Table::parse(TABLE).unwrap();
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("clone");
        let found = || Folder::find(&root, &table, None).path;
        let (own, shared) = (root.join("data"), home.path().join("shared/data"));
        put(&own, "x");
        put(&shared, "y");
        assert_eq!(found(), own);
        put(&shared, "x");
        assert_eq!(found(), shared);
        put(&own, "y");
        assert_eq!(found(), own);
        fs::write(own.join("a/y"), "cut off").unwrap();
        assert_eq!(found(), shared);
    }

    #[test]
    fn a_set_is_whole_in_part_or_missing() {
        let table = Table::parse(TABLE).unwrap();
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::find(Path::new("."), &table, Some(place.path().into()));
        assert_eq!(folder.state(&table.sets), State::Missing);
        assert_eq!(folder.to_come(&table.sets[0]), 10);
        put(place.path(), "a==1.0.part");
        assert_eq!(folder.to_come(&table.sets[0]), 9);
        put(place.path(), "y");
        let missing = vec!["a/x".to_owned()];
        assert_eq!(folder.state(&table.sets), State::Part(missing));
        put(place.path(), "x");
        assert_eq!(folder.state(&table.sets), State::Whole);
        assert_eq!(folder.to_come(&table.sets[0]), 0);
    }

    #[test]
    fn a_file_of_another_size_is_damaged() {
        let table = Table::parse(&TABLE.replace("\"y\"", "\"y.gz\"")).unwrap();
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::find(Path::new("."), &table, Some(place.path().into()));
        let damaged = |files: &[&str]| {
            let of_set = files.iter().map(|file| format!("a/{file}"));
            State::Part(of_set.collect())
        };
        put(place.path(), "x");
        put(place.path(), "y.gz"); // One byte, which no gzip file is.
        assert_eq!(folder.state(&table.sets), damaged(&["y.gz (damaged)"]));
        fs::write(place.path().join("a/y.gz"), b"anything \x01\0\0\0").unwrap();
        assert_eq!(folder.state(&table.sets), State::Whole);
        fs::write(place.path().join("a/x"), "").unwrap();
        assert_eq!(folder.state(&table.sets), damaged(&["x (damaged)"]));
        assert_eq!(folder.to_come(&table.sets[0]), 10);
    }
}
