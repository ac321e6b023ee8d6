//! A text as the model reads it, with what is known about it.

/// A labelled text as word ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedExample {
    /// Word ids; at least one.
    pub ids: Vec<u32>,
    /// Index of the class.
    pub label: usize,
}
