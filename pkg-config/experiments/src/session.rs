//! One run of the plan: does the remaining steps, and writes the tables.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf, absolute};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use data_sets::{Folder, VARIABLE};
use workspace::process::capture;
use workspace::project::{Project, read};
use workspace::{document, native};

use crate::plan::{Figure, Plan, Shown};
use crate::progress::Progress;
use crate::runs::{Runs, State};
use crate::step::{Folders, Model, Step};
use crate::tables::There;
use crate::{Options, claims, progress, runs, step, tables, work};

/// What a run of this command works with.
struct Session<'a> {
    project: &'a Project,
    plan: Plan,
    steps: Vec<Step>,
    runs: Runs,
    jobs: usize,
    /// A copy of `safr`, so that a build meanwhile does not change what the steps run.
    program: PathBuf,
}

/// Does the remaining steps of the plan, several at a time, and writes the tables.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let session = Session::open(project, options)?;
    let chosen = session.chosen(&options.only)?;
    let mut states = session.states()?;
    if options.list {
        print!(
            "{}",
            progress::list(&chosen, &session.steps, &states, session.jobs)
        );
        return Ok(());
    }
    let _lock = runs::lock(Path::new(&session.runs.folders.runs))?;
    fs::copy(native::build(project)?, &session.program)?;
    let mut left = Vec::new();
    if !options.tables {
        let to_do = work::to_do(&chosen, &session.steps, &states, options.renew);
        left = session.work(&to_do, &states)?;
        states = session.states()?;
        for at in chosen {
            if states[at] == State::Changed {
                println!(
                    "{}: its options, or a model that it reads, have changed since it was made; it and the steps that need it are left as they are; --renew repeats them",
                    session.steps[at]
                );
            }
        }
    }
    session.write_tables(&states)?;
    ensure!(left.is_empty(), "not done: {}", left.join(", "));
    Ok(())
}

impl<'a> Session<'a> {
    fn open(project: &'a Project, options: &Options) -> Result<Self> {
        let path = project.root.join(&options.plan);
        let problem = || format!("the plan {}", path.display());
        let plan = Plan::read(&path).with_context(problem)?;
        let steps = step::steps(&plan).with_context(problem)?;
        let data = match &options.data {
            Some(data) => data.clone(),
            None => {
                let sets = data_sets::Table::read(&project.root)?;
                Folder::find(&project.root, &sets, env::var_os(VARIABLE)).path
            }
        };
        let runs = options.runs.clone();
        let folder = absolute(runs.unwrap_or_else(|| project.target.join("results")))?;
        let folders = Folders {
            data: text(&absolute(data)?)?,
            runs: text(&folder)?,
            shipped: text(&project.root.join("www/models"))?,
        };
        Ok(Self {
            project,
            plan,
            steps,
            jobs: options.jobs.into(),
            program: folder.join(".safr"),
            runs: Runs {
                folders,
                root: project.root.clone(),
            },
        })
    }

    /// Places of the steps of the variants `only`, and of those that make the models they read;
    /// of all steps if none is named.
    fn chosen(&self, only: &[String]) -> Result<Vec<usize>> {
        let mut names = BTreeSet::new();
        for name in only {
            let named = self.plan.named(name)?;
            names.extend(named.into_iter().map(|variant| variant.name.as_str()));
        }
        let is_named = |step: &Step| only.is_empty() || names.contains(step.variant.as_str());
        let places = |is: &dyn Fn(&Step) -> bool| {
            let steps = self.steps.iter().enumerate();
            let found = steps.filter(|(_, step)| is(step));
            found.map(|(at, _)| at).collect::<BTreeSet<_>>()
        };
        let mut chosen = places(&is_named);
        loop {
            let is_needed = |step: &Step| {
                let mut others = chosen.iter().map(|&at| &self.steps[at]);
                others.any(|other| step.is_needed_by(other))
            };
            let before = places(&is_needed);
            if before.is_subset(&chosen) {
                return Ok(chosen.into_iter().collect());
            }
            chosen.extend(before);
        }
    }

    /// How far each step is.
    fn states(&self) -> Result<Vec<State>> {
        self.steps
            .iter()
            .map(|step| self.runs.state(step))
            .collect()
    }

    /// Runs the steps at the places `to_do`; returns those that are not done afterwards.
    fn work(&self, to_do: &[usize], states: &[State]) -> Result<Vec<String>> {
        let steps: Vec<&Step> = to_do.iter().map(|&at| &self.steps[at]).collect();
        let progress = Progress::new(&steps, &self.steps, states, self.jobs);
        let left = work::work(&steps, self.jobs, |step| {
            progress.begins(step);
            let result = self.run_step(step);
            let is_done = result.is_ok();
            progress.ends(step, result);
            is_done
        });
        Ok(left.iter().map(|step| step.to_string()).collect())
    }

