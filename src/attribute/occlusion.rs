//! Scores of words from leaving them out, one at a time.

use super::{Removal, probabilities, words_read};
use crate::explain::argmax;
use crate::model::{Classifier, ReadError};

/// Occlusion of each of a text's `n` words, `n`: the probability of the predicted class minus that
/// without the word.
///
/// # Errors
/// If the device was lost or failed.
pub async fn occlusion(
    model: &Classifier,
    text: &[u32],
    removal: Removal,
) -> Result<Vec<f64>, ReadError> {
    let text = words_read(text, &model.config);
    let without = |word: usize| {
        let removed: Vec<bool> = (0..text.len()).map(|other| other == word).collect();
        removal.apply(text, &removed)
    };
    let mut texts = vec![text.to_vec()];
    texts.extend((0..text.len()).map(without));
    let found = probabilities(model, &texts).await?;
    let class = argmax(&found[0]);
    let whole = f64::from(found[0][class]);
    Ok(found[1..]
        .iter()
        .map(|without| whole - f64::from(without[class]))
        .collect())
}
