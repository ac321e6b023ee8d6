//! `safr import`: a PyTorch SAFR checkpoint becomes a model directory.

mod checkpoint;
mod run;
mod vocabulary;

pub(super) use run::Import;
