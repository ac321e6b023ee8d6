//! What the plan file says: variants with their seeds, how they are trained and evaluated, and tables.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The step that makes a model, trained or imported; the others are evaluations.
pub(crate) const TRAIN: &str = "train";

/// A plan whose parts fit together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// The document that holds the claims, and tables that name no other, relative to the project's folder.
    pub(crate) document: PathBuf,
    /// Options that are written often; `{NAME}` stands for them.
    #[serde(default)]
    pub(crate) options: BTreeMap<String, String>,
    /// Options of `safr evaluate` by the name of the report.
    pub(crate) evaluations: BTreeMap<String, String>,
    /// The variants; after [`Plan::parse`] none has [`Variant::each`].
    #[serde(rename = "variant")]
    pub(crate) variants: Vec<Variant>,
    #[serde(default, rename = "table")]
    pub(crate) tables: Vec<Table>,
    #[serde(default, rename = "claim")]
    pub(crate) claims: Vec<Claim>,
    #[serde(default, rename = "figure")]
    pub(crate) figures: Vec<Figure>,
}

/// Models that differ only in their seed.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variant {
    pub(crate) name: String,
    /// Its name in tables.
    pub(crate) title: String,
    pub(crate) seeds: Vec<u64>,
    /// Options of `safr train`.
    pub(crate) train: Option<String>,
    /// Instead of training: options of `safr import`.
    pub(crate) import: Option<String>,
    /// Instead of training: the variant whose models it takes, seed by seed.
    pub(crate) model: Option<String>,
    /// Instead of training: the model of the page that it takes, with each seed.
    pub(crate) shipped: Option<String>,
    /// Names of its evaluations.
    pub(crate) evaluate: Vec<String>,
    /// Further options of `safr evaluate`.
    #[serde(default)]
    pub(crate) with: String,
    /// The variant whose model of the same seed `{start}` stands for in `train`.
    pub(crate) start: Option<String>,
    /// The variant whose model of the same seed `{reference}` stands for.
    pub(crate) reference: Option<String>,
    /// Makes one variant per combination of these values, for each of which `{KEY}` stands.
    #[serde(default)]
    each: BTreeMap<String, Vec<String>>,
    /// The name before the values of `each` were put in.
    #[serde(skip)]
    family: String,
}

/// A table of a document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// Its name in the document's marks.
    pub(crate) name: String,
    pub(crate) title: String,
    /// The document that holds it, if it is not the plan's.
    pub(crate) document: Option<PathBuf>,
    /// Which report it shows.
    pub(crate) evaluation: String,
    /// The first is what the others are compared with.
    pub(crate) variants: Vec<String>,
    /// Names of measures, or their beginnings.
    pub(crate) measures: Vec<String>,
    /// Digits after the decimal point.
    pub(crate) digits: Option<u8>,
}

/// What is claimed about measures: a line of the table `claims`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    /// In words.
    pub(crate) text: String,
    /// Which report it is about.
    pub(crate) evaluation: String,
    pub(crate) variants: Vec<String>,
    /// As `safr compare --contrast` takes it.
    pub(crate) contrast: String,
    /// It holds if the whole interval lies above this.
    pub(crate) above: Option<f64>,
    /// Or below this.
    pub(crate) below: Option<f64>,
}

/// A picture for a document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figure {
    /// Where it goes, relative to the project's folder.
    pub(crate) file: PathBuf,
    /// What it shows.
    pub(crate) of: Shown,
}

/// What a figure shows.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Shown {
    /// What the words of a text add to the prediction of each variant's model of the seed.
    Text {
        text: String,
        variants: Vec<String>,
        seed: u64,
    },
    /// Variants by two measures; the first one stands out.
    Measures {
        evaluation: String,
        variants: Vec<String>,
        x: String,
        y: String,
    },
}

impl Plan {
    /// The variants of that name, or of that name before values were put in.
    pub(crate) fn named(&self, name: &str) -> Result<Vec<&Variant>> {
        let is_named = |variant: &&Variant| variant.name == name || variant.family == name;
        let found: Vec<_> = self.variants.iter().filter(is_named).collect();
        ensure!(!found.is_empty(), "the plan has no variant {name}");
        Ok(found)
    }

    /// The one variant of that name.
    pub(crate) fn variant(&self, name: &str) -> Result<&Variant> {
        let mut variants = self.variants.iter();
        let found = variants.find(|variant| variant.name == name);
        found.with_context(|| format!("the plan has no variant {name}"))
    }
}

