//! The tuned model as a model directory.

use super::{Phase, Tuned, Tuning};
use crate::engine::EngineError;
use crate::package::{Card, Files, Package, Precision, checksum};

impl Tuning {
    /// The tuned model as the files of a model directory, under a new id and name; its card says that `command`
    /// repeats it.
    ///
    /// # Errors
    /// If the run is not finished or produced no model, or the device failed.
    pub async fn files(&self, id: &str, title: &str, command: &str) -> Result<Files, EngineError> {
        let Phase::Finished(Some(tuned)) = &self.phase else {
            return Err(EngineError::Run("there is no tuned model yet"));
        };
        let package = Package {
            card: Card {
                command: command.to_owned(),
                ..self.card(tuned, id, title)
            },
            weights: tuned.weights.clone(),
            gate_values: tuned.classifier.gate_values().await?,
            ..self.current.package.clone()
        };
        Ok(package.to_files(Precision::F32)?)
    }

    fn card(&self, tuned: &Tuned, id: &str, title: &str) -> Card {
        let start = &self.start.package;
        let objective = self.objective.with_winners(start.config.winners);
        let typed = match self.plan.choices.typed.len() {
            0 => String::new(),
            typed => format!(", {typed} of them typed in addition to the file"),
        };
        let data = format!(
            "own texts, {} trained on and {} held out{typed}, from {}",
            self.training,
            self.held_out.len(),
            start.card.title
        );
        Card {
            data,
            data_sha256: Some(checksum(&self.plan.data)),
            seed: Some(self.plan.options.seed),
            metrics: tuned
                .epoch
                .as_ref()
                .map(Card::metrics_of)
                .unwrap_or_default(),
            ..Card::new(
                id.to_owned(),
                title.to_owned(),
                self.classes.clone(),
                Some(objective),
            )
        }
    }
}
