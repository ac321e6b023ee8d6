//! One labelled text, the form in which every data set reaches training.

/// A text as normalised words, and its class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The words, as [`tokenize`](super::tokenize) normalises them.
    pub words: Vec<String>,
    /// Index of the class, from 0.
    pub label: usize,
}
