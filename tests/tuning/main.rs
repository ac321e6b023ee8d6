//! Fine-tuning on a person's own texts: what is said of the data, how a run goes, stops and goes
//! on, and what comes of it.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/questions.rs"]
mod questions;

mod archive;
mod command;
mod data;
mod learning;
mod run;
