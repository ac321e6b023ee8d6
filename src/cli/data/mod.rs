//! From `--task` and `--data` to labelled texts.

mod options;
mod own;
mod reader;
mod remarks;

pub(super) use options::{Data, Task, encode};
pub(super) use own::{DATA, Own};
pub(super) use reader::Reader;

pub(super) use crate::text::Split;
