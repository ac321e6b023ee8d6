//! Models of Hugging Face's libraries as model directories: BERT and DistilBERT, cased or not, with or without a
//! classification head (Devlin et al. 2019; Sanh et al. 2019).
//!
//! Their encoder block is that of method §2.4. A gate that keeps everything is put before them, so that they predict
//! what they predicted.

mod config;
mod error;
mod import;
mod parameters;
mod prune;
mod tokenizer;

pub use error::HuggingFaceError;
pub use import::{Import, holds_one, import, names_a_kind};
