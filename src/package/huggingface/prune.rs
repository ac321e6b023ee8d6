//! A word table of fewer pieces.

use std::collections::BTreeSet;

use super::HuggingFaceError;
use crate::model::Array;
use crate::text::{Pieces, Tokenizer, Vocabulary};

/// The pieces that spell `words`, single letters, with which anything can be spelled, and what is no piece; in their
/// order, with the rules that go with their new ids, and their rows of the `table`.
pub(super) fn pruned(
    words: &[String],
    (vocabulary, reads): (&Vocabulary, Pieces),
    table: &Array,
) -> Result<(Vocabulary, Pieces, Array), HuggingFaceError> {
    let tokenizer = Tokenizer::Pieces(reads);
    let normalised: Vec<String> = words.iter().map(|word| tokenizer.normalise(word)).collect();
    let mut kept: BTreeSet<u32> = tokenizer
        .encode(&normalised, vocabulary)
        .ids
        .into_iter()
        .collect();
    kept.extend([0, reads.unknown, reads.first, reads.last]);
    let letters = vocabulary.words().iter().zip(0..).filter(|(piece, _)| {
        let letters = piece.strip_prefix(Pieces::CONTINUES).unwrap_or(piece);
        letters.chars().count() == 1
    });
    kept.extend(letters.map(|(_, id)| id));
    let place = |id: u32| kept.range(..id).count() as u32;
    let reads = Pieces {
        unknown: place(reads.unknown),
        first: place(reads.first),
        last: place(reads.last),
        ..reads
    };
    let name = |&id: &u32| vocabulary.words()[id as usize].clone();
    let width = table.shape.get(1).copied().unwrap_or_default();
    let row = |&id: &u32| table.values[id as usize * width..][..width].iter().copied();
    let table = Array {
        shape: vec![kept.len(), width],
        values: kept.iter().flat_map(row).collect(),
    };
    let vocabulary = Vocabulary::from_words(kept.iter().map(name).collect())?;
    Ok((vocabulary, reads, table))
}
