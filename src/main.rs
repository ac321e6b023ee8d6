//! The native command `safr`.

/// Training frees and asks for the same large buffers at every step, which the system's allocator
/// gives back to the kernel in between.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    safr::cli::main()
}
