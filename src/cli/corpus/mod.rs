//! `safr explain --corpus`: many texts, one a line or a row, to one record each, in constant memory.

mod decode;
mod explain;
mod form;
mod lines;
mod record;
mod rows;
mod source;
mod table;

pub(super) use explain::{Options, Unexplained};
