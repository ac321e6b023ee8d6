//! How a model is fine-tuned: what a person may choose, and the defaults.

use serde::{Deserialize, Serialize};

use crate::engine::EngineError;
use crate::model::ModelConfig;
use crate::objective::Objective;
use crate::package::Package;
use crate::presets::{self, Preset, Recipe};
use crate::train::{self, Steps};

/// The recipe with which a model of this config is fine-tuned.
fn recipe(config: &ModelConfig) -> Recipe {
    Recipe::named(TuningOptions::recipe_for(config)).expect("a preset of that name")
}

/// What a run minimises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TuningObjective {
    /// The losses that the start model was trained with, with the λ of the run.
    #[default]
    Own,
    /// Cross entropy alone, without SAFR's losses and without a guard of the gate.
    CrossEntropy,
}

/// What a person chooses for a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TuningOptions {
    /// Whether the word embeddings are trained, too.
    pub embeddings: bool,
    /// How many of the first layers stay as they are, and with them the embeddings.
    #[serde(default)]
    pub freeze_layers: usize,
    /// What is minimised.
    #[serde(default)]
    pub objective: TuningObjective,
    /// λ_imp.
    pub lambda_importance: f64,
    /// λ_int.
    pub lambda_interaction: f64,
    /// How steps are taken, and how many.
    #[serde(flatten)]
    pub steps: Steps,
    /// Seed of everything random.
    pub seed: u64,
}

impl TuningOptions {
    /// Name of the recipe with which a model of this config is fine-tuned: one of several layers was pretrained,
    /// and would forget what it knows in steps that suit a small one.
    pub fn recipe_for(config: &ModelConfig) -> &'static str {
        match config.layers {
            1 => "csv",
            _ => "csv-pretrained",
        }
    }

    /// Options that suit a few hundred texts, with the λ that the model was trained with. Even so few
    /// are learnt better if the words move, too; of a model of several layers, which know more, the last learns.
    pub fn of(model: &Package) -> Self {
        let freeze_layers = model.config.layers - 1;
        Self {
            embeddings: freeze_layers == 0,
            freeze_layers,
            objective: TuningObjective::Own,
            lambda_importance: model.card.lambda_importance,
            lambda_interaction: model.card.lambda_interaction,
            steps: recipe(&model.config).steps(),
            seed: 0,
        }
    }

    /// Checks that each value is valid.
    ///
    /// # Errors
    /// Names the first that is not.
    pub fn check(&self) -> Result<(), EngineError> {
        let weights = [
            ("weight of the importance loss", self.lambda_importance),
            ("weight of the interaction loss", self.lambda_interaction),
        ];
        let is_weight = |weight: f64| weight.is_finite() && weight >= 0.0;
        let refused = weights.into_iter().find(|(_, weight)| !is_weight(*weight));
        match refused
            .map(|(name, _)| (name, "0 or more"))
            .or_else(|| self.steps.refusal())
        {
            Some((name, rule)) => Err(EngineError::Options(format!("the {name} must be {rule}"))),
            None => Ok(()),
        }
    }

    /// What is minimised in fine-tuning `model`. If its own losses are not known, or had no
    /// importance loss from which the gate must be guarded, they are those of a preset that reads texts
    /// in the same way.
    pub fn objective(&self, model: &Package) -> Objective {
        let (importance, interaction) = match self.objective {
            TuningObjective::Own => (self.lambda_importance, self.lambda_interaction),
            TuningObjective::CrossEntropy => (0.0, 0.0),
        };
        let own = model.card.losses.filter(|losses| {
            self.objective == TuningObjective::Own
                && (losses.lambda_importance > 0.0 || importance == 0.0)
        });
        let weighty = importance > 0.0 || interaction > 0.0;
        Objective {
            lambda_importance: importance,
            lambda_interaction: interaction,
            ..own.unwrap_or_else(|| presets::losses_for(model.config.reading, weighty))
        }
    }

    /// Whether a run leaves the parameter of this name as it is.
    pub(super) fn freezes(&self, name: &str) -> bool {
        train::is_frozen(name, !self.embeddings, self.freeze_layers)
    }

    /// The same for the step loop.
    pub(super) fn of_run(&self, model: &Package) -> train::Options {
        train::Options {
            steps: self.steps,
            freeze_embeddings: !self.embeddings,
            freeze_layers: self.freeze_layers,
            ..recipe(&model.config).options(self.objective(model), self.seed)
        }
    }
}
