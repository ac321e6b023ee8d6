//! The public data sets: what they are, where they are, and (feature `fetch`) how to get them.

#[cfg(feature = "fetch")]
pub mod fetch;
mod folder;
mod table;

pub use folder::{Folder, State, VARIABLE};
pub use table::{Address, File, Form, Need, Set, Source, Table};
