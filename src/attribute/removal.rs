//! How words are taken out of a text.

use serde::{Deserialize, Serialize};

use crate::text::{Encoded, UNKNOWN};

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

    /// The `n` words of `text` without the `removed` ones. Nothing is left if all are deleted:
    /// the model then reads only PAD.
    pub fn apply(self, text: &[u32], removed: &[bool]) -> Vec<u32> {
        let words = text.iter().zip(removed);
        match self {
            Self::Delete => words
                .filter(|&(_, &removed)| !removed)
                .map(|(&id, _)| id)
                .collect(),
            Self::Unknown => words
                .map(|(&id, &removed)| if removed { UNKNOWN } else { id })
                .collect(),
        }
    }

    /// [`apply`](Self::apply) to a text whose words may be several ids each: those of the `removed` words go, and what
    /// stands before or after the text stays.
    pub fn apply_to_words(self, text: &Encoded, removed: &[bool]) -> Vec<u32> {
        self.apply(&text.ids, &text.spread(removed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_deleted_or_become_unknown() {
        let (text, removed) = ([5, 6, 7, 8], [false, true, false, true]);
        assert_eq!(Removal::Delete.apply(&text, &removed), [5, 7]);
        assert_eq!(
            Removal::Unknown.apply(&text, &removed),
            [5, UNKNOWN, 7, UNKNOWN]
        );
        assert!(Removal::Delete.apply(&text, &[true; 4]).is_empty());
    }
}
