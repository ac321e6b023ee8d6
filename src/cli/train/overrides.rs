//! Options that take the place of what the presets say.

use clap::Args;

use crate::cli::numbers::{count, weight};
use crate::objective::Objective;
use crate::presets::Recipe;

/// Options that take the place of what the presets say. If a recipe trains two models, they apply to the second.
#[derive(Args, Clone, Debug)]
pub(super) struct Overrides {
    /// Weight of the importance loss [default: that of --losses]
    #[arg(long, value_name = "X", help_heading = TRAINING, value_parser = weight::<f64>)]
    lambda_importance: Option<f64>,
    /// Weight of the interaction loss [default: that of --losses]
    #[arg(long, value_name = "X", help_heading = TRAINING, value_parser = weight::<f64>)]
    lambda_interaction: Option<f64>,
    /// Train at most N epochs; 0 for none [default: the recipe's]
    ///
    /// If a recipe trains two models, this and the next three options apply to the second.
    #[arg(long, value_name = "N", help_heading = TRAINING)]
    epochs: Option<usize>,
    /// Stop after N epochs without a better one [default: the recipe's]
    ///
    /// An epoch is better if its dev accuracy is higher, or the same with a lower cross-entropy.
    #[arg(long, value_name = "N", help_heading = TRAINING, value_parser = count)]
    patience: Option<usize>,
    /// Adam's step size [default: the recipe's]
    #[arg(long, value_name = "X", help_heading = TRAINING, value_parser = weight::<f64>)]
    learning_rate: Option<f64>,
    /// Texts per batch [default: the recipe's]
    #[arg(long, value_name = "N", help_heading = TRAINING, value_parser = count)]
    batch_size: Option<usize>,
}

/// Heading of the options in the help.
pub(super) const TRAINING: &str = "Training";

impl Overrides {
    /// Puts the weights that were given into `losses`.
    pub(super) fn weigh(&self, losses: &mut Objective) {
        put(self.lambda_importance, &mut losses.lambda_importance);
        put(self.lambda_interaction, &mut losses.lambda_interaction);
    }

    /// Puts what else was given into `recipe`.
    pub(super) fn change(&self, recipe: &mut Recipe) {
        put(self.epochs, &mut recipe.epochs);
        put(self.patience, &mut recipe.patience);
        put(self.learning_rate, &mut recipe.learning_rate);
        put(self.batch_size, &mut recipe.batch_size);
    }
}

/// Puts in what was given by hand.
fn put<T>(given: Option<T>, value: &mut T) {
    if let Some(given) = given {
        *value = given;
    }
}
