//! Scores of words from leaving them out, one at a time.

use super::{Removal, probabilities};
use crate::explain::argmax;
use crate::model::{Classifier, ReadError};
use crate::text::Encoded;

/// Occlusion of each of a text's `n` words, `n`: the probability of the predicted class minus that
/// without the word.
///
/// # Errors
/// If the device was lost or failed.
pub async fn occlusion(
    model: &Classifier,
    text: &Encoded,
    removal: Removal,
) -> Result<Vec<f64>, ReadError> {
    let text = text.cut(model.config.max_len);
    let words = text.places.len();
    let without = |word: usize| {
        let removed: Vec<bool> = (0..words).map(|other| other == word).collect();
        removal.apply(&text, &removed, model.config.reading.words)
    };
    let mut texts = vec![text.ids.clone()];
    texts.extend((0..words).map(without));
    let found = probabilities(model, &texts).await?;
    let class = argmax(&found[0]);
    let whole = f64::from(found[0][class]);
    Ok(found[1..]
        .iter()
        .map(|without| whole - f64::from(without[class]))
        .collect())
}
