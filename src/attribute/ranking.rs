//! The ways in which words are put in order of importance.

use serde::{Deserialize, Serialize};

use super::{Removal, gradient_input, integrated_gradients, occlusion, words_read};
use crate::explain::{
    TraceNumbers, attention_received, mean_over_heads, word_contributions, word_evidence,
};
use crate::model::{Batch, Classifier, ReadError, Stream, Trace};

/// Default number of steps of integrated gradients.
pub const INTEGRATION_STEPS: usize = 32;

/// A way to score the words of a text (method §4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ranking {
    /// Keep probability of the gate.
    Keep,
    /// Attention received in the last block, mean over heads and queries.
    Attention,
    /// [`gradient_input`].
    GradientInput,
    /// [`integrated_gradients`] in [`INTEGRATION_STEPS`] steps.
    IntegratedGradients,
    /// [`occlusion`], with the word deleted.
    Occlusion,
    /// What the neurons say at each word's place towards the predicted class.
    Evidence,
    /// What each word brings towards the predicted class, directly and through attention.
    Contribution,
    /// Random: how a ranking that knows nothing fares.
    Random,
}

impl Ranking {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Keep,
        Self::Attention,
        Self::GradientInput,
        Self::IntegratedGradients,
        Self::Occlusion,
        Self::Evidence,
        Self::Contribution,
        Self::Random,
    ];

    /// Its name in options, files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Attention => "attention",
            Self::GradientInput => "gradient-input",
            Self::IntegratedGradients => "integrated-gradients",
            Self::Occlusion => "occlusion",
            Self::Evidence => "evidence",
            Self::Contribution => "contribution",
            Self::Random => "random",
        }
    }
}

/// Scores of a text's `n` words by `ranking`, `n`; higher means more important. Only
/// [`Ranking::Random`] draws from `stream`.
///
/// # Errors
/// If the device was lost or failed.
pub async fn word_scores(
    model: &Classifier,
    text: &[u32],
    ranking: Ranking,
    stream: &mut Stream,
) -> Result<Vec<f64>, ReadError> {
    match ranking {
        Ranking::Keep => {
            let trace = numbers(model, text).await?;
            let keep = trace.map_or(Vec::new(), |trace| trace.keep);
            Ok(keep.into_iter().map(f64::from).collect())
        }
        Ranking::Attention => {
            let trace = numbers(model, text).await?;
            let last = trace.and_then(|mut trace| trace.layers.pop());
            Ok(last.map_or(Vec::new(), |last| {
                attention_received(&mean_over_heads(&last.attention))
            }))
        }
        Ranking::GradientInput => gradient_input(model, text).await,
        Ranking::IntegratedGradients => integrated_gradients(model, text, INTEGRATION_STEPS).await,
        Ranking::Occlusion => occlusion(model, text, Removal::Delete).await,
        Ranking::Evidence => {
            let trace = numbers(model, text).await?;
            Ok(trace.as_ref().map_or(Vec::new(), word_evidence))
        }
        Ranking::Contribution => {
            let Some(trace) = trace(model, text) else {
                return Ok(Vec::new());
            };
            let contributions = model.contributions(&trace);
            let trace = trace.read_with(Some(contributions)).await?.pop();
            let brought = trace.as_ref().and_then(word_contributions);
            Ok(brought.unwrap_or_default())
        }
        Ranking::Random => {
            let words = words_read(text, &model.config).len();
            let scores = stream.uniform(words, 1.0);
            Ok(scores.into_iter().map(f64::from).collect())
        }
    }
}

/// The `n` words in the order of their `scores`, the highest first; on a tie the first word.
pub fn ranked(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&i, &k| scores[k].total_cmp(&scores[i]));
    order
}

/// One pass over a text; `None` without words.
fn trace(model: &Classifier, text: &[u32]) -> Option<Trace> {
    let batch = Batch::new(&[text], &model.config, &model.device());
    (!text.is_empty()).then(|| model.forward(&batch, None))
}

/// The numbers of one pass over a text; `None` without words.
async fn numbers(model: &Classifier, text: &[u32]) -> Result<Option<TraceNumbers>, ReadError> {
    match trace(model, text) {
        Some(trace) => Ok(trace.read().await?.pop()),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rankings_are_stored_by_their_names() {
        for ranking in Ranking::ALL {
            let json = serde_json::to_string(&ranking).unwrap();
            assert_eq!(json, format!("\"{}\"", ranking.name()));
        }
    }

    #[test]
    fn the_highest_score_comes_first_and_the_first_of_equals() {
        assert_eq!(ranked(&[0.1, -2.0, 0.7, 0.1]), [2, 0, 3, 1]);
        assert!(ranked(&[]).is_empty());
    }
}
