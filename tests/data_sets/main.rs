//! What holds of the public data sets. `cargo xtask test --lane data` finds them, and runs this.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/mod.rs"]
mod common;

mod glue;
mod imdb;
mod minilm;
mod trec;
mod treebank;
