//! Makes the wasm modules: cargo, then wasm-bindgen's library, then (to publish) wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Validator, WasmFeatures};

use crate::digest::{self, Digest};
use crate::process::run;
use crate::project::Project;
use crate::quality::Quality;
use crate::stage::stage;

const TARGET: &str = "wasm32-unknown-unknown";

/// Every feature beyond the first WebAssembly that a module may use, as wasm-opt and as wasmparser name it.
///
/// wasm-opt must be told: with all that it knows, it writes modules that
/// Chromium refuses. Relaxed SIMD must not be among these: iOS Safari refuses it.
const FEATURES: [(&str, WasmFeatures); 7] = [
    ("--enable-simd", WasmFeatures::SIMD),
    ("--enable-bulk-memory", WasmFeatures::BULK_MEMORY),
    (
        "--enable-nontrapping-float-to-int",
        WasmFeatures::SATURATING_FLOAT_TO_INT,
    ),
    ("--enable-sign-ext", WasmFeatures::SIGN_EXTENSION),
    ("--enable-mutable-globals", WasmFeatures::MUTABLE_GLOBAL),
    ("--enable-reference-types", WasmFeatures::REFERENCE_TYPES),
    ("--enable-multivalue", WasmFeatures::MULTI_VALUE),
];

/// One of the two modules that the page chooses from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Module {
    /// Flex alone: small.
    Cpu,
    /// Every backend.
    Full,
}

impl Module {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Cpu, Self::Full];

    /// Its name in the page and in the size budget.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Full => "full",
        }
    }

    /// What it is for people.
    fn title(self) -> &'static str {
        match self {
            Self::Cpu => "Engine for the CPU",
            Self::Full => "Engine for WebGPU",
        }
    }

    /// About how many minutes it takes the first time, on two cores.
    fn minutes(self, quality: Quality) -> u32 {
        match (quality, self) {
            (Quality::Quick, Self::Cpu) => 6,
            (Quality::Quick, Self::Full) => 20,
            (Quality::Publish, Self::Cpu) => 17,
            (Quality::Publish, Self::Full) => 43,
        }
    }

    /// A separate target folder for each: they are the same crate with different features,
    /// and in one folder each build would undo the other.
    fn target(self, project: &Project) -> PathBuf {
        match self {
            Self::Cpu => project.target.join("cpu"),
            Self::Full => project.target.clone(),
        }
    }

    /// Where cargo puts it.
    fn compiled(self, project: &Project, quality: Quality) -> PathBuf {
        let profile = quality.profile();
        let file = format!("{TARGET}/{profile}/safr.wasm");
        self.target(project).join(file)
    }
}

/// A module as wasm-bindgen wrote it.
pub(crate) struct Built {
    /// The script that loads and wraps the module.
    pub(crate) js: PathBuf,
    pub(crate) wasm: PathBuf,
    /// Identifies this content.
    pub(crate) digest: String,
}

/// Builds `module`; what is there already is not built again.
pub(crate) fn build(project: &Project, module: Module, quality: Quality) -> Result<Built> {
    let compiled = module.compiled(project, quality);
    let note = match compiled.exists() {
        true => "being built".to_owned(),
        false => format!(
            "being built, which takes two cores about {} minutes the first time",
            module.minutes(quality)
        ),
    };
    stage(module.title(), note, || {
        compile(project, module, quality)?;
        let folder = project
            .target
            .join("page/modules")
            .join(quality.profile())
            .join(module.name());
        let js = folder.join("safr.js");
        let wasm = folder.join("safr_bg.wasm");
        fs::create_dir_all(&folder)?;
        let input = Digest::default()
            .file(&compiled)?
            .bytes(project.locked_version("wasm-bindgen")?.as_bytes())
            .short();
        digest::once(&folder.join(".stamp"), &input, || {
            bind(&compiled, &folder)?;
            if quality == Quality::Publish {
                optimise(project, &wasm)?;
            }
            check_features(&wasm)
        })?;

        let digest = Digest::default().file(&js)?.file(&wasm)?.short();
        Ok(Built { js, wasm, digest })
    })
}

fn compile(project: &Project, module: Module, quality: Quality) -> Result<()> {
    let profile = quality.profile();
    let what = format!("--package safr --lib --target {TARGET}");
    let mut cargo = project.cargo(&format!("build {what} --profile {profile} --target-dir"));
    cargo.arg(module.target(project));
    if module == Module::Cpu {
        cargo.arg("--no-default-features");
    }
    run(&mut cargo)
}

/// Writes the script that loads and wraps the module, and the module as that script needs it.
fn bind(compiled: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(compiled)
        .out_name("safr")
        .web(true)?
        .typescript(false)
        // The page says where the module is, since its name holds its digest.
        .omit_default_module_path(true)
        .generate(folder)
}

fn optimise(project: &Project, wasm: &Path) -> Result<()> {
    let mut wasm_opt = project.command("wasm-opt");
    wasm_opt.arg("-O3").args(FEATURES.map(|(flag, _)| flag));
    run(wasm_opt.arg(wasm).arg("--output").arg(wasm))
}

/// Fails if the module uses anything but [`FEATURES`].
fn check_features(wasm: &Path) -> Result<()> {
    validate(&fs::read(wasm)?).with_context(|| {
        format!(
            "{} uses features that not every browser has, or is broken",
            wasm.display()
        )
    })
}

fn validate(module: &[u8]) -> Result<()> {
    let named = FEATURES
        .iter()
        .fold(WasmFeatures::WASM1, |all, (_, feature)| all | *feature);
    Validator::new_with_features(named).validate_all(module)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with one function `() -> v128`, whose body ends in the SIMD `opcode` on three zeros.
    fn module(opcode: &[u8]) -> Vec<u8> {
        let zero = [&[0xfd, 0x0c][..], &[0; 16]].concat();
        let body = [&[0][..], &zero, &zero, &zero, &[0xfd], opcode, &[0x0b]].concat();
        let code = [&[1, body.len() as u8][..], &body].concat();
        [
            &b"\0asm\x01\0\0\0"[..],
            &[1, 5, 1, 0x60, 0, 1, 0x7b], // type: () -> v128
            &[3, 2, 1, 0],                // one function of it
            &[10, code.len() as u8],
            &code,
        ]
        .concat()
    }

    #[test]
    fn plain_simd_passes_and_relaxed_simd_does_not() {
        validate(&module(&[0x52])).expect("v128.bitselect is plain SIMD");
        let problem = validate(&module(&[0x85, 0x02])).expect_err("f32x4.relaxed_madd is relaxed");
        assert!(problem.to_string().contains("relaxed"), "{problem}");
    }
}
