//! What goes wrong on a GPU without Burn noticing.
//!
//! A shader that does not compile is only logged, and a lost device only calls back; the numbers
//! read afterwards are silently zero. Whoever learns of such a thing records it here, and the
//! engine checks after every result.

use std::sync::Mutex;

static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// Records a fault; only the first one counts, since others follow from it.
pub fn record(message: String) {
    if let Ok(mut first) = FIRST.lock() {
        first.get_or_insert(message);
    }
}

/// The first fault so far; it stays, since the device does not recover.
pub fn first() -> Option<String> {
    FIRST.lock().ok().and_then(|first| first.clone())
}
