//! The native command `safr`.

fn main() -> std::process::ExitCode {
    safr::cli::main()
}
