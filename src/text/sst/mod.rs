//! The Stanford Sentiment Treebank's binary task: sentences and phrases that
//! are negative or positive.

mod files;
mod phrases;
mod sentences;
mod tree;

pub use files::{file_name, read_trees};
pub use phrases::{neutral_phrases, phrases};
pub use sentences::{LabelledWords, labelled_sentences, sentences};
pub use tree::{Node, Tree, TreeError, TreeProblem, parse_trees};
