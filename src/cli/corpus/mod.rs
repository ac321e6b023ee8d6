//! `safr explain --corpus`: many texts, one a line, to one record each, in constant memory.

mod decode;
mod explain;
mod lines;
mod record;

pub(super) use explain::{Options, Unexplained};
