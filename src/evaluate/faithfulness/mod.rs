//! Whether the words that a ranking calls important are those that the prediction rests on.

mod limits;
mod measures;
mod outcomes;

use serde::{Deserialize, Serialize};

pub use measures::{MOST_KEPT, MOST_REMOVED, PERCENTAGES};

use super::EncodedExample;
use super::columns::{Values, columns};
use super::{Column, Section};
use crate::attribute::{Ranking, Removal, ranked, word_scores, words_read};
use crate::model::{Classifier, ReadError, Stream};
use limits::{Limits, Search};
use measures::{Measures, removals};
use outcomes::Outcomes;

/// What is measured and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaithfulnessOptions {
    /// Rankings to measure.
    pub rankings: Vec<Ranking>,
    /// Ways to remove words.
    pub removals: Vec<Removal>,
    /// How AOPC is normalised; `None`: not at all. This takes most of the time, about as much as the
    /// cube of a text's length.
    pub normalisation: Option<Normalisation>,
    /// Seed of the random ranking.
    pub seed: u64,
}

impl Default for FaithfulnessOptions {
    fn default() -> Self {
        Self {
            rankings: Ranking::ALL.to_vec(),
            removals: Removal::ALL.to_vec(),
            normalisation: Some(Normalisation::default()),
            seed: 0,
        }
    }
}

/// How the limits of AOPC are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Normalisation {
    /// Most words for which every set of words is tried, so that the limits are exact.
    pub exact: usize,
    /// Sets of words that the beam search keeps for longer texts.
    pub beam: usize,
    /// Most words of a text that is normalised at all.
    pub longest: usize,
}

impl Default for Normalisation {
    /// The beam of Edin et al.'s package; 2^10 passes of an exact search are about as many as those
    /// of this beam.
    fn default() -> Self {
        Self {
            exact: 10,
            beam: 5,
            longest: 64,
        }
    }
}

/// Measures how faithful rankings of words are on `examples`, text by text; `progress` hears how many
/// are done. What falls is the probability of the class predicted for the whole text, whatever the
/// label.
///
/// The columns are named `measure/ranking/removal`, by [`Ranking::name`] and [`Removal::name`]:
///
/// | measure | of each text |
/// |---|---|
/// | `comprehensiveness` | ERASER's AOPC: mean over [`PERCENTAGES`] of the fall without the most important words, at least one; more is better |
/// | `sufficiency` | the same with nothing but those words; less is better |
/// | `comprehensiveness_P`, `sufficiency_P` | at P per cent alone |
/// | `aopc` | VMASK's AOPC: 1/(U+1)·Σ_{u=1..U} fall without the u most important words, U = [`MOST_REMOVED`]; more is better |
/// | `post_hoc_accuracy_K` | 1 where the prediction is the same from the K most important words alone, else 0; K up to [`MOST_KEPT`] |
/// | `normalised_comprehensiveness` | mean over all numbers of words of the fall without the most important ones, 0 at the least that any order of the words comes to and 1 at the most; more is better |
/// | `normalised_sufficiency` | the same with the least important words removed first; less is better |
///
/// The last two (Edin et al., arXiv 2408.08137) are there only if asked for, and have no value for a
/// text that is too long or whose order makes no difference.
///
/// # Errors
/// If the device was lost or failed.
pub async fn faithfulness(
    model: &Classifier,
    examples: &[EncodedExample],
    options: &FaithfulnessOptions,
    mut progress: impl FnMut(usize),
) -> Result<Vec<Column>, ReadError> {
    let mut stream = Stream::new(options.seed);
    let mut texts = Vec::with_capacity(examples.len());
    for example in examples {
        let text = words_read(&example.ids, &model.config);
        texts.push(of_text(model, text, options, &mut stream).await?);
        progress(1);
    }
    Ok(columns(Section::Faithfulness, &texts))
}

/// One text's measures.
async fn of_text(
    model: &Classifier,
    text: &[u32],
    options: &FaithfulnessOptions,
    stream: &mut Stream,
) -> Result<Values, ReadError> {
    let mut orders = Vec::with_capacity(options.rankings.len());
    for &ranking in &options.rankings {
        let scores = word_scores(model, text, ranking, stream).await?;
        orders.push((ranking, ranked(&scores)));
    }
    let search = options
        .normalisation
        .filter(|search| text.len() <= search.longest);
    let mut values = Vec::new();
    for &removal in &options.removals {
        let mut outcomes = Outcomes::new(model, text, removal).await?;
        let needed = orders
            .iter()
            .flat_map(|(_, order)| removals(order, search.is_some()));
        outcomes.find(needed).await?;
        let limits = match search {
            Some(search) => Some(limits_of(&mut outcomes, text.len(), search).await?),
            None => None,
        };
        for (ranking, order) in &orders {
            let measures = Measures::new(order, |removed| outcomes.get(removed), limits);
            let of_order = measures.values(options.normalisation.is_some());
            let place = format!("{}/{}", ranking.name(), removal.name());
            values.extend(
                of_order
                    .into_iter()
                    .map(|(measure, value)| (format!("{measure}/{place}"), value)),
            );
        }
    }
    Ok(values)
}

/// The limits of a text's AOPC.
async fn limits_of(
    outcomes: &mut Outcomes<'_>,
    words: usize,
    options: Normalisation,
) -> Result<Limits, ReadError> {
    let width = if words <= options.exact {
        usize::MAX
    } else {
        options.beam
    };
    let mut search = Search::new(words, width);
    for _ in 0..words {
        outcomes.find(search.candidates()).await?;
        search.step(|removed| outcomes.get(removed).fall);
    }
    Ok(search.limits())
}
