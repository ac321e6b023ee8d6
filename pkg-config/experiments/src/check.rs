//! The reading of a plan, whose parts must fit together.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use workspace::project::read;

use crate::plan::{Claim, Figure, Plan, Shown, TRAIN, Table, Variant};

impl Plan {
    /// Reads a plan from a file, or from the files of a folder, which follow each other by their names.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Self::parse(&read(path)?);
        }
        let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
        let mut files = entries.collect::<Result<Vec<PathBuf>>>()?;
        files.retain(|file| file.extension().is_some_and(|end| end == "toml"));
        files.sort();
        let texts = files.iter().map(|file| read(file));
        Self::parse(&texts.collect::<Result<Vec<_>>>()?.join("\n"))
    }

    /// Reads a plan, and checks that it names nothing that does not exist.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut plan: Self = toml::from_str(text)?;
        plan.variants = plan.variants.iter().flat_map(Variant::of_each).collect();
        check(&plan)?;
        Ok(plan)
    }
}

/// Fails at the first thing in `plan` that names something that does not exist.
fn check(plan: &Plan) -> Result<()> {
    for (at, variant) in plan.variants.iter().enumerate() {
        let name = &variant.name;
        let earlier = &plan.variants[..at];
        ensure!(
            earlier.iter().all(|other| other.name != *name),
            "two variants are named {name}"
        );
        let problem = || format!("the variant {name}");
        check_variant(plan, variant).with_context(problem)?;
    }
    for name in ["data", "runs", "shipped", "seed", "start", "reference"] {
        ensure!(
            !plan.options.contains_key(name),
            "{{{name}}} already has a meaning, so no options may be named {name}"
        );
    }
    for name in plan.evaluations.keys() {
        check_name(name)?;
        ensure!(name != TRAIN, "an evaluation may not be named {TRAIN}");
    }
    for table in &plan.tables {
        check_table(plan, table).with_context(|| format!("the table {}", table.name))?;
    }
    for claim in &plan.claims {
        check_claim(plan, claim).with_context(|| format!("the claim {:?}", claim.text))?;
    }
    for figure in &plan.figures {
        let problem = || format!("the figure {}", figure.file.display());
        check_figure(plan, figure).with_context(problem)?;
    }
    Ok(())
}

fn check_variant(plan: &Plan, variant: &Variant) -> Result<()> {
    check_name(&variant.name)?;
    ensure!(!variant.seeds.is_empty(), "it has no seeds");
    let made = [&variant.train, &variant.import, &variant.shipped];
    match (made.into_iter().flatten().count(), &variant.model) {
        (1, None) => {}
        (0, Some(model)) => check_models(plan, model, variant)?,
        _ => bail!("it must have one of train, import, model and shipped"),
    }
    for other in [&variant.start, &variant.reference].into_iter().flatten() {
        check_models(plan, other, variant)?;
    }
    for evaluation in &variant.evaluate {
        ensure!(
            plan.evaluations.contains_key(evaluation),
            "the plan has no evaluation {evaluation}"
        );
    }
    Ok(())
}

/// A variant that another takes models from must have one of its own for each of its seeds.
fn check_models(plan: &Plan, from: &str, variant: &Variant) -> Result<()> {
    let Variant { model, seeds, .. } = plan.variant(from)?;
    ensure!(
        model.is_none(),
        "it needs models of {from}, which has none of its own"
    );
    for seed in &variant.seeds {
        ensure!(seeds.contains(seed), "{from} has no seed {seed}");
    }
    Ok(())
}

fn check_table(plan: &Plan, table: &Table) -> Result<()> {
    ensure!(!table.measures.is_empty(), "it names no measures");
    let variants = check_reports(plan, &table.evaluation, &table.variants)?;
    ensure!(variants > 1, "it needs two variants or more");
    Ok(())
}

fn check_claim(plan: &Plan, claim: &Claim) -> Result<()> {
    check_reports(plan, &claim.evaluation, &claim.variants)?;
    ensure!(
        claim.above.is_some() != claim.below.is_some(),
        "it must have one of above and below"
    );
    Ok(())
}

fn check_figure(plan: &Plan, figure: &Figure) -> Result<()> {
    match &figure.of {
        Shown::Text { variants, seed, .. } => {
            for variant in variants {
                let Variant { model, seeds, .. } = plan.variant(variant)?;
                ensure!(
                    model.is_none() && seeds.contains(seed),
                    "{variant} has no model of seed {seed}"
                );
            }
        }
        Shown::Measures {
            evaluation,
            variants,
            ..
        } => {
            check_reports(plan, evaluation, variants)?;
        }
    }
    Ok(())
}

/// Each of the variants must have the report; returns how many there are.
fn check_reports(plan: &Plan, evaluation: &String, variants: &[String]) -> Result<usize> {
    let mut count = 0;
    for name in variants {
        for variant in plan.named(name)? {
            ensure!(
                variant.evaluate.contains(evaluation),
                "{} has no evaluation {evaluation}",
                variant.name
            );
            count += 1;
        }
    }
    ensure!(count > 0, "it names no variants");
    Ok(count)
}

/// Names are parts of file names; those that begin with a dot are reserved.
fn check_name(name: &str) -> Result<()> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    ensure!(
        !name.is_empty() && !name.starts_with('.') && name.chars().all(fits),
        "{name:?} cannot be a name: use letters, digits, - and _, and dots inside"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::SMALL;

    fn problem(from: &str, to: &str) -> String {
        assert!(SMALL.contains(from), "{from}");
        let plan = Plan::parse(&SMALL.replace(from, to));
        format!("{:#}", plan.err().expect("a plan that does not fit"))
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (from, to, says) in [
            ("\"shuffled\"", "\"plain\"", "two variants are named plain"),
            ("\"shuffled\"", "\"a/b\"", "cannot be a name"),
            (
                "model = \"plain\"",
                "",
                "one of train, import, model and shipped",
            ),
            ("seeds = [2, 1]", "seeds = [3]", "plain has no seed 3"),
            ("seeds = [2, 1]", "seeds = []", "no seeds"),
            (
                "[\"few\"]",
                "[\"fex\"]",
                "shuffled: the plan has no evaluation fex",
            ),
            (
                "title = \"First\"\n        evaluation = \"whole\"",
                "title = \"First\"\n        evaluation = \"few\"",
                "safr-1-0.1 has no evaluation few",
            ),
            (
                "[\"plain\", \"safr-{a}-{b}\"]\n        measures",
                "[\"plain\"]\n        measures",
                "two variants or more",
            ),
            ("above = -0.01", "", "one of above and below"),
            (
                "\"safr-10-1\"]\n        contrast",
                "\"shuffled\"]\n        contrast",
                "shuffled has no evaluation whole",
            ),
            (
                "[\"plain\", \"safr-10-1\"], seed = 2",
                "[\"plain\", \"safr-10-1\"], seed = 1",
                "safr-10-1 has no model of seed 1",
            ),
            ("title = \"First\"", "titel = \"First\"", "titel"),
            ("few = ", "train = ", "no evaluation few"),
            (
                "reference = \"plain\"\n        [[variant]]\n        name = \"shuffled\"",
                "reference = \"shuffled\"\n        [[variant]]\n        name = \"shuffled\"",
                "it needs models of shuffled, which has none of its own",
            ),
            ("sst2 = ", "seed = ", "{seed} already has a meaning"),
        ] {
            let problem = problem(from, to);
            assert!(problem.contains(says), "{problem}");
        }
    }
}
