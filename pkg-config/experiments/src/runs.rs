//! What is done, what was begun, and what has changed since: a mark next to each step's output.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use workspace::project::{read, sha256};

use crate::presets;
use crate::step::{Folders, Model, Step};

/// What exists of a plan's steps.
pub(crate) struct Runs {
    pub(crate) folders: Folders,
    /// The project's folder, to which the files of losses and recipes belong.
    pub(crate) root: PathBuf,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    /// Nothing is there.
    ToDo,
    /// It was interrupted.
    Begun,
    /// It is done, and took this many seconds; `None` if it took several attempts.
    Done(Option<f64>),
    /// What is there was made with other options, or from another model.
    Changed,
}

/// What is remembered about a step.
#[derive(Deserialize, PartialEq, Serialize)]
struct Mark {
    /// Its command.
    words: Vec<String>,
    /// Checksums of the files of losses and recipes that it names.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Checksums of the cards of the models that it read.
    models: BTreeMap<String, String>,
    finished: bool,
    seconds: Option<f64>,
}

impl Runs {
    /// How far `step` is.
    pub(crate) fn state(&self, step: &Step) -> Result<State> {
        let path = self.mark(step);
        if !path.exists() {
            return Ok(State::ToDo);
        }
        let mark: Mark = serde_json::from_str(&read(&path)?)
            .with_context(|| format!("{} could not be understood; delete it", path.display()))?;
        let models = self.models(step)?;
        // A model that is not there is made again, and may well be the same.
        let is_same = |(name, sum): (&String, &String)| mark.models.get(name) == Some(sum);
        let is_asked = mark.words == step.words && mark.files == presets::files(&self.root, step)?;
        Ok(if !is_asked || !models.iter().all(is_same) {
            State::Changed
        } else if mark.finished && self.path(&step.output()).exists() {
            State::Done(mark.seconds)
        } else {
            State::Begun
        })
    }

    /// Makes the place for a step that begins now in `state`; returns whether it resumes from a checkpoint.
    pub(crate) fn begin(&self, step: &Step, state: State) -> Result<bool> {
        let path = self.mark(step);
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder)
            .with_context(|| format!("{} could not be made", folder.display()))?;
        let mut resumes = false;
        if let (Some(model), State::Begun | State::Changed) = (step.trains(), state) {
            let model = self.path(&model.place());
            // A kill while one checkpoint replaces another leaves the other as `.old`, and a
            // recipe may train a first model, in a folder of its own.
            let checkpoints = [
                "checkpoint",
                "checkpoint.old",
                "first/checkpoint",
                "first/checkpoint.old",
            ];
            let is_there = |name: &&str| model.join(name).join("state.json").exists();
            resumes = state == State::Begun && checkpoints.iter().any(is_there);
            if model.exists() && !resumes {
                fs::remove_dir_all(&model)?;
            }
        }
        self.write(step, false, None)?;
        Ok(resumes)
    }

    /// Remembers that a step is done, and what it took.
    pub(crate) fn finish(&self, step: &Step, seconds: Option<f64>) -> Result<()> {
        self.write(step, true, seconds)
    }

    fn write(&self, step: &Step, finished: bool, seconds: Option<f64>) -> Result<()> {
        let mark = Mark {
            words: step.words.clone(),
            files: presets::files(&self.root, step)?,
            models: self.models(step)?,
            finished,
            seconds,
        };
        let path = self.mark(step);
        fs::write(&path, serde_json::to_string_pretty(&mark)? + "\n")
            .with_context(|| format!("{} could not be written", path.display()))
    }

    /// Checksums of the cards of those models that a step reads and that are there.
    fn models(&self, step: &Step) -> Result<BTreeMap<String, String>> {
        let there = step.needs.iter().filter(|model| self.card(model).exists());
        there
            .map(|model| Ok((model.place(), sha256(&self.card(model))?)))
            .collect()
    }

    /// The card of a model, which is there once the model is.
    pub(crate) fn card(&self, model: &Model) -> PathBuf {
        self.path(&model.place()).join("card.json")
    }

    /// Where what a command calls `place` is.
    pub(crate) fn path(&self, place: &str) -> PathBuf {
        self.folders.put_in(place).into()
    }

    fn mark(&self, step: &Step) -> PathBuf {
        self.path(&step.file("step.json"))
    }
}

