//! What holds natively, in single precision: one program, so that Burn is compiled into tests and linked
//! once.

#![cfg(not(target_arch = "wasm32"))]

mod by_words;
mod changes;
mod chart;
mod common;
mod corpus;
mod corpus_parquet;
mod data;
mod evaluate;
mod evidence;
mod explain;
mod export;
mod faithfulness;
mod fixtures;
mod helpers;
mod huggingface;
mod inquiry;
mod layers;
mod losses;
mod neurons;
mod package;
mod parity;
mod text;
mod training;
mod tuning;
