//! The measures of rankings, text by text.

use super::limits::{Limits, Search};
use super::measures::{Measures, removals};
use super::outcomes::Outcomes;
use super::{FaithfulnessOptions, Normalisation};
use crate::attribute::{ranked, word_scores};
use crate::evaluate::columns::{Values, columns};
use crate::evaluate::{Column, EncodedExample, Section};
use crate::model::{Classifier, ReadError, Stream};
use crate::text::Encoded;

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
/// | `comprehensiveness_P`, `sufficiency_P` | at P per cent only |
/// | `aopc` | VMASK's AOPC: 1/(U+1)·Σ_{u=1..U} fall without the u most important words, U = [`MOST_REMOVED`]; more is better |
/// | `post_hoc_accuracy_K` | 1 if the prediction is the same from only the K most important words, else 0; K up to [`MOST_KEPT`] |
/// | `normalised_comprehensiveness` | mean over all numbers of words of the fall without the most important ones, 0 at the least that any order of the words reaches and 1 at the most; more is better |
/// | `normalised_sufficiency` | the same with the least important words removed first; less is better |
///
/// The last two (Edin et al., arXiv 2408.08137) are measured only on request, and have no value for a
/// text that is too long or whose order makes no difference.
///
/// [`Ranking::name`]: crate::attribute::Ranking::name
/// [`Removal::name`]: crate::attribute::Removal::name
/// [`PERCENTAGES`]: super::PERCENTAGES
/// [`MOST_REMOVED`]: super::MOST_REMOVED
/// [`MOST_KEPT`]: super::MOST_KEPT
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
        let text = example.read(&model.config);
        texts.push(of_text(model, &text, options, &mut stream).await?);
        progress(1);
    }
    Ok(columns(Section::Faithfulness, &texts))
}

/// One text's measures.
async fn of_text(
    model: &Classifier,
    text: &Encoded,
    options: &FaithfulnessOptions,
    stream: &mut Stream,
) -> Result<Values, ReadError> {
    let mut orders = Vec::with_capacity(options.rankings.len());
    for &ranking in &options.rankings {
        let scores = word_scores(model, text, ranking, stream).await?;
        orders.push((ranking, ranked(&scores)));
    }
    let words = text.places.len();
    let search = options
        .normalisation
        .filter(|search| words <= search.longest);
    let mut values = Vec::new();
    for &removal in &options.removals {
        let mut outcomes = Outcomes::new(model, text, removal).await?;
        let needed = orders
            .iter()
            .flat_map(|(_, order)| removals(order, search.is_some()));
        outcomes.find(model, needed).await?;
        let limits = match search {
            Some(search) => Some(limits_of(model, &mut outcomes, words, search).await?),
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
    model: &Classifier,
    outcomes: &mut Outcomes,
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
        outcomes.find(model, search.candidates()).await?;
        search.step(|removed| outcomes.get(removed).fall);
    }
    Ok(search.limits())
}
