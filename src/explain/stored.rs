//! Reading an explanation back that was written as JSON.

use serde::Deserialize;
use thiserror::Error;

use super::{EXPLANATION_VERSION, Explanation, Matrix};

/// Why a file holds no explanation.
#[derive(Debug, Error)]
pub enum ExplanationError {
    /// It is something else, or broken.
    #[error("it holds no explanation: {0}")]
    Json(#[from] serde_json::Error),
    /// Its format is another one.
    #[error(
        "it is an explanation in format {found}, but this program reads format {EXPLANATION_VERSION}; explain the text again with the program at hand"
    )]
    Version {
        /// The file's version.
        found: u32,
    },
    /// Its parts do not fit each other.
    #[error("its explanation is broken: {0}")]
    Broken(&'static str),
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Explanation {
    /// Reads what serde wrote as JSON, and checks that it can be drawn.
    ///
    /// # Errors
    /// If it is no explanation of this version, or its parts do not fit each other.
    pub fn from_json(json: &str) -> Result<Self, ExplanationError> {
        let Versioned { version } = serde_json::from_str(json)?;
        if version != EXPLANATION_VERSION {
            return Err(ExplanationError::Version { found: version });
        }
        let explanation: Self = serde_json::from_str(json)?;
        match explanation.flaw() {
            Some(flaw) => Err(ExplanationError::Broken(flaw)),
            None => Ok(explanation),
        }
    }

    /// In what its parts do not fit each other.
    fn flaw(&self) -> Option<&'static str> {
        let (words, active) = (self.words.len(), self.allocation.neurons.len());
        let classes = self.prediction.as_ref().map_or(0, |one| one.classes.len());
        let has = |matrix: &Matrix, rows: usize, cols: usize| {
            (matrix.rows, matrix.cols) == (rows, cols)
                && rows.checked_mul(cols) == Some(matrix.values.len())
        };
        let allocation = &self.allocation;
        let pairs = &self.interaction;
        let pairs = [
            &pairs.sharing,
            &pairs.shared,
            &pairs.evidence_sharing,
            &pairs.contribution,
            &pairs.cosine,
            &pairs.attention,
        ];
        let is_class = |&class: &u32| (class as usize) < classes;
        let owners = &allocation.owner;
        let checks = [
            (
                self.prediction.is_some() == (words > 0) && self.evidence.is_some() == (words > 0),
                "only a text with words has a prediction",
            ),
            (
                self.prediction.as_ref().is_none_or(|one| {
                    one.predicted < classes && one.probabilities.len() == classes
                }),
                "its prediction has other classes than it names",
            ),
            (
                self.evidence.as_ref().is_none_or(|one| {
                    one.classes.len() == classes
                        && one.margin.class < classes
                        && one.past.len() == classes
                }),
                "its evidence is of other classes than its prediction",
            ),
            (
                has(&allocation.shares, words, active) && has(&allocation.evidence, words, active),
                "its allocation is of other words or neurons",
            ),
            (
                owners.len() == active
                    && owners.is_sorted()
                    && owners.iter().all(|&owner| (owner as usize) < words)
                    && allocation.polysemanticity.len() == active
                    && allocation.votes.len() == active
                    && allocation.votes.iter().all(is_class),
                "its neurons have other owners or votes",
            ),
            (
                pairs.into_iter().all(|matrix| has(matrix, words, words)),
                "its pairs are of other words",
            ),
        ];
        checks
            .into_iter()
            .find(|(fits, _)| !fits)
            .map(|(_, flaw)| flaw)
    }
}
