//! What `safr train` does by name: objectives and recipes as files in which each key is explained, and
//! how such files are read. The page's fine-tuning takes its defaults from them, too.

mod objectives;
mod preset;
mod recipe;

pub use objectives::{losses_for, name_of};
pub use preset::{Preset, PresetError, names};
pub use recipe::{After, Fresh, Recipe, Start, Texts};
