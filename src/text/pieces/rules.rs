//! How a model reads a text in pieces.

use serde::{Deserialize, Serialize};

/// How a text becomes words, which the vocabulary spells in pieces, and the ids of what is no piece; stored
/// with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pieces {
    /// Whether letters are read in lower case.
    pub lower_case: bool,
    /// Whether accents are left out.
    pub strip_accents: bool,
    /// Whether each Chinese character is a word.
    pub split_chinese: bool,
    /// Id of a word that no pieces spell, `[UNK]`.
    pub unknown: u32,
    /// Id of what stands before the text, `[CLS]`.
    pub first: u32,
    /// Id of what stands after it, `[SEP]`.
    pub last: u32,
}

impl Pieces {
    /// What the name of a piece that does not begin a word begins with.
    pub const CONTINUES: &str = "##";

    /// Whether `id` stands for something that is in no text: what is before it or after it.
    pub fn is_special(self, id: u32) -> bool {
        id == self.first || id == self.last
    }
}
