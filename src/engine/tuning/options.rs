//! How a model is fine-tuned: what a person may choose, and the defaults.

use serde::{Deserialize, Serialize};

use crate::engine::EngineError;
use crate::objective::Objective;
use crate::package::Package;
use crate::presets::{self, Preset, Recipe};
use crate::train;

fn recipe() -> Recipe {
    Recipe::named(TuningOptions::RECIPE).expect("a preset of that name")
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
    /// What is minimised.
    #[serde(default)]
    pub objective: TuningObjective,
    /// λ_imp.
    pub lambda_importance: f64,
    /// λ_int.
    pub lambda_interaction: f64,
    /// Adam's step size.
    pub learning_rate: f64,
    /// Texts per batch.
    pub batch_size: usize,
    /// Maximum number of epochs.
    pub epochs: usize,
    /// Training ends after this many epochs without a better held-out accuracy.
    pub patience: usize,
    /// Seed of everything random.
    pub seed: u64,
}

impl TuningOptions {
    /// The preset with which models are fine-tuned.
    pub const RECIPE: &str = "csv";

    /// Options that suit a few hundred texts, with the λ that the model was trained with. Even so few
    /// are learnt better if the words move, too.
    pub fn of(model: &Package) -> Self {
        let recipe = recipe();
        Self {
            embeddings: true,
            objective: TuningObjective::Own,
            lambda_importance: model.card.lambda_importance,
            lambda_interaction: model.card.lambda_interaction,
            learning_rate: recipe.learning_rate,
            batch_size: recipe.batch_size,
            epochs: recipe.epochs,
            patience: recipe.patience,
            seed: 0,
        }
    }

    /// Checks that each value is valid.
    ///
    /// # Errors
    /// Names the first that is not.
    pub fn check(&self) -> Result<(), EngineError> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let weight = |value: f64| value.is_finite() && value >= 0.0;
        for (name, fits, least) in [
            (
                "weight of the importance loss",
                weight(self.lambda_importance),
                "0 or more",
            ),
            (
                "weight of the interaction loss",
                weight(self.lambda_interaction),
                "0 or more",
            ),
            ("learning rate", positive(self.learning_rate), "more than 0"),
            ("batch size", self.batch_size > 0, "1 or more"),
            ("number of epochs", self.epochs > 0, "1 or more"),
            ("patience", self.patience > 0, "1 or more"),
        ] {
            if !fits {
                return Err(EngineError::Options(format!("the {name} must be {least}")));
            }
        }
        Ok(())
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

    /// The same for the step loop.
    pub(super) fn of_run(&self, model: &Package) -> train::Options {
        let recipe = Recipe {
            learning_rate: self.learning_rate,
            batch_size: self.batch_size,
            epochs: self.epochs,
            patience: self.patience,
            ..recipe()
        };
        recipe.options(self.objective(model), self.seed, !self.embeddings)
    }
}
