//! What the page's Worker calls: the engine behind wasm-bindgen. What it says in words is there natively, too.

mod advice;
mod choice;
#[cfg(target_arch = "wasm32")]
mod convert;
#[cfg(target_arch = "wasm32")]
mod export;
#[cfg(target_arch = "wasm32")]
mod helper;
#[cfg(target_arch = "wasm32")]
mod log;
#[cfg(target_arch = "wasm32")]
mod memory;
#[cfg(target_arch = "wasm32")]
mod session;
#[cfg(target_arch = "wasm32")]
mod start;
#[cfg(target_arch = "wasm32")]
mod tuning;
#[cfg(target_arch = "wasm32")]
mod view;

pub use advice::{advised, advised_report, command, hint};
pub use choice::{AdapterFacts, AdapterLimits, Choice, choose_backend};
#[cfg(target_arch = "wasm32")]
pub use helper::{Helper, Team};
#[cfg(target_arch = "wasm32")]
pub use session::{Session, choose};
#[cfg(target_arch = "wasm32")]
pub use start::start;
#[cfg(target_arch = "wasm32")]
pub use tuning::{Tuning, describe, entitle, take_in, unzip, zip};
