//! SAFR text classifiers (superposition-aware feature regularisation, arXiv 2501.16374) that show
//! which neurons each word takes: trained natively or in a web page, explained in both.
//!
//! One flow: [`text`] gives words, [`model`] a trace, [`objective`] the losses of a trace and
//! [`train`] minimises them; [`explain`] turns a trace into an explanation, which [`engine`]
//! hands to the page and the command line.
//!
//! `docs/architecture.md` draws the modules, and `CONTRIBUTING.md` says how they are tested and extended.
//!
//! An error's message says what went wrong and its cause. What to do next is part of it, too, unless only
//! the page or the command can know that: they then add it. A cause is never the `source` of an error, which
//! a chain of errors would print a second time.

// wasm-pack would build the unit tests for a browser and run none of them, so there are none to build.
#![cfg(not(all(test, target_arch = "wasm32")))]

pub mod attribute;
pub mod chart;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
pub mod engine;
pub mod evaluate;
pub mod explain;
mod kernels;
pub mod model;
pub mod objective;
pub mod package;
pub mod presets;
pub mod text;
pub mod train;
pub mod web;
