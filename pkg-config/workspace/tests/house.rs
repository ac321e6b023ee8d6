//! The code is built as docs/architecture.md draws it.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the package, the lowest first: each may use those before it.
const FLOORS: [&str; 14] = [
    "text",
    "explain",
    "kernels",
    "model",
    "objective",
    "attribute",
    "evaluate",
    "chart",
    "train",
    "presets",
    "package",
    "engine",
    "web",
    "cli",
];

/// These two know nothing of each other.
const SHELLS: [&str; 2] = ["web", "cli"];

/// Maximum number of lines in a file that a person writes.
const LINES: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files below `folder`, with their text, whose names end in one of `ends`.
fn files(folder: &Path, ends: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["node_modules", "target"].contains(&name.as_str()) {
            found.extend(files(&path, ends));
        } else if ends.iter().any(|end| name.ends_with(end)) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// Names of the package's modules that `text` uses.
fn used(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '_'));
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn no_module_uses_one_of_a_higher_floor() {
    let mut modules = 0;
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.is_dir() {
            continue;
        }
        let floor = FLOORS.iter().position(|name| *name == module);
        let floor = floor.unwrap_or_else(|| panic!("{module} has no floor"));
        modules += 1;
        for (file, text) in files(&path, &[".rs"]) {
            for other in used(&text) {
                let Some(below) = FLOORS.iter().position(|name| *name == other) else {
                    continue;
                };
                assert!(below <= floor, "{} uses {other}", file.display());
                let shells = SHELLS.contains(&module.as_str()) && SHELLS.contains(&other);
                assert!(
                    !shells || other == module,
                    "{} uses {other}",
                    file.display()
                );
            }
        }
    }
    assert_eq!(modules, FLOORS.len());
}

/// The string literals of code, tests and comments left out.
fn literals(text: &str) -> Vec<String> {
    let code = text.split("mod tests {").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    // Quotes that begin or end no literal.
    let code = ["\\\\", "'\"'", "'\\\"'", "\\\""]
        .iter()
        .fold(code, |code, quote| code.replace(quote, " "));
    let parts: Vec<&str> = code.split('"').collect();
    assert_eq!(parts.len() % 2, 1, "quotes in pairs: {code}");
    let literals = parts.iter().skip(1).step_by(2);
    literals.map(|literal| (*literal).to_owned()).collect()
}

/// Whether a text speaks of the page, or of the command and its options.
fn is_of_a_shell(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    text.contains("safr ")
        || text
            .split("--")
            .skip(1)
            .any(|end| end.starts_with(is_letter))
        || words.any(|word| ["browser", "command", "natively", "page"].contains(&word))
}

/// So that one floor serves both shells, and each says what to do in its own words.
#[test]
fn only_the_shells_speak_of_the_page_and_of_options() {
    let floors = FLOORS.iter().filter(|floor| !SHELLS.contains(floor));
    for floor in floors {
        for (file, text) in files(&root().join("src").join(floor), &[".rs"]) {
            let found = literals(&text).into_iter().find(|text| is_of_a_shell(text));
            assert_eq!(found, None, "{}", file.display());
        }
    }
    for text in ["see --json", "Reload the page.", "train natively"] {
        assert!(is_of_a_shell(text), "{text}");
    }
    assert!(!is_of_a_shell("a -- b, packages and pages"));
}

/// The number of a section at the beginning of a text, such as 4 or 4.2; empty if there is none.
fn number(text: &str) -> &str {
    let end = text.find(|c: char| c != '.' && !c.is_ascii_digit());
    text[..end.unwrap_or(text.len())].trim_end_matches('.')
}

#[test]
fn comments_cite_sections_that_exist() {
    let method = fs::read_to_string(root().join("docs/method.md")).unwrap();
    let headings = method
        .lines()
        .filter_map(|line| line.strip_prefix("## ").or(line.strip_prefix("**")));
    let sections: Vec<&str> = headings.map(number).filter(|one| !one.is_empty()).collect();
    let mut cited = 0;
    for folder in ["src", "tests"] {
        for (file, text) in files(&root().join(folder), &[".rs"]) {
            for mut rest in text.split("method §").skip(1) {
                loop {
                    let number = number(rest);
                    let place = file.display();
                    assert!(sections.contains(&number), "{place} cites §{number}");
                    cited += 1;
                    // Others may follow: "method §3.2, §6".
                    let mut by = [", §", " and §", " to §"].into_iter();
                    match by.find_map(|by| rest[number.len()..].strip_prefix(by)) {
                        Some(next) => rest = next,
                        None => break,
                    }
                }
            }
        }
    }
    assert!(cited > 50, "{cited}");
}

#[test]
fn the_drawing_shows_the_floors() {
    let drawing = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rows = drawing
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|row| row.split('`').next());
    let drawn: Vec<&str> = rows.filter(|name| FLOORS.contains(name)).collect();
    assert_eq!(drawn, FLOORS);
}

#[test]
fn a_module_with_files_is_a_folder_with_a_table_of_contents() {
    let rust: Vec<_> = ["src", "pkg-config"]
        .iter()
        .flat_map(|folder| files(&root().join(folder), &[".rs"]))
        .collect();
    for (file, text) in &rust {
        let folder = file.with_extension("");
        let has_folder = rust.iter().any(|(other, _)| other.starts_with(&folder));
        assert!(!has_folder, "{} belongs in its folder", file.display());
        if file.ends_with("mod.rs") {
            let body = text.lines().find(|line| !is_contents(line));
            assert_eq!(body, None, "{} holds more", file.display());
        }
    }
}

/// Whether a line of a `mod.rs` says what there is: words, modules, and what others use of them.
fn is_contents(line: &str) -> bool {
    let restricted = line
        .strip_prefix("pub(")
        .and_then(|rest| rest.split_once(") "));
    let item = restricted.map_or(line, |(_, item)| item);
    let item = item.strip_prefix("pub ").unwrap_or(item);
    let starts = ["//", "#[cfg(", "mod ", "use ", "    ", "}"];
    item.is_empty() || starts.iter().any(|start| item.starts_with(start))
}

#[test]
fn files_are_short() {
    let long: Vec<String> = ["src", "www", "pkg-config"]
        .iter()
        .flat_map(|folder| {
            files(
                &root().join(folder),
                &[".rs", ".js", ".css", ".html", ".toml"],
            )
        })
        .filter(|(_, text)| text.lines().count() > LINES)
        .map(|(file, _)| file.display().to_string())
        .collect();
    assert!(long.is_empty(), "more than {LINES} lines: {long:?}");
}
