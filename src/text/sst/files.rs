//! The treebank's files.

use std::path::Path;

use super::{Tree, parse_trees};
use crate::text::error::TextError;
use crate::text::file::read_text;
use crate::text::split::Split;
use crate::text::tokenize::Tokenizer;

/// Name of the file of a part, in the treebank's folder.
pub fn file_name(split: Split) -> String {
    format!("{}.txt", split.name())
}

/// Reads a file of one tree per line, as [`parse_trees`] does.
///
/// # Errors
/// If the file cannot be read, or a line is not a labelled tree.
pub fn read_trees(path: &Path, words: Tokenizer) -> Result<Vec<Tree>, TextError> {
    parse_trees(&read_text(path)?, words).map_err(|error| TextError::Tree {
        path: path.to_owned(),
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named() {
        let error =
            read_trees(Path::new("no-such-folder/train.txt"), Tokenizer::Typed).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("cannot read no-such-folder/train.txt: "),
            "{error}"
        );
    }
}