    /// Runs one step; its seconds, `None` if it had been begun before.
    fn run_step(&self, step: &Step) -> Result<Option<f64>> {
        for model in &step.needs {
            let card = self.runs.card(model);
            ensure!(card.exists(), "{} is not there", card.display());
        }
        let resumes = self.runs.begin(step, self.runs.state(step)?)?;
        let start = std::time::Instant::now();
        let mut safr = self.safr();
        safr.args(step.arguments(&self.runs.folders));
        if resumes {
            safr.arg("--resume");
        }
        let path = self.runs.path(&step.file("log"));
        let log = fs::File::options().create(true).append(true).open(&path)?;
        safr.stdout(log.try_clone()?).stderr(log);
        let succeeded = safr.status()?.success();
        ensure!(
            succeeded,
            "{}; all of it in {}",
            last_line(&path),
            path.display()
        );
        let seconds = (!resumes).then(|| start.elapsed().as_secs_f64());
        self.runs.finish(step, seconds)?;
        Ok(seconds)
    }

    /// The native program on one core: several at once are quicker than one on several.
    fn safr(&self) -> Command {
        let mut safr = self.project.command(&self.program);
        safr.env("RAYON_NUM_THREADS", "1");
        safr
    }

    /// Writes those tables, claims and figures for which there is something.
    fn write_tables(&self, states: &[State]) -> Result<()> {
        for table in &self.plan.tables {
            let there = self.there(&table.evaluation, &table.variants, states)?;
            let Some(there) = there.filter(There::is_comparison) else {
                println!("table {}: there is nothing to compare yet", table.name);
                continue;
            };
            let arguments = there.arguments(table, Path::new(&self.runs.folders.runs));
            let compared = capture(self.safr().args(arguments))?;
            let document = table.document.as_ref().unwrap_or(&self.plan.document);
            self.put(document, &table.name, &there.text(table, &compared))?;
        }
        self.write_claims(states)?;
        for figure in &self.plan.figures {
            self.write_figure(figure, states)?;
        }
        Ok(())
    }

    /// Which reports of these variants exist.
    fn there(
        &self,
        evaluation: &str,
        variants: &[String],
        states: &[State],
    ) -> Result<Option<There<'_>>> {
        tables::there(&self.plan, (evaluation, variants), &self.steps, states)
    }

    /// Puts a table into a document.
    fn put(&self, document: &Path, name: &str, text: &str) -> Result<()> {
        let path = self.project.root.join(document);
        let text =
            document::put(&read(&path)?, name, text).with_context(|| path.display().to_string())?;
        fs::write(&path, text)?;
        println!("table {name}: written to {}", path.display());
        Ok(())
    }

    /// Writes the claims whose reports all exist.
    fn write_claims(&self, states: &[State]) -> Result<()> {
        let runs = Path::new(&self.runs.folders.runs);
        let file = runs.join(".claim.json");
        let mut lines = Vec::new();
        for claim in &self.plan.claims {
            let there = self.there(&claim.evaluation, &claim.variants, states)?;
            let Some(there) = there.filter(There::is_whole) else {
                println!("claim {:?}: it is not measured yet", claim.text);
                continue;
            };
            let compare = there.compare(&claim.evaluation, runs);
            capture(self.safr().args(compare).args(claim.arguments(&file)))?;
            lines.push(claim.line(&read(&file)?)?);
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.put(&self.plan.document, claims::TABLE, &claims::table(&lines))
    }

    /// Draws a figure if everything that it shows exists.
    fn write_figure(&self, figure: &Figure, states: &[State]) -> Result<()> {
        let file = text(&self.project.root.join(&figure.file))?;
        let arguments = match &figure.of {
            Shown::Text {
                text,
                variants,
                seed,
            } => {
                let model = |variant: &String| Model::Trained {
                    variant: variant.clone(),
                    seed: *seed,
                };
                let models: Vec<Model> = variants.iter().map(model).collect();
                let are_there = models.iter().all(|model| self.runs.card(model).exists());
                are_there.then(|| {
                    let places = models.iter().map(|model| self.runs.path(&model.place()));
                    let places = places.map(|place| place.display().to_string());
                    let models = places.flat_map(|place| ["--model".to_owned(), place]);
                    let mut arguments = vec!["explain".to_owned(), text.clone()];
                    arguments.extend(models.chain(["--svg".to_owned(), file.clone()]));
                    arguments
                })
            }
            Shown::Measures {
                evaluation,
                variants,
                x,
                y,
            } => {
                let there = self.there(evaluation, variants, states)?;
                there.filter(There::is_comparison).map(|there| {
                    let runs = Path::new(&self.runs.folders.runs);
                    let mut arguments = there.compare(evaluation, runs);
                    arguments.extend(["--plane", x, y, &file].map(str::to_owned));
                    arguments
                })
            }
        };
        match arguments {
            None => println!("figure {file}: not everything that it shows is there yet"),
            Some(arguments) => {
                capture(self.safr().args(arguments))?;
                println!("figure {file}: drawn");
            }
        }
        Ok(())
    }
}

/// The last line of a log that says something.
fn last_line(path: &Path) -> String {
    let log = fs::read(path).unwrap_or_default();
    let log = String::from_utf8_lossy(&log).into_owned();
    let last = log.lines().rev().find(|line| !line.trim().is_empty());
    last.unwrap_or("it said nothing").to_owned()
}

/// A path as a part of a word of a command.
fn text(path: &Path) -> Result<String> {
    let text = OsString::from(path).into_string();
    text.ok()
        .with_context(|| format!("{} is not UTF-8 text", path.display()))
}
