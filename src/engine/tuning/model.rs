//! The tuned model as a model directory.

use super::{Phase, Tuned, Tuning};
use crate::engine::EngineError;
use crate::evaluate::{EncodedExample, neuron_statistics};
use crate::explain::NeuronCards;
use crate::package::{Card, Files, Package, PackageError, Precision, checksum, names};

/// Texts that the cards of the neurons are made from, at most, and how many are read at once.
const READ: usize = 300;
const BATCH: usize = 16;

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
        let mut files = package.to_files(Precision::F32)?;
        files.insert(names::NEURONS.to_owned(), self.cards(tuned).await?);
        Ok(files)
    }

    /// The cards of the tuned model's neurons, over some of the person's texts.
    async fn cards(&self, tuned: &Tuned) -> Result<Vec<u8>, EngineError> {
        let all = self.trainer.texts().iter().chain(self.trainer.dev());
        let all: Vec<&EncodedExample> = all.filter(|text| !text.ids.is_empty()).collect();
        let evenly = all.len().div_ceil(READ).max(1); // Files are often sorted by class.
        let texts: Vec<EncodedExample> = all.into_iter().step_by(evenly).cloned().collect();
        let statistics = neuron_statistics(&tuned.classifier, &texts, BATCH, |_| {}).await?;
        let cards = NeuronCards::of(&statistics, &self.current.package.vocabulary);
        serde_json::to_vec(&cards).map_err(|error| {
            EngineError::Package(PackageError::Json {
                name: names::NEURONS,
                error,
            })
        })
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
