//! Burn's log in a browser: errors are faults that the engine must learn about, since a shader that
//! does not compile is reported nowhere else.

use log::{Level, LevelFilter, Log, Metadata, Record};

use crate::engine::faults;

struct Faults;

impl Log for Faults {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= Level::Error
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            faults::record(format!("{}: {}", record.target(), record.args()));
        }
    }

    fn flush(&self) {}
}

/// Makes every logged error a fault.
pub(super) fn install() {
    if log::set_logger(&Faults).is_ok() {
        log::set_max_level(LevelFilter::Error);
    }
}
