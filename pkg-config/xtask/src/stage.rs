//! Says what is being done, and how long it took.

use std::fmt::Display;
use std::time::Instant;

use anyhow::Result;
use workspace::duration::since;

/// Does `work`, and says so before and after; `note` is what people should know meanwhile.
pub(crate) fn stage<T>(
    name: impl Display,
    note: impl Display,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    println!("{name}: {note} …");
    let start = Instant::now();
    let result = work();
    let outcome = if result.is_ok() {
        "done in"
    } else {
        "failed after"
    };
    println!("{name}: {outcome} {}", since(start));
    result
}
