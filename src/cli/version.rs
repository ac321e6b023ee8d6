//! What `safr --version` says: release, commit and backends.

use std::sync::LazyLock;

/// Release, commit and backends.
pub(super) static LONG: LazyLock<String> = LazyLock::new(|| {
    let backends = [
        ("flex", true),
        ("ndarray", cfg!(feature = "ndarray")),
        ("wgpu", cfg!(feature = "wgpu")),
        ("cuda", cfg!(feature = "cuda")),
    ];
    let held = backends.iter().filter(|(_, held)| *held);
    let held: Vec<&str> = held.map(|(name, _)| *name).collect();
    format!(
        "{}\ncommit: {}\nbackends: {}",
        env!("CARGO_PKG_VERSION"),
        option_env!("SAFR_COMMIT").unwrap_or("unknown"),
        held.join(", ")
    )
});
