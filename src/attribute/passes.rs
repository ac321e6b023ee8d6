//! Many variants of a text through a model, in batches of bounded size.

use burn::tensor::Tensor;

use crate::explain::softmax;
use crate::model::{Batch, Classifier, ModelConfig, Padding, ReadError, read};

/// Maximum padded positions in a batch, unless a single text is longer: enough to keep a
/// device busy, few enough for a page's memory.
const POSITIONS: usize = 2048;

/// Positions that are computed between two looks at what else is to be done: about as many as a frame has time for.
const PIECE: usize = 256;

/// How many texts of `length` words are one piece of a longer work, so that nobody waits for it; at least one.
pub fn texts_a_piece(length: usize) -> usize {
    (PIECE / length.max(1)).max(1)
}

/// How many texts of `length` words go into one batch; at least one.
pub(super) fn texts_a_batch(length: usize, config: &ModelConfig) -> usize {
    let padded = match config.reading.padding {
        Padding::Fixed => config.max_len,
        Padding::Longest => length.max(1),
    };
    (POSITIONS / padded).max(1)
}

/// Class probabilities of each of the `texts`, `K` values each, in the order of the texts. A text
/// without words has those that the model gives for PAD alone.
///
/// # Errors
/// If the device was lost or failed.
pub async fn probabilities<T: AsRef<[u32]>>(
    model: &Classifier,
    texts: &[T],
) -> Result<Vec<Vec<f32>>, ReadError> {
    let device = model.device();
    let length = |at: usize| texts[at].as_ref().len();
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&at| length(at));
    let mut found = vec![Vec::new(); texts.len()];
    let mut rest = order.as_slice();
    // From the longest down, so that the first text of a batch determines how many fit.
    while let Some(&longest) = rest.last() {
        let count = texts_a_batch(length(longest), &model.config).min(rest.len());
        let (before, chunk) = rest.split_at(rest.len() - count);
        let chunk_texts: Vec<&[u32]> = chunk.iter().map(|&at| texts[at].as_ref()).collect();
        let batch = Batch::new(&chunk_texts, &model.config, &device);
        let rows = read_probabilities(model.forward(&batch, None).logits).await?;
        for (&at, row) in chunk.iter().zip(rows) {
            found[at] = row;
        }
        rest = before;
    }
    Ok(found)
}

/// Reads class scores, `[B, K]`, as `B` rows of probabilities.
async fn read_probabilities(logits: Tensor<2>) -> Result<Vec<Vec<f32>>, ReadError> {
    let [_, classes] = logits.dims();
    let values = read(logits.flatten(0, 1)).await?;
    Ok(values.chunks_exact(classes).map(softmax).collect())
}

/// The words of a text that a model reads.
pub fn words_read<'a>(text: &'a [u32], config: &ModelConfig) -> &'a [u32] {
    &text[..text.len().min(config.max_len)]
}
