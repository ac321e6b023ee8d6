//! What can go wrong when a file of labelled text is read.

use std::io;
use std::path::{Path, PathBuf};

use super::sst::TreeError;
use super::table::TableError;

/// A data file that could not be used.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// The file is missing or cannot be read.
    #[error("cannot read {}: {error}. Check that the data folder holds this file{}", path.display(), as_text(path))]
    Unreadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file is there, but a line of it is not a labelled tree.
    #[error("{}, {error}. Expected one Stanford Sentiment Treebank tree per line, such as (3 (2 A) (3 gem))", path.display())]
    Tree {
        /// The file read.
        path: PathBuf,
        /// The line and what is wrong with it.
        error: TreeError,
    },
    /// The file is there, but is not a table of labelled texts.
    #[error("{}, {error}", path.display())]
    Table {
        /// The file read.
        path: PathBuf,
        /// What is wrong with it, and in which line.
        error: TableError,
    },
    /// The file is there, but holds no word vectors.
    #[error("{} holds no word vectors: {problem}. Expected NAME.f32le.bin with NAME.vocab.txt next to it", path.display())]
    Vectors {
        /// The file read.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// How a file must be written.
fn as_text(path: &Path) -> &'static str {
    match path.extension().is_some_and(|ending| ending == "gz") {
        true => ", whole",
        false => " as UTF-8 text",
    }
}
