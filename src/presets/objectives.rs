//! What is minimised, by name.

use super::preset::{Preset, files};
use crate::model::Reading;
use crate::objective::{Family, Objective, Overlap, Pairs, ScaleFree, Space};

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
                "pairs = \"contrasted\" is for neurons only: it needs space = \"mlp\" or \"evidence\"",
            ),
            Family::ScaleFree(ScaleFree {
                space: Space::Embedding,
                overlap: Overlap::Shares,
                ..
            }) => Err(
                "overlap = \"shares\" is for neurons only: it needs space = \"mlp\" or \"evidence\"",
            ),
            _ => Ok(()),
        }
    }
}

/// The losses with which a model that reads texts as `reading` says is fine-tuned if its own are not
/// known; cross-entropy alone unless `weighty`.
pub fn losses_for(reading: Reading, weighty: bool) -> Objective {
    let name = match weighty {
        _ if reading == Reading::published(reading.words) => "published",
        true => "safr",
        false => "plain",
    };
    Objective::named(name).expect("a preset of that name")
}

/// The preset that an objective is, whatever its λ; among several, one with the same λ.
pub fn name_of(objective: &Objective) -> Option<&'static str> {
    let lambdas = |of: &Objective| (of.lambda_importance, of.lambda_interaction);
    let presets = Objective::ALL.iter();
    let presets = presets.filter_map(|(name, _)| Some((*name, Objective::named(name)?)));
    let alike = presets.filter(|(_, preset)| are_alike(preset, objective));
    let best = alike.min_by_key(|(_, preset)| lambdas(preset) != lambdas(objective));
    best.map(|(name, _)| name)
}

/// Whether `preset` with the λ of `objective` minimises the same. It does not matter which forms
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
    family == objective.family && preset.penalties == objective.penalties
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Tokenizer;

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
            ..ScaleFree::PLAIN
        };
        let other = |weight| Objective::new(Family::ScaleFree(other), weight, weight);
        assert_eq!(name_of(&other(1.0)), None);
    }

    #[test]
    fn losses_that_are_not_known_are_those_of_a_preset_that_reads_alike() {
        let published = Reading::published(Tokenizer::Default);
        let scale_free = Reading::scale_free(Tokenizer::Default);
        for (reading, weighty, name) in [
            (published, true, "published"),
            (published, false, "published"),
            (scale_free, true, "safr"),
            (scale_free, false, "plain"),
        ] {
            let losses = losses_for(reading, weighty);
            assert_eq!(name_of(&losses), Some(name));
            assert_eq!(losses.reading(Tokenizer::Default), reading);
        }
    }
}
