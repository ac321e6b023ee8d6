//! What the project's own tools share: where the project is, how programs are run and built there, and how
//! tables get into its documents.

pub mod document;
pub mod duration;
pub mod native;
pub mod process;
pub mod project;
