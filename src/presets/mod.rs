//! What `safr train` does by name: objectives and recipes as files in which each key is explained, and
//! the reading of such files. The page's fine-tuning takes its defaults from them, too.

mod recipe;

use serde::de::DeserializeOwned;

pub use recipe::{After, Fresh, Recipe, Start, Texts};

use crate::model::Reading;
use crate::objective::{Family, Objective, Overlap, Pairs, ScaleFree, Space};

/// Name and text of each file of a folder.
macro_rules! files {
    ($folder:literal: $($name:literal)+) => {
        &[$(($name, include_str!(concat!($folder, "/", $name, ".toml")))),+]
    };
}

/// What files are written for.
pub trait Preset: DeserializeOwned {
    /// What one of them is.
    const WHAT: &'static str;
    /// Name and text of each that the program holds.
    const ALL: &'static [(&'static str, &'static str)];

    /// Checks what is not a matter of one key alone.
    ///
    /// # Errors
    /// Says what does not fit.
    fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }

    /// The one of that name.
    fn named(name: &str) -> Option<Self> {
        let (_, text) = Self::ALL.iter().find(|(known, _)| *known == name)?;
        Some(Self::parse(text).expect("tests read all of them"))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Says which line and key is wrong, and what may stand there.
    fn parse(text: &str) -> Result<Self, PresetError> {
        let preset: Self = toml::from_str(text).map_err(PresetError::Toml)?;
        preset.check().map_err(PresetError::Unfit)?;
        Ok(preset)
    }
}

/// A file that says no preset.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// A key or a value is wrong.
    #[error("{}", .0.to_string().trim_end())]
    Toml(toml::de::Error),
    /// Values do not go together.
    #[error("{0}")]
    Unfit(&'static str),
}

impl Preset for Objective {
    const WHAT: &'static str = "losses";
    const ALL: &'static [(&'static str, &'static str)] = files!("losses":
        "safr" "safr-dense" "plain" "vmask" "published" "open-gate" "l1");

    fn check(&self) -> Result<(), &'static str> {
        match self.family {
            Family::ScaleFree(ScaleFree {
                space: Space::Embedding,
                pairs: Pairs::Contrasted,
                ..
            }) => Err(
                "pairs = \"contrasted\" is of neurons alone: it needs space = \"mlp\" or \"evidence\"",
            ),
            Family::ScaleFree(ScaleFree {
                space: Space::Embedding,
                overlap: Overlap::Shares,
                ..
            }) => Err(
                "overlap = \"shares\" is of neurons alone: it needs space = \"mlp\" or \"evidence\"",
            ),
            _ => Ok(()),
        }
    }
}

impl Preset for Recipe {
    const WHAT: &'static str = "recipe";
    const ALL: &'static [(&'static str, &'static str)] = files!("recipes":
        "sst2" "sst2-phrases" "imdb" "imdb-first" "csv" "published");
}

/// The losses that a model which reads as `reading` does is fine-tuned by where its own are not known;
/// cross-entropy alone unless `weighty`.
pub fn losses_for(reading: Reading, weighty: bool) -> Objective {
    let name = match weighty {
        _ if reading == Reading::published(reading.words) => "published",
        true => "safr",
        false => "plain",
    };
    Objective::named(name).expect("a preset of that name")
}

/// The preset that an objective is, whatever its λ; of several, one whose λ are the same.
pub fn name_of(objective: &Objective) -> Option<&'static str> {
    let lambdas = |of: &Objective| (of.lambda_importance, of.lambda_interaction);
    let presets = Objective::ALL.iter();
    let presets = presets.filter_map(|(name, _)| Some((*name, Objective::named(name)?)));
    let alike = presets.filter(|(_, preset)| are_alike(preset, objective));
    let best = alike.min_by_key(|(_, preset)| lambdas(preset) != lambdas(objective));
    best.map(|(name, _)| name)
}

/// Whether `preset` with the λ of `objective` minimises what it does. It does not matter which forms
/// losses without weight have.
fn are_alike(preset: &Objective, objective: &Objective) -> bool {
    let idle = objective.lambda_importance == 0.0 && objective.lambda_interaction == 0.0;
    let family = match (preset.family, objective.family) {
        (Family::ScaleFree(ours), Family::ScaleFree(theirs)) if idle => {
            Family::ScaleFree(ScaleFree {
                guard: ours.guard,
                rate_of: ours.rate_of,
                winners: ours.winners,
                ..theirs
            })
        }
        (ours, _) => ours,
    };
    family == objective.family && preset.controls == objective.controls
}

