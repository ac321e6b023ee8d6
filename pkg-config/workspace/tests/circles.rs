//! No two files of a crate need each other, directly or through others.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module's path within its crate; the crate itself has none.
type Module = Vec<String>;

/// The modules of a crate that are files, with the paths that their code uses.
struct Crate(BTreeMap<Module, Vec<Module>>);

impl Crate {
    fn read(folder: &Path) -> Self {
        let mut modules = BTreeMap::new();
        read(folder, &[], &mut modules);
        Self(modules)
    }

    /// The modules that `module` uses, whether or not by a name that another one re-exports.
    fn used(&self, module: &Module) -> BTreeSet<Module> {
        let paths = self.0[module].iter();
        let found = paths.filter_map(|path| self.resolve(module, path, 0));
        found.filter(|other| other != module).collect()
    }

    /// The module that holds what `path` names in `module`; `None` if it is of another crate.
    fn resolve(&self, module: &Module, path: &[String], depth: usize) -> Option<Module> {
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Module::new(),
            "self" => module.clone(),
            "super" => module[..module.len().checked_sub(1)?].to_vec(),
            name if self.0.contains_key(&child(module, name)) => child(module, name),
            _ => return None,
        };
        while let Some((name, more)) = rest.split_first() {
            at = match name.as_str() {
                "super" => at[..at.len().checked_sub(1)?].to_vec(),
                name if self.0.contains_key(&child(&at, name)) => child(&at, name),
                _ => break,
            };
            rest = more;
        }
        // A name that `at` re-exports is of where it comes from.
        let exported = rest.first().and_then(|name| {
            let mut uses = self.0.get(&at)?.iter();
            uses.find(|path| path.len() > 1 && path.last() == Some(name))
        });
        let origin = exported.filter(|_| depth < 8);
        origin
            .and_then(|path| self.resolve(&at, path, depth + 1))
            .or(Some(at))
    }

    /// A module that needs itself by way of others, and that way.
    fn circle(&self) -> Option<Vec<Module>> {
        let mut done = BTreeSet::new();
        let modules = self.0.keys();
        modules
            .filter(|module| !self.is_contents(module))
            .find_map(|module| self.circle_from(module, &mut Vec::new(), &mut done))
    }

    fn circle_from(
        &self,
        module: &Module,
        way: &mut Vec<Module>,
        done: &mut BTreeSet<Module>,
    ) -> Option<Vec<Module>> {
        if let Some(at) = way.iter().position(|one| one == module) {
            return Some(way[at..].to_vec());
        }
        if done.contains(module) || self.is_contents(module) {
            return None;
        }
        way.push(module.clone());
        let used = self.used(module);
        let found = used
            .iter()
            .find_map(|other| self.circle_from(other, way, done));
        way.pop();
        done.insert(module.clone());
        found
    }

    /// Whether a module is a table of contents: it has modules of its own.
    fn is_contents(&self, module: &Module) -> bool {
        let mut others = self.0.keys();
        others.any(|other| other.len() > module.len() && other.starts_with(module))
    }
}

fn child(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

fn read(folder: &Path, module: &[String], modules: &mut BTreeMap<Module, Vec<Module>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            read(&path, &child(module, &name), modules);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let own = match name.as_str() {
                "mod" | "lib" | "main" => module.to_vec(),
                _ => child(module, &name),
            };
            let text = fs::read_to_string(&path).unwrap();
            modules.entry(own).or_default().extend(paths(&text));
        }
    }
}

/// The paths that code uses, tests and comments left out.
fn paths(text: &str) -> Vec<Module> {
    let code = text.split("mod tests {").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    let statements = code.split("use ").skip(1);
    let imported = statements.filter_map(|rest| rest.split_once(';'));
    let mut paths: Vec<Module> = imported.flat_map(|(tree, _)| branches(tree)).collect();
    for root in ["crate::", "super::"] {
        let inline = code.split(root).skip(1).map(|rest| {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
            names(&format!("{root}{}", &rest[..end.unwrap_or(rest.len())]))
        });
        paths.extend(inline);
    }
    paths
}

/// The paths of `a::{b, c::{d, e}}`.
fn branches(tree: &str) -> Vec<Module> {
    let Some((stem, rest)) = tree.split_once('{') else {
        return vec![names(tree)];
    };
    let (mut depth, mut branch, mut all) = (0, String::new(), Vec::new());
    for c in rest.chars() {
        match c {
            ',' | '}' if depth == 0 => all.push(std::mem::take(&mut branch)),
            _ => branch.push(c),
        }
        depth += i32::from(c == '{') - i32::from(c == '}');
    }
    let branches = all.iter().filter(|branch| !branch.trim().is_empty());
    branches
        .flat_map(|branch| branches_of(stem, branch))
        .collect()
}

fn branches_of(stem: &str, branch: &str) -> Vec<Module> {
    branches(&format!("{stem}{}", branch.trim()))
}

fn names(path: &str) -> Module {
    let path = path.split(" as ").next().unwrap();
    let names = path.split("::").map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_files_need_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for folder in [
        "src",
        "pkg-config/data-sets/src",
        "pkg-config/experiments/src",
        "pkg-config/workspace/src",
        "pkg-config/xtask/src",
    ] {
        let all = Crate::read(&root.join(folder));
        assert!(all.0.len() >= 5, "{folder} was not read");
        assert_eq!(all.circle(), None, "{folder}");
    }
}

#[test]
fn a_circle_is_found_through_a_table_of_contents() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::create_dir(folder.join("a")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("lib.rs", "mod a;");
    write("a/mod.rs", "mod one;\nmod two;\npub use one::{One, Other};");
    write("a/one.rs", "use std::fmt;\nuse super::two::Two;");
    write("a/two.rs", "// use crate::a::One;\npub struct Two;");
    assert_eq!(Crate::read(folder).circle(), None);
    write("a/two.rs", "fn f() -> crate::a::Other { todo() }");
    let found = Crate::read(folder).circle().unwrap();
    let names: Vec<String> = found.iter().map(|module| module.join("/")).collect();
    assert_eq!(names, ["a/one", "a/two"]);
}
