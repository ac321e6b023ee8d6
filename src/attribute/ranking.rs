//! The ways in which words are put in order of importance.

use serde::{Deserialize, Serialize};

use super::{Removal, gradient_input, integrated_gradients, occlusion};
use crate::explain::{
    ByWords, TraceNumbers, attention_received, mean_over_heads, word_contributions,
};
use crate::model::{Batch, Classifier, ReadError, Stream};
use crate::text::Encoded;

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
    text: &Encoded,
    ranking: Ranking,
    stream: &mut Stream,
) -> Result<Vec<f64>, ReadError> {
    let text = text.cut(model.config.max_len);
    match ranking {
        Ranking::GradientInput => gradient_input(model, &text).await,
        Ranking::IntegratedGradients => integrated_gradients(model, &text, INTEGRATION_STEPS).await,
        Ranking::Occlusion => occlusion(model, &text, Removal::Delete).await,
        Ranking::Random => {
            let scores = stream.uniform(text.places.len(), 1.0);
            Ok(scores.into_iter().map(f64::from).collect())
        }
        Ranking::Keep | Ranking::Attention | Ranking::Evidence | Ranking::Contribution => {
            let brought = ranking == Ranking::Contribution;
            let trace = numbers(model, &text, brought).await?;
            let by_words = trace.as_ref().map(|trace| ByWords::of(trace, &text.places));
            Ok(by_words.map_or(Vec::new(), |pass| of_pass(&pass, ranking)))
        }
    }
}

/// Scores that one pass shows, `n`.
fn of_pass(pass: &ByWords<'_>, ranking: Ranking) -> Vec<f64> {
    match ranking {
        Ranking::Attention => {
            attention_received(&mean_over_heads(&pass.trace.last_layer().attention))
        }
        Ranking::Evidence => pass.word_evidence(),
        Ranking::Contribution => word_contributions(&pass.trace).unwrap_or_default(),
        _ => pass.trace.keep.iter().map(|&keep| keep.into()).collect(),
    }
}

/// The `n` words in the order of their `scores`, the highest first; on a tie the first word.
pub fn ranked(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&i, &k| scores[k].total_cmp(&scores[i]));
    order
}

/// The numbers of one pass over a text, with what its words bring if that is asked for; `None` without words.
async fn numbers(
    model: &Classifier,
    text: &Encoded,
    brought: bool,
) -> Result<Option<TraceNumbers>, ReadError> {
    if text.ids.is_empty() {
        return Ok(None);
    }
    let batch = Batch::new(&[&text.ids], &model.config, &model.device());
    let trace = model.forward(&batch, None);
    let contributions = brought.then(|| model.contributions(&trace));
    Ok(trace.read_with(contributions).await?.pop())
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
