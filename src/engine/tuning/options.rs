//! How a model is fine-tuned: what a person may choose, and the defaults.

use serde::{Deserialize, Serialize};

use super::DataChoices;
use crate::engine::EngineError;
use crate::objective::Objective;
use crate::package::Package;
use crate::train;

/// What a run minimises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TuningObjective {
    /// The losses that the start model was trained by, with the λ of the run.
    #[default]
    Own,
    /// Cross entropy alone, without SAFR's losses and without a guard of the gate.
    CrossEntropy,
}

/// What a person chooses of a run.
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
    /// Texts a batch.
    pub batch_size: usize,
    /// Most epochs.
    pub epochs: usize,
    /// Epochs without a better held-out accuracy after which training ends.
    pub patience: usize,
    /// Seed of everything random.
    pub seed: u64,
}

impl TuningOptions {
    /// Options that suit some hundred texts, with the λ that the model was trained with. Even so few
    /// are learnt better when the words move, too.
    pub fn of(model: &Package) -> Self {
        Self {
            embeddings: true,
            objective: TuningObjective::Own,
            lambda_importance: model.card.lambda_importance,
            lambda_interaction: model.card.lambda_interaction,
            learning_rate: 1e-3,
            batch_size: 16,
            epochs: 20,
            patience: 5,
            seed: 0,
        }
    }

    /// Checks that each value is one.
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

    /// What is minimised in fine-tuning `model`. Where its own losses are not known, or had no
    /// importance loss that a gate must be guarded from, they are those that its reading of texts
    /// fits.
    pub fn objective(&self, model: &Package) -> Objective {
        if self.objective == TuningObjective::CrossEntropy {
            return Objective::for_reading(model.config.reading, 0.0, 0.0);
        }
        let (importance, interaction) = (self.lambda_importance, self.lambda_interaction);
        match model.card.losses {
            Some(losses) if losses.lambda_importance > 0.0 || importance == 0.0 => Objective {
                lambda_importance: importance,
                lambda_interaction: interaction,
                ..losses
            },
            _ => Objective::for_reading(model.config.reading, importance, interaction),
        }
    }

    /// The same for the step loop.
    pub(super) fn of_run(&self, model: &Package) -> train::Options {
        train::Options {
            objective: self.objective(model),
            learning_rate: self.learning_rate,
            batch_size: self.batch_size,
            epochs: self.epochs,
            patience: self.patience,
            seed: self.seed,
            freeze_embeddings: !self.embeddings,
            schedule: train::Schedule::default(),
        }
    }

    /// The command that trains the same from the model `start` natively.
    pub(super) fn command(&self, start: &Package, data: &DataChoices) -> String {
        let objective = self.objective(start).arguments().join(" ");
        let columns = [
            ("--text-column", &data.text_column),
            ("--label-column", &data.label_column),
        ];
        let columns = columns.map(|(option, column)| match column {
            Some(name) if name.contains(char::is_whitespace) => format!(" {option} {name:?}"),
            Some(name) => format!(" {option} {name}"),
            None => String::new(),
        });
        let flags = [
            (" --skip-broken", data.skip_broken),
            (" --freeze-embeddings", !self.embeddings),
        ];
        let flags: String = flags
            .iter()
            .filter(|flag| flag.1)
            .map(|flag| flag.0)
            .collect();
        format!(
            "safr train --task csv --data FILE{} --hold-out {} --hold-out-seed {} --start {}{flags} {objective} --learning-rate {} --batch-size {} --epochs {} --patience {} --seed {} --out DIR",
            columns.concat(),
            data.hold_out_share,
            data.hold_out_seed,
            start.card.id,
            self.learning_rate,
            self.batch_size,
            self.epochs,
            self.patience,
            self.seed,
        )
    }
}
