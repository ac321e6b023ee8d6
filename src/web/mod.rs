//! What the page's Worker calls: the engine behind wasm-bindgen. What it says in words is there natively, too.

mod advice;
#[cfg(target_arch = "wasm32")]
mod convert;
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

pub use advice::{command, hint};
#[cfg(target_arch = "wasm32")]
pub use session::{Session, choose};
#[cfg(target_arch = "wasm32")]
pub use start::start;
#[cfg(target_arch = "wasm32")]
pub use tuning::{Tuning, describe, entitle, unzip, zip};
