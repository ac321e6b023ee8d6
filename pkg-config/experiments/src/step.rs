//! From a plan to its steps: which command each is, and which models it reads.

use anyhow::{Context, Result, ensure};

use crate::plan::{Plan, TRAIN, Variant};

/// Stands for the folder of the data in a command.
const DATA: &str = "{data}";
/// Stands for the folder of the runs in a command.
const RUNS: &str = "{runs}";
/// Stands for the folder of the page's models in a command.
const SHIPPED: &str = "{shipped}";

/// A model of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// Trained by a variant.
    Trained { variant: String, seed: u64 },
    /// One of the page's.
    Shipped(String),
}

/// Where a plan's data and models are.
pub(crate) struct Folders {
    pub(crate) data: String,
    pub(crate) runs: String,
    pub(crate) shipped: String,
}

/// One command.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) variant: String,
    pub(crate) seed: u64,
    /// [`TRAIN`], or the name of an evaluation.
    pub(crate) name: String,
    /// Arguments of `safr`, in which [`DATA`], [`RUNS`] and [`SHIPPED`] stand for folders, so that they
    /// are the same wherever those are.
    pub(crate) words: Vec<String>,
    /// The models that it reads.
    pub(crate) needs: Vec<Model>,
}

impl Model {
    /// Its directory, as commands have it. The last part is its id.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Trained { variant, seed } => format!("{RUNS}/{variant}/{seed}/{variant}-{seed}"),
            Self::Shipped(name) => format!("{SHIPPED}/{name}"),
        }
    }
}

impl Folders {
    /// `word` of a command with the folders put in.
    pub(crate) fn put_in(&self, word: &str) -> String {
        word.replace(DATA, &self.data)
            .replace(RUNS, &self.runs)
            .replace(SHIPPED, &self.shipped)
    }
}

impl Step {
    /// The model that it trains.
    pub(crate) fn trains(&self) -> Option<Model> {
        (self.name == TRAIN).then(|| Model::Trained {
            variant: self.variant.clone(),
            seed: self.seed,
        })
    }

    /// Whether it trains a model that `other` reads.
    pub(crate) fn is_needed_by(&self, other: &Self) -> bool {
        self.trains()
            .is_some_and(|model| other.needs.contains(&model))
    }

    /// A file of this step, as commands have it.
    pub(crate) fn file(&self, ending: &str) -> String {
        let Self {
            variant,
            seed,
            name,
            ..
        } = self;
        format!("{RUNS}/{variant}/{seed}/{name}.{ending}")
    }

    /// What exists once it is done, as commands have it.
    pub(crate) fn output(&self) -> String {
        match self.trains() {
            Some(model) => model.place() + "/card.json",
            None => self.file("json"),
        }
    }

    /// Its arguments with the folders put in.
    pub(crate) fn arguments(&self, folders: &Folders) -> Vec<String> {
        self.words.iter().map(|word| folders.put_in(word)).collect()
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.variant, self.seed, self.name)
    }
}

/// All steps, the first seed of every variant first, so that there is soon a little of everything.
pub(crate) fn steps(plan: &Plan) -> Result<Vec<Step>> {
    let most = plan.variants.iter().map(|v| v.seeds.len()).max();
    let mut steps = Vec::new();
    for at in 0..most.unwrap_or(0) {
        for variant in &plan.variants {
            if let Some(&seed) = variant.seeds.get(at) {
                let of_run = of_run(plan, variant, seed);
                steps.extend(of_run.with_context(|| format!("the variant {}", variant.name))?);
            }
        }
    }
    Ok(steps)
}

fn of_run(plan: &Plan, variant: &Variant, seed: u64) -> Result<Vec<Step>> {
    let model_of = |variant: &str| -> Result<Model> {
        let trained = || Model::Trained {
            variant: variant.to_owned(),
            seed,
        };
        let shipped = plan.variant(variant)?.shipped.clone();
        Ok(shipped.map_or_else(trained, Model::Shipped))
    };
    let other = |name: &Option<String>| name.as_deref().map(&model_of).transpose();
    let step = |name: &str, words: Vec<String>, needs: Vec<Model>| Step {
        variant: variant.name.clone(),
        seed,
        name: name.to_owned(),
        words,
        needs,
    };
    let model = model_of(variant.model.as_deref().unwrap_or(&variant.name))?;
    let start = other(&variant.start)?;
    let reference = other(&variant.reference)?;
    let mut values = vec![("{seed}", seed.to_string())];
    for (name, model) in [("{start}", &start), ("{reference}", &reference)] {
        values.extend(model.as_ref().map(|model| (name, model.place())));
    }
    let mut steps = Vec::new();
    if let Some(options) = &variant.train {
        let mut words = vec![TRAIN.to_owned()];
        words.extend(fill(plan, options, &values)?);
        let seed = seed.to_string();
        let last = ["--seed", &seed, "--out", &model.place()];
        words.extend(last.map(str::to_owned));
        steps.push(step(TRAIN, words, start.into_iter().collect()));
    }
    if let Some(options) = &variant.import {
        let mut words = vec!["import".to_owned()];
        words.extend(fill(plan, options, &values)?);
        words.extend(["--out".to_owned(), model.place()]);
        steps.push(step(TRAIN, words, Vec::new()));
    }
    for name in &variant.evaluate {
        let options = format!("{} {}", plan.evaluations[name], variant.with);
        let needs_reference = options.contains("{reference}");
        let needs =
            std::iter::once(model.clone()).chain(reference.clone().filter(|_| needs_reference));
        let mut step = step(name, Vec::new(), needs.collect());
        let report = step.file("json");
        step.words = ["evaluate", "--model", &model.place()]
            .map(str::to_owned)
            .into();
        step.words.extend(fill(plan, &options, &values)?);
        step.words.extend(["--json".to_owned(), report]);
        steps.push(step);
    }
    Ok(steps)
}

