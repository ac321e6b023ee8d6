//! Which reports of several variants exist, and the command that compares them in a table.

use std::path::Path;

use anyhow::Result;

use crate::plan::{Plan, Table, Variant};
use crate::runs::State;
use crate::step::Step;

/// The reports that can be compared.
pub(crate) struct There<'a> {
    /// Variants with a report.
    pub(crate) variants: Vec<&'a Variant>,
    /// Seeds of which each of these variants has one: only the same seeds are compared.
    pub(crate) seeds: Vec<u64>,
    /// Titles of the other variants.
    missing: Vec<&'a str>,
}

/// Which of the reports `evaluation` of these variants exist; `None` without the first variant, or without a seed that
/// all others that exist have, too. A report counts if the models that it was made from are as planned.
pub(crate) fn there<'a>(
    plan: &'a Plan,
    (evaluation, variants): (&str, &[String]),
    steps: &[Step],
    states: &[State],
) -> Result<Option<There<'a>>> {
    let is_done = |at: usize| matches!(states[at], State::Done(_));
    let has = |variant: &Variant, seed: u64| {
        let of_run = |step: &Step| {
            step.variant == variant.name && step.seed == seed && step.name == evaluation
        };
        let Some(at) = steps.iter().position(of_run) else {
            return false;
        };
        let mut before = (0..steps.len()).filter(|&other| steps[other].is_needed_by(&steps[at]));
        is_done(at) && before.all(is_done)
    };
    let mut planned = Vec::new();
    for name in variants {
        planned.extend(plan.named(name)?);
    }
    let first = planned.first().map_or("", |first| first.name.as_str());
    let is_there = |variant: &&Variant| variant.seeds.iter().any(|&seed| has(variant, seed));
    let (variants, missing): (Vec<&Variant>, Vec<&Variant>) =
        planned.into_iter().partition(is_there);
    let Some(base) = variants.first() else {
        return Ok(None);
    };
    let have_all = |&seed: &u64| variants.iter().all(|variant| has(variant, seed));
    let seeds: Vec<u64> = base.seeds.iter().copied().filter(have_all).collect();
    Ok((base.name == first && !seeds.is_empty()).then(|| There {
        seeds,
        missing: missing
            .iter()
            .map(|variant| variant.title.as_str())
            .collect(),
        variants,
    }))
}

impl There<'_> {
    /// Whether there is more than the first variant.
    pub(crate) fn is_comparison(&self) -> bool {
        self.variants.len() > 1
    }

    /// Whether all variants are there.
    pub(crate) fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// Arguments of `safr` that compare the reports `evaluation` in the folder `runs`.
    pub(crate) fn compare(&self, evaluation: &str, runs: &Path) -> Vec<String> {
        let mut arguments = vec!["compare".to_owned()];
        for variant in &self.variants {
            let report = |seed: &u64| {
                let report = format!("{}/{seed}/{evaluation}.json", variant.name);
                runs.join(report).display().to_string()
            };
            arguments.push(self.seeds.iter().map(report).collect::<Vec<_>>().join(","));
        }
        for variant in &self.variants {
            arguments.extend(["--title".to_owned(), variant.title.clone()]);
        }
        arguments
    }

    /// Arguments of `safr` that print the table.
    pub(crate) fn arguments(&self, table: &Table, runs: &Path) -> Vec<String> {
        let mut arguments = self.compare(&table.evaluation, runs);
        arguments.extend(["--only".to_owned(), table.measures.join(",")]);
        if let Some(digits) = table.digits {
            arguments.extend(["--digits".to_owned(), digits.to_string()]);
        }
        arguments.extend(["--format", "markdown"].map(str::to_owned));
        arguments
    }

    /// The table with its title, and what is missing from it.
    pub(crate) fn text(&self, table: &Table, compared: &str) -> String {
        let missing = match &self.missing[..] {
            [] => String::new(),
            missing => format!("\nNot measured yet: {}.\n", missing.join(", ")),
        };
        let Table {
            title, evaluation, ..
        } = table;
        format!("**{title}** (report `{evaluation}`)\n\n{compared}{missing}")
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::plan::tests::SMALL;
    use crate::step::steps;

    /// The small plan with the named steps done, and `changed` made differently.
    fn of(done: &[&str], changed: &str) -> Result<(Plan, Vec<Step>, Vec<State>)> {
        let plan = Plan::parse(SMALL)?;
        let steps = steps(&plan)?;
        let state = |step: &Step| match step.to_string() {
            name if name == changed => State::Changed,
            name if done.contains(&name.as_str()) => State::Done(None),
            _ => State::ToDo,
        };
        let states = steps.iter().map(state).collect();
        Ok((plan, steps, states))
    }

    const DONE: [&str; 7] = [
        "plain 1 train",
        "plain 1 whole",
        "plain 2 train",
        "plain 2 whole",
        "safr-1-1 2 train",
        "safr-1-1 2 whole",
        "safr-10-1 2 train",
    ];

    #[test]
    fn variants_are_compared_by_the_seeds_that_all_have() -> Result<()> {
        let (plan, steps, states) = of(&DONE, "")?;
        let table = &plan.tables[0];
        let there = there(&plan, (&table.evaluation, &table.variants), &steps, &states)?
            .context("a table")?;
        assert_eq!(there.seeds, [2]);
        let arguments = there.arguments(table, Path::new("/runs"));
        let expected = [
            "compare",
            "/runs/plain/2/whole.json",
            "/runs/safr-1-1/2/whole.json",
            "--title",
            "Plain",
            "--title",
            "SAFR (1, 1)",
            "--only",
            "accuracy",
            "--format",
            "markdown",
        ];
        assert_eq!(arguments, expected);
        let text = there.text(table, "| table |\n");
        assert!(
            text.starts_with("**First** (report `whole`)\n\n| table |\n"),
            "{text}"
        );
        assert!(text.contains("Not measured yet: SAFR (1, 0.1), SAFR (10, 0.1), SAFR (10, 1)."));
        Ok(())
    }

    #[test]
    fn what_was_made_otherwise_is_not_in_a_table() -> Result<()> {
        let written = |done: &[&str], changed: &str| -> Result<bool> {
            let (plan, steps, states) = of(done, changed)?;
            Ok(
                there(&plan, ("whole", &plan.tables[0].variants), &steps, &states)?
                    .is_some_and(|there| there.is_comparison()),
            )
        };
        assert!(written(&DONE, "plain 1 train")?);
        for changed in ["safr-1-1 2 whole", "safr-1-1 2 train", "plain 2 train"] {
            assert!(!written(&DONE, changed)?, "{changed}");
        }
        // The others are compared with the first variant, or not at all.
        let others = [&DONE[..], &["safr-10-1 2 whole"]].concat();
        assert!(written(&others, "safr-1-1 2 whole")?);
        assert!(!written(&others, "plain 2 whole")?);
        Ok(())
    }
}
