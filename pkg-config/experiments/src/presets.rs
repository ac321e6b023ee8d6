//! The files that a training step names: their contents are part of what is asked for.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use workspace::project::{read, sha256};

use crate::step::Step;

/// The part of a recipe that names other files.
#[derive(Deserialize)]
struct Recipe {
    start: Start,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Start {
    From {
        after: Option<After>,
    },
    /// A model that is given, by a name that says so.
    #[expect(dead_code, reason = "it names no file")]
    Named(String),
}

#[derive(Deserialize)]
struct After {
    recipe: String,
    losses: String,
}

/// The files that `step` names and those that they name, with their checksums; `root` is the project's
/// folder.
pub(crate) fn files(root: &Path, step: &Step) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for pair in step.words.windows(2) {
        let (option, name) = (&pair[0], &pair[1]);
        if ["--losses", "--recipe"].contains(&option.as_str()) {
            add(root, root, option, name, &mut files).with_context(|| step.to_string())?;
        }
    }
    Ok(files)
}

/// Adds the file that `option` names, a preset or a file in `folder`.
fn add(
    root: &Path,
    folder: &Path,
    option: &str,
    name: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<()> {
    let presets = match option {
        "--losses" => "src/presets/losses",
        _ => "src/presets/recipes",
    };
    let path = match name.ends_with(".toml") {
        true => folder.join(name),
        false => root.join(presets).join(format!("{name}.toml")),
    };
    files.insert(format!("{option} {name}"), sha256(&path)?);
    if option == "--recipe" {
        let recipe: Recipe = toml::from_str(&read(&path)?)?;
        if let Start::From {
            after: Some(After { recipe, losses }),
        } = recipe.start
        {
            let folder = path.parent().unwrap_or(folder);
            add(root, folder, "--recipe", &recipe, files)?;
            add(root, folder, "--losses", &losses, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_the_files_that_it_names_and_those_that_they_name() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let presets = folder.path().join("src/presets");
        for (name, text) in [
            ("losses/safr.toml", "lambda_importance = 1"),
            ("losses/plain.toml", "lambda_importance = 0"),
            (
                "recipes/first.toml",
                "epochs = 1\n[start.fresh]\nlayers = 1",
            ),
            (
                "recipes/both.toml",
                "epochs = 2\n[start.after]\nrecipe = \"first\"\nlosses = \"plain\"",
            ),
            ("recipes/given.toml", "epochs = 1\nstart = \"given\""),
            ("../../own.toml", "lambda_importance = 2"),
        ] {
            let path = presets.join(name);
            std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
            std::fs::write(path, text)?;
        }
        let files = |words: &str| {
            let step = Step {
                variant: "v".to_owned(),
                seed: 1,
                name: "train".to_owned(),
                words: words.split(' ').map(str::to_owned).collect(),
                needs: Vec::new(),
            };
            files(folder.path(), &step)
        };
        let names = |words: &str| files(words).map(|files| files.into_keys().collect::<Vec<_>>());
        assert_eq!(
            names("train --losses safr --recipe both")?,
            [
                "--losses plain",
                "--losses safr",
                "--recipe both",
                "--recipe first"
            ]
        );
        assert_eq!(
            names("train --losses own.toml --seed 1 --recipe given")?,
            ["--losses own.toml", "--recipe given"]
        );
        let problem = format!(
            "{:#}",
            names("train --losses sfar").err().context("it was taken")?
        );
        assert!(
            problem.starts_with("v 1 train: ") && problem.contains("sfar.toml"),
            "{problem}"
        );
        let before = files("train --losses own.toml")?;
        std::fs::write(folder.path().join("own.toml"), "lambda_importance = 3")?;
        assert_ne!(files("train --losses own.toml")?, before);
        Ok(())
    }
}