/// Names of the presets of a kind, for people.
pub fn names<P: Preset>() -> String {
    let names: Vec<&str> = P::ALL.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Words;

    /// Keys of a TOML file that no comment stands above.
    fn unexplained(text: &str) -> Vec<&str> {
        let lines: Vec<&str> = text.lines().collect();
        let pairs = lines.windows(2);
        let bare = pairs.filter(|pair| {
            let says = !pair[1].is_empty() && !pair[1].starts_with('#');
            says && !pair[0].starts_with('#')
        });
        bare.map(|pair| pair[1]).collect()
    }

    fn explained<P: Preset>() {
        for (name, text) in P::ALL {
            assert!(text.starts_with("# "), "{name} does not say what it is");
            assert_eq!(unexplained(text), Vec::<&str>::new(), "{name}");
        }
    }

    #[test]
    fn every_preset_is_read_and_each_key_explained() {
        for (name, text) in Objective::ALL {
            Objective::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        for (name, text) in Recipe::ALL {
            let recipe = Recipe::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            if let Start::After(after) = recipe.start {
                let first = Recipe::named(&after.recipe).expect(name);
                assert!(matches!(first.start, Start::Fresh(_)), "{name}");
                assert!(Objective::named(&after.losses).is_some(), "{name}");
            }
        }
        explained::<Objective>();
        explained::<Recipe>();
        assert_eq!(
            unexplained("# a\n\nb = 1\n# c\nd = 1\ne = 1"),
            ["b = 1", "e = 1"]
        );
    }

    #[test]
    fn an_objective_has_the_name_of_its_preset_whatever_its_weights() {
        for (name, text) in Objective::ALL {
            let preset = Objective::parse(text).unwrap();
            assert_eq!(name_of(&preset), Some(*name));
            let weighted = Objective {
                lambda_importance: 0.25,
                lambda_interaction: 4.0,
                ..preset
            };
            let again = name_of(&weighted).and_then(Objective::named).unwrap();
            let again = Objective {
                lambda_importance: 0.25,
                lambda_interaction: 4.0,
                ..again
            };
            assert_eq!(again, weighted);
        }
        let other = ScaleFree {
            gate_given: false,
            ..ScaleFree::default()
        };
        let other = |weight| Objective::new(Family::ScaleFree(other), weight, weight);
        assert_eq!(name_of(&other(1.0)), None);
    }

    #[test]
    fn losses_that_are_not_known_are_those_of_a_preset_that_reads_alike() {
        let published = Reading::published(Words::Default);
        let scale_free = Reading::scale_free(Words::Default);
        for (reading, weighty, name) in [
            (published, true, "published"),
            (published, false, "published"),
            (scale_free, true, "safr"),
            (scale_free, false, "plain"),
        ] {
            let losses = losses_for(reading, weighty);
            assert_eq!(name_of(&losses), Some(name));
            assert_eq!(losses.reading(Words::Default), reading);
        }
    }

    #[track_caller]
    fn refused<P: Preset>(name: &str, from: &str, to: &str, says: &[&str]) {
        let (_, text) = P::ALL.iter().find(|(known, _)| *known == name).unwrap();
        assert!(text.contains(from), "{from}");
        let error = match P::parse(&text.replace(from, to)) {
            Ok(_) => panic!("{to} was taken"),
            Err(error) => error.to_string(),
        };
        for says in says {
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_what_may_stand_there() {
        let losses = refused::<Objective>;
        losses(
            "safr",
            "space = \"evidence\"",
            "space = \"evidense\"",
            &[
                "space = \"evidense\"",
                "line 13",
                "`mlp`",
                "`evidence`",
                "`embedding`",
            ],
        );
        losses(
            "safr",
            "gate_given = true",
            "",
            &["missing field `gate_given`"],
        );
        losses(
            "safr",
            "gate_given",
            "gate",
            &["gate = true", "`gate_given`"],
        );
        losses(
            "safr",
            "= 1.0\n",
            "= -1.0\n",
            &["lambda_importance = -1.0", "0 or more"],
        );
        losses(
            "safr",
            "beta = 1.0",
            "beta = nan",
            &["beta = nan", "0 or more"],
        );
        losses(
            "safr",
            "beta",
            "rho",
            &["rho = 1.0", "available keys: beta"],
        );
        losses(
            "safr",
            "{ entropy = { beta = 1.0 } }",
            "\"open\"",
            &["`rate`", "`none`"],
        );
        losses(
            "safr",
            "space = \"evidence\"",
            "space = \"embedding\"",
            &["needs space"],
        );
        losses(
            "safr",
            "correlated = 0.6",
            "correlation = 0.6",
            &["correlation = 0.6", "`correlated`"],
        );
        losses(
            "safr-dense",
            "space = \"evidence\"",
            "space = \"embedding\"",
            &["contrasted", "needs space"],
        );
        losses(
            "safr",
            "\"gate\"",
            "\"gates\"",
            &["weight = \"gates\"", "`gate`", "`evidence`", "`even`"],
        );
        losses(
            "l1",
            "evidence_l1 = 0.1",
            "evidence_l1 = -1.0",
            &["evidence_l1 = -1.0", "0 or more"],
        );
        losses(
            "safr-dense",
            "{ entropy = { beta = 1.0 } }",
            "{ rate = { rho = 1, weight = 10.0 } }",
            &["rho = 1", "less than 1"],
        );
        losses(
            "published",
            "\"published\"",
            "\"plain\"",
            &["`published`", "`scale-free`"],
        );
        losses(
            "l1",
            "neuron_l1",
            "neuron_l3",
            &["neuron_l3", "`neuron_l1`"],
        );
        let recipe = refused::<Recipe>;
        recipe(
            "sst2",
            "ramp = 0.5",
            "ramp = 2",
            &["ramp = 2", "between 0 and 1"],
        );
        recipe(
            "sst2",
            "batch_size = 32",
            "batch_size = 0",
            &["batch_size = 0", "1 or more"],
        );
        recipe(
            "sst2",
            "\"sentences\"",
            "\"words\"",
            &["`sentences`", "`phrases`"],
        );
        recipe("sst2", "patience", "patients", &["patients", "`patience`"]);
        recipe(
            "csv",
            "dropout = 0.3",
            "dropout = 1",
            &["dropout = 1", "less than 1"],
        );
        recipe("csv", "d_model", "width", &["width = 256", "`d_model`"]);
        recipe(
            "csv",
            "[start.fresh]",
            "[start.new]",
            &["`fresh`", "`after`"],
        );
    }
}
