//! Why a prediction says little about a text.

use super::{Explanation, known_words};

/// Why a prediction says little; `None` if nothing speaks against it.
pub(super) fn doubt(explanation: &Explanation) -> Option<String> {
    if explanation.prediction.is_none() {
        None
    } else if explanation.untrained {
        Some("The head of this model has learned nothing yet, so what it predicts is random. Fine-tune it on labelled texts first.".into())
    } else if explanation.is_little_known() {
        Some(little_known(explanation))
    } else if explanation.is_in_fragments() {
        Some("Most of these words are spelled in small pieces: what the model predicts may say little about the text.".into())
    } else {
        None
    }
}

/// What follows from how few words are known.
fn little_known(explanation: &Explanation) -> String {
    match known_words(&explanation.words) {
        (0, 0) => {
            "There is no word here: what the model predicts says nothing about the text.".into()
        }
        (0, _) => {
            "The model knows none of these words: what it predicts says nothing about the text."
                .into()
        }
        (known, all) => format!(
            "The model knows only {known} of these {all} words: what it predicts says little about the text."
        ),
    }
}