/// Locks a folder, so that two programs do not run the same steps. It is released with the file.
pub(crate) fn lock(folder: &Path) -> Result<fs::File> {
    fs::create_dir_all(folder)?;
    let file = fs::File::create(folder.join(".lock"))?;
    let problem = || {
        format!(
            "{} is in use by another run of this command",
            folder.display()
        )
    };
    file.try_lock().with_context(problem)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::tests::SMALL;
    use crate::step::steps;

    /// Steps of the small plan, after `from` was replaced by `to`, in a folder.
    struct Case {
        folder: tempfile::TempDir,
        runs: Runs,
        steps: Vec<Step>,
    }

    impl Case {
        fn new() -> Result<Self> {
            let folder = tempfile::tempdir()?;
            Ok(Self {
                runs: Runs {
                    root: folder.path().to_owned(),
                    folders: Folders {
                        data: "/data".into(),
                        runs: folder.path().display().to_string(),
                        shipped: "/models".into(),
                    },
                },
                folder,
                steps: steps(&Plan::parse(SMALL)?)?,
            })
        }

        fn step(&self, name: &str) -> &Step {
            let mut steps = self.steps.iter();
            let found = steps.find(|step| step.to_string() == name);
            found.unwrap_or_else(|| panic!("no {name}"))
        }

        fn state(&self, name: &str) -> Result<State> {
            self.runs.state(self.step(name))
        }

        /// Does what a step does, as far as files show it.
        fn make(&self, name: &str, content: &str) -> Result<()> {
            let step = self.step(name);
            self.runs.begin(step, self.runs.state(step)?)?;
            let output = self.runs.path(&step.output());
            fs::create_dir_all(output.parent().unwrap_or(self.folder.path()))?;
            fs::write(output, content)?;
            self.runs.finish(step, Some(2.5))
        }
    }

    #[test]
    fn a_step_is_to_do_begun_done() -> Result<()> {
        let case = Case::new()?;
        let name = "plain 1 train";
        assert_eq!(case.state(name)?, State::ToDo);
        assert!(!case.runs.begin(case.step(name), State::ToDo)?);
        assert_eq!(case.state(name)?, State::Begun);
        case.make(name, "card")?;
        assert_eq!(case.state(name)?, State::Done(Some(2.5)));
        fs::remove_file(case.folder.path().join("plain/1/plain-1/card.json"))?;
        assert_eq!(case.state(name)?, State::Begun, "its output is gone");
        Ok(())
    }

    #[test]
    fn training_goes_on_from_its_checkpoint_or_from_nothing() -> Result<()> {
        let case = Case::new()?;
        let step = case.step("plain 1 train");
        let model = case.folder.path().join("plain/1/plain-1");
        let state = model.join("checkpoint/state.json");
        fs::create_dir_all(model.join("checkpoint"))?;
        assert!(!case.runs.begin(step, State::Begun)?);
        assert!(!model.exists(), "half of a checkpoint is none");
        fs::create_dir_all(model.join("checkpoint"))?;
        fs::write(&state, "{}")?;
        assert!(case.runs.begin(step, State::Begun)?);
        assert!(state.exists());
        assert!(!case.runs.begin(step, State::Changed)?);
        assert!(!model.exists(), "it was another model");
        fs::create_dir_all(model.join("first/checkpoint"))?;
        fs::write(model.join("first/checkpoint/state.json"), "{}")?;
        assert!(
            case.runs.begin(step, State::Begun)?,
            "its first model was begun"
        );
        Ok(())
    }

    #[test]
    fn other_options_are_a_change_done_or_not() -> Result<()> {
        let mut case = Case::new()?;
        case.make("plain 1 train", "card")?;
        case.runs.begin(case.step("plain 2 train"), State::ToDo)?;
        case.make("plain 1 few", "report")?;
        let other = SMALL.replace("--lambda-importance 0", "--lambda-importance 2");
        case.steps = steps(&Plan::parse(&other)?)?;
        assert_eq!(case.state("plain 1 train")?, State::Changed);
        assert_eq!(case.state("plain 2 train")?, State::Changed);
        assert_eq!(case.state("plain 1 few")?, State::Done(Some(2.5)));
        assert_eq!(case.state("safr-1-1 2 train")?, State::ToDo);
        Ok(())
    }

    #[test]
    fn another_content_of_a_named_file_is_a_change() -> Result<()> {
        let mut case = Case::new()?;
        let named = SMALL.replace("--lambda-importance 0", "--losses own.toml");
        case.steps = steps(&Plan::parse(&named)?)?;
        let own = case.folder.path().join("own.toml");
        fs::write(&own, "lambda_importance = 0")?;
        case.make("plain 1 train", "card")?;
        assert_eq!(case.state("plain 1 train")?, State::Done(Some(2.5)));
        fs::write(&own, "lambda_importance = 1")?;
        assert_eq!(case.state("plain 1 train")?, State::Changed);
        Ok(())
    }

    #[test]
    fn another_model_is_a_change_of_what_was_measured_with_it() -> Result<()> {
        let case = Case::new()?;
        case.make("plain 2 train", "card")?;
        case.make("safr-1-1 2 train", "card")?;
        case.make("safr-1-1 2 whole", "report")?;
        case.make("shuffled 2 few", "report")?;
        let card = case.folder.path().join("plain/2/plain-2/card.json");
        fs::remove_file(&card)?;
        assert_eq!(case.state("safr-1-1 2 whole")?, State::Done(Some(2.5)));
        case.make("plain 2 train", "another card")?;
        assert_eq!(
            case.state("safr-1-1 2 whole")?,
            State::Changed,
            "its reference"
        );
        assert_eq!(case.state("shuffled 2 few")?, State::Changed, "its model");
        case.make("plain 2 train", "card")?;
        assert_eq!(case.state("shuffled 2 few")?, State::Done(Some(2.5)));
        Ok(())
    }

    #[test]
    fn a_folder_is_held_by_one() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let held = lock(folder.path())?;
        assert!(lock(folder.path()).is_err());
        drop(held);
        lock(folder.path()).map(drop)
    }
}
