//! `safr import`: a PyTorch SAFR checkpoint, or a folder of Hugging Face's libraries, becomes a model directory.

mod checkpoint;
mod huggingface;
mod run;
mod vocabulary;

pub(super) use run::Import;
