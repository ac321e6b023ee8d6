//! Words that people marked.

/// Words of a text that people marked, and the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Short name of the source, used in the names of measures.
    pub source: &'static str,
    /// Whether each word is marked; at least as many as the model reads.
    pub words: Vec<bool>,
}
