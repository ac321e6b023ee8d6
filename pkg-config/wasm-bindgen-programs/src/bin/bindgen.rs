//! wasm-bindgen's program, from whose version wasm-pack knows that the test runner next to it is the right one.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(std::env::args_os())
}