/// The words of `options`, in which names in braces stand for the plan's options and for `values`.
fn fill(plan: &Plan, options: &str, values: &[(&str, String)]) -> Result<Vec<String>> {
    let named = |word: &str| {
        let name = word.strip_prefix('{')?.strip_suffix('}')?;
        plan.options.get(name)
    };
    let spelled_out: Vec<&str> = options
        .split_whitespace()
        .flat_map(|word| named(word).map_or(word, String::as_str).split_whitespace())
        .collect();
    let put_in = |word: &str| -> Result<String> {
        let values = values.iter();
        let word = values.fold(word.to_owned(), |word, (name, value)| {
            word.replace(name, value)
        });
        let rest = [DATA, RUNS, SHIPPED]
            .iter()
            .fold(word.clone(), |rest, folder| rest.replace(folder, ""));
        ensure!(
            !rest.contains(['{', '}']),
            "nothing says what {word} stands for"
        );
        Ok(word)
    };
    spelled_out.into_iter().map(put_in).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::SMALL;

    #[test]
    fn the_first_seed_of_all_comes_first_and_models_before_their_evaluations() -> Result<()> {
        let steps = steps(&Plan::parse(SMALL)?)?;
        let names: Vec<_> = steps.iter().map(Step::to_string).collect();
        let expected = [
            "plain 1 train",
            "plain 1 whole",
            "plain 1 few",
            "safr-1-0.1 2 train",
            "safr-1-0.1 2 whole",
            "safr-1-1 2 train",
            "safr-1-1 2 whole",
            "safr-10-0.1 2 train",
            "safr-10-0.1 2 whole",
            "safr-10-1 2 train",
            "safr-10-1 2 whole",
            "shuffled 2 few",
            "plain 2 train",
            "plain 2 whole",
            "plain 2 few",
            "shuffled 1 few",
        ];
        assert_eq!(names, expected);
        Ok(())
    }

    #[test]
    fn commands_by_hand() -> Result<()> {
        let steps = steps(&Plan::parse(SMALL)?)?;
        let of = |name: &str| {
            let step = steps.iter().find(|step| step.to_string() == name);
            step.unwrap_or_else(|| panic!("no {name}"))
        };
        let folders = Folders {
            data: "/my data".into(),
            runs: "/runs".into(),
            shipped: "/models".into(),
        };
        let command = |name: &str| of(name).arguments(&folders).join("|");
        assert_eq!(
            command("safr-10-1 2 train"),
            "train|--lambda-importance|10|--lambda-interaction|1|--task|sst2|--data|/my data/sst-trees|--seed|2|--out|/runs/safr-10-1/2/safr-10-1-2"
        );
        assert_eq!(
            command("safr-10-1 2 whole"),
            "evaluate|--model|/runs/safr-10-1/2/safr-10-1-2|--task|sst2|--data|/my data/sst-trees|--selection-from|/runs/plain/2/plain-2|--json|/runs/safr-10-1/2/whole.json"
        );
        assert_eq!(
            command("shuffled 1 few"),
            "evaluate|--model|/runs/plain/1/plain-1|--limit|5|--task|sst2|--data|/my data/sst-trees|--perturb|shuffle-gates=1|--json|/runs/shuffled/1/few.json"
        );
        let model = |variant: &str, seed| Model::Trained {
            variant: variant.to_owned(),
            seed,
        };
        let needs = [model("safr-10-1", 2), model("plain", 2)];
        assert_eq!(of("safr-10-1 2 whole").needs, needs);
        assert_eq!(of("plain 1 few").needs, [model("plain", 1)]);
        assert_eq!(of("plain 1 train").needs, []);
        let output = of("plain 1 train").output();
        assert_eq!(output, "{runs}/plain/1/plain-1/card.json");
        Ok(())
    }

    #[test]
    fn an_imported_model_is_made_before_what_starts_from_it() -> Result<()> {
        let plan = SMALL.to_owned()
            + r#"
            [[variant]]
            name = "given"
            title = "Given"
            seeds = [2]
            import = "--huggingface {data}/given"
            evaluate = []
            [[variant]]
            name = "taught"
            title = "Taught"
            seeds = [2]
            train = "--start {start}"
            start = "given"
            evaluate = []
            "#;
        let steps = steps(&Plan::parse(&plan)?)?;
        let last: Vec<String> = steps.iter().map(|step| step.words.join(" ")).collect();
        let given = "import --huggingface {data}/given --out {runs}/given/2/given-2";
        let given = last.iter().position(|words| words == given);
        let given = &steps[given.context("it is imported")?];
        let taught = steps.iter().find(|step| step.variant == "taught");
        assert!(given.is_needed_by(taught.context("it is taught")?));
        Ok(())
    }

    #[test]
    fn a_name_that_stands_for_nothing_is_refused() -> Result<()> {
        for (from, to, unknown) in [
            (
                "shuffle-gates={seed}",
                "shuffle-gates={sed}",
                "shuffle-gates={sed}",
            ),
            ("--limit 5 {sst2}", "{sst}", "{sst}"),
        ] {
            let plan = Plan::parse(&SMALL.replace(from, to))?;
            let problem = format!("{:#}", steps(&plan).err().context("it was accepted")?);
            let says = format!("nothing says what {unknown} stands for");
            assert!(problem.contains(&says), "{problem}");
        }
        Ok(())
    }
}
