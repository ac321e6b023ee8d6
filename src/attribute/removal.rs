//! How words are taken out of a text.

use serde::{Deserialize, Serialize};

use crate::text::{Encoded, Tokenizer};

/// Which of a text's `n` words are taken out, `n`.
pub type Removed = Vec<bool>;

/// What happens to a word that is taken out (method §5.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Removal {
    /// It is deleted and the others move up, as in ERASER (DeYoung et al., ACL 2020).
    Delete,
    /// The unknown word takes its place.
    Unknown,
}

impl Removal {
    /// Both ways.
    pub const ALL: [Self; 2] = [Self::Delete, Self::Unknown];

    /// Its name in options, files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Unknown => "unknown",
        }
    }

    /// The ids of a `text` that is read as `reads` says, without its `removed` words; what stands before or after it
    /// stays. Nothing is left if all words are deleted where nothing else stands: the model then reads only PAD.
    pub fn apply(self, text: &Encoded, removed: &[bool], reads: Tokenizer) -> Vec<u32> {
        let removed = text.spread(removed);
        let words = text.ids.iter().zip(removed);
        match self {
            Self::Delete => words
                .filter(|&(_, removed)| !removed)
                .map(|(&id, _)| id)
                .collect(),
            Self::Unknown => words
                .map(|(&id, removed)| if removed { reads.unknown() } else { id })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Pieces, UNKNOWN};

    #[test]
    fn words_are_deleted_or_become_unknown() {
        let (text, removed) = (Encoded::of_words(&[5, 6, 7, 8]), [false, true, false, true]);
        let reads = Tokenizer::Typed;
        assert_eq!(Removal::Delete.apply(&text, &removed, reads), [5, 7]);
        assert_eq!(
            Removal::Unknown.apply(&text, &removed, reads),
            [5, UNKNOWN, 7, UNKNOWN]
        );
        assert!(Removal::Delete.apply(&text, &[true; 4], reads).is_empty());
    }

    #[test]
    fn all_pieces_of_a_word_are_removed_and_nothing_else() {
        let reads = Tokenizer::Pieces(Pieces {
            unknown: 100,
            first: 2,
            last: 3,
            lower_case: true,
            strip_accents: true,
            split_chinese: true,
        });
        let text = Encoded {
            ids: vec![2, 5, 6, 7, 3],
            places: vec![1..3, 3..4],
        };
        let removed = [true, false];
        assert_eq!(Removal::Delete.apply(&text, &removed, reads), [2, 7, 3]);
        assert_eq!(
            Removal::Unknown.apply(&text, &removed, reads),
            [2, 100, 100, 7, 3]
        );
    }
}
