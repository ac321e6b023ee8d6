//! Fresh embeddings that start from pre-trained word vectors.

use super::{Stream, Weights};
use crate::text::{Vocabulary, WordVectors};

/// Name of the word table.
pub(crate) const WORD_TABLE: &str = "embedding.weight";

/// Replaces the drawn rows of the words that `vectors` holds by their vectors, scaled to the unit
/// variance of the others; for a table of another width they are projected by one random matrix, so
/// that angles are roughly preserved.
pub fn begin_at_vectors(
    weights: &mut Weights,
    vocabulary: &Vocabulary,
    vectors: &WordVectors,
    stream: &mut Stream,
) {
    let Some(embedding) = weights.get_mut(WORD_TABLE) else {
        return;
    };
    let (from, to) = (vectors.width(), embedding.shape[1]);
    let scale = 1.0 / vectors.scale();
    let projection: Vec<f32> = if from == to {
        (0..from * to)
            .map(|at| if at % to == at / to { scale } else { 0.0 })
            .collect()
    } else {
        let scale = scale / (from as f32).sqrt();
        let drawn = stream.normal(from * to);
        drawn.iter().map(|value| value * scale).collect()
    };
    for (word, row) in vocabulary
        .words()
        .iter()
        .zip(embedding.values.chunks_exact_mut(to))
    {
        let Some(vector) = vectors.get(word) else {
            continue;
        };
        row.fill(0.0);
        for (value, weights) in vector.iter().zip(projection.chunks_exact(to)) {
            row.iter_mut()
                .zip(weights)
                .for_each(|(sum, weight)| *sum += value * weight);
        }
    }
}

/// Multiplies the word table: the forward pass's √E turns unit variance into large embeddings,
/// which saturate the attention from the start.
pub fn scale_embeddings(weights: &mut Weights, factor: f32) {
    if let Some(table) = weights.get_mut(WORD_TABLE) {
        table.values.iter_mut().for_each(|value| *value *= factor);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    // These need files, which a browser does not have.
    use super::*;
    use crate::model::{ModelConfig, Reading, initial_weights};
    use crate::text::Tokenizer;

    #[test]
    fn angles_are_about_kept_and_other_words_stay_as_drawn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("v.f32le.bin");
        let rows: [[f32; 3]; 3] = [[1.0, 0.0, 2.0], [1.0, 0.1, 1.9], [0.0, -3.0, 0.0]];
        let bytes: Vec<u8> = rows
            .as_flattened()
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        std::fs::write(&path, bytes).unwrap();
        std::fs::write(folder.path().join("v.vocab.txt"), "good\ngreat\ntable\n").unwrap();
        let vectors = WordVectors::read(&path).unwrap();

        let words = ["<PAD>", "<UNK>", "good", "zyx", "great", "table"].map(str::to_owned);
        let vocabulary = Vocabulary::from_words(words.to_vec()).unwrap();
        let config = ModelConfig::new(6, 2, Reading::scale_free(Tokenizer::Default));
        let mut stream = Stream::new(0);
        let mut weights = initial_weights(&config, &mut stream);
        let drawn = weights[WORD_TABLE].clone();
        begin_at_vectors(&mut weights, &vocabulary, &vectors, &mut stream);
        let row = |id: usize| &weights[WORD_TABLE].values[id * 256..(id + 1) * 256];
        let cosine = |a: &[f32], b: &[f32]| {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
        };
        assert!(cosine(row(2), row(4)) > 0.99);
        assert!(cosine(row(2), row(5)).abs() < 0.3);
        assert_eq!(row(3), &drawn.values[3 * 256..4 * 256]);
    }
}
