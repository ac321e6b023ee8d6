//! What the project's own tools share: where the project is, and how programs are run and built there.

pub mod duration;
pub mod native;
pub mod process;
pub mod project;
