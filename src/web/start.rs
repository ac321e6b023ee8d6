//! What happens when the module is loaded.

use wasm_bindgen::prelude::*;

use super::log;

/// Sets up what every later call needs; runs when the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    log::install();
}
