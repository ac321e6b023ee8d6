//! Labelled texts: small sets in the layouts of public ones, people's own tables with all that can be
//! wrong with them, and both through the command.
#![cfg(not(target_arch = "wasm32"))]

mod as_written;
mod command;
#[path = "../common/mod.rs"]
mod common;
mod presets;
mod refusals;
mod resuming;
mod sets;
mod shell;
mod stages;
mod table;
mod trained;
#[path = "../common/treebank.rs"]
mod treebank;