impl Variant {
    /// The variants that this one stands for.
    pub(crate) fn of_each(&self) -> Vec<Self> {
        let mut all = vec![Self {
            family: self.name.clone(),
            each: BTreeMap::new(),
            ..self.clone()
        }];
        for (key, values) in &self.each {
            let put_in = |variant: &Self| -> Vec<Self> {
                let put = |value: &String| {
                    let put = |text: &str| text.replace(&format!("{{{key}}}"), value);
                    Self {
                        name: put(&variant.name),
                        title: put(&variant.title),
                        train: variant.train.as_deref().map(put),
                        import: variant.import.as_deref().map(put),
                        model: variant.model.as_deref().map(put),
                        shipped: variant.shipped.as_deref().map(put),
                        with: put(&variant.with),
                        ..variant.clone()
                    }
                };
                values.iter().map(put).collect()
            };
            all = all.iter().flat_map(put_in).collect();
        }
        all
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use workspace::project::read;

    use super::*;

    /// A plan with each thing that a plan may have.
    pub(crate) const SMALL: &str = r#"
        document = "results.md"
        [options]
        sst2 = "--task sst2 --data {data}/sst-trees"
        [evaluations]
        whole = "{sst2} --selection-from {reference}"
        few = "--limit 5 {sst2}"
        [[variant]]
        name = "plain"
        title = "Plain"
        seeds = [1, 2]
        train = "{sst2} --lambda-importance 0"
        evaluate = ["whole", "few"]
        reference = "plain"
        [[variant]]
        name = "safr-{a}-{b}"
        title = "SAFR ({a}, {b})"
        each = { a = ["1", "10"], b = ["0.1", "1"] }
        seeds = [2]
        train = "--lambda-importance {a} --lambda-interaction {b} {sst2}"
        evaluate = ["whole"]
        reference = "plain"
        [[variant]]
        name = "shuffled"
        title = "Shuffled"
        seeds = [2, 1]
        model = "plain"
        with = "--perturb shuffle-gates={seed}"
        evaluate = ["few"]
        [[table]]
        name = "first"
        title = "First"
        evaluation = "whole"
        variants = ["plain", "safr-{a}-{b}"]
        measures = ["accuracy"]
        [[claim]]
        text = "It is as good"
        evaluation = "whole"
        variants = ["plain", "safr-10-1"]
        contrast = "2:accuracy - 1:accuracy"
        above = -0.01
        [[figure]]
        file = "words.svg"
        of = { text = { text = "A film.", variants = ["plain", "safr-10-1"], seed = 2 } }
        [[figure]]
        file = "plane.svg"
        of.measures = { evaluation = "whole", variants = ["plain", "safr-{a}-{b}"], x = "accuracy", y = "spill/all" }
    "#;

    #[test]
    fn each_combination_of_values_is_a_variant() -> Result<()> {
        let plan = Plan::parse(SMALL)?;
        let names: Vec<_> = plan.variants.iter().map(|v| v.name.as_str()).collect();
        let expected = [
            "plain",
            "safr-1-0.1",
            "safr-1-1",
            "safr-10-0.1",
            "safr-10-1",
            "shuffled",
        ];
        assert_eq!(names, expected);
        assert_eq!(plan.named("safr-{a}-{b}")?.len(), 4);
        let one = plan.variant("safr-10-0.1")?;
        assert_eq!(one.title, "SAFR (10, 0.1)");
        let train = "--lambda-importance 10 --lambda-interaction 0.1 {sst2}";
        assert_eq!(one.train.as_deref(), Some(train));
        Ok(())
    }

    /// The plan of the project itself.
    #[test]
    fn the_experiments_fit_each_other() -> Result<()> {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let plan = Plan::read(&root.join("pkg-config/plan"))?;
        for step in crate::step::steps(&plan)? {
            crate::presets::files(&root, &step)?;
        }
        let documents = |table: &Table| table.document.as_ref().unwrap_or(&plan.document).clone();
        for table in &plan.tables {
            let document = read(&root.join(documents(table)))?;
            workspace::document::put(&document, &table.name, "")?;
        }
        let document = read(&root.join(&plan.document))?;
        workspace::document::put(&document, crate::claims::TABLE, "")?;
        Ok(())
    }
}
