//! The native command `safr`.

/// Training frees and requests the same large buffers at every step; the system's allocator would return
/// them to the kernel in between.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    safr::cli::main()
}
