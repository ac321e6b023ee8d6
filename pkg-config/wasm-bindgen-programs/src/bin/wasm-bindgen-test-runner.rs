//! wasm-bindgen's test runner, which wasm-pack has cargo call for each test program: exactly the version of
//! wasm-bindgen that made it.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
