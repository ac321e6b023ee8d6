//! SAFR text classifiers (superposition-aware feature regularisation, arXiv 2501.16374) that show
//! which neurons each word takes: trained natively or in a web page, explained in both.
//!
//! One flow: [`text`] gives words, [`model`] a trace, [`objective`] the losses of a trace and
//! [`train`] minimises them; [`explain`] turns a trace into an explanation, which [`engine`]
//! hands to the page and the command line.
//!
//! An error's message is complete: what went wrong, its cause, and what to do next. The page shows nothing
//! else; so a cause is part of the message and never its `source`, which a chain of errors would print
//! a second time.

// wasm-pack would build the unit tests for a browser and run none of them, so there are none to build.
#![cfg(not(all(test, target_arch = "wasm32")))]

pub mod attribute;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod chart;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub mod cli;
pub mod engine;
pub mod evaluate;
pub mod explain;
pub mod model;
pub mod objective;
pub mod package;
pub mod presets;
pub mod text;
pub mod train;
pub mod web;
