//! `bench peers`: times ours beside other programs that run the same model, natively and in Chromium, and puts the figures
//! into docs/speed.md.
//!
//! What it installs stays in cargo's target folder: Python's packages, and those of Node.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::bundle;
use crate::digest::{self, Digest};
use crate::modules::{self, Module};
use crate::process::run as run_command;
use crate::project::{Project, read};
use crate::quality::Quality;
use crate::speed::{self, median, three_digits};
use crate::stage::stage;
use crate::tools::{self, Need};
use crate::visit::{self, Offer};

/// The model that is compared, of those in the page.
const MODEL: &str = "www/models/sst2-safr";

/// Our side of the native comparison.
const OURS: &str = "bench --no-default-features --features cli --bench peer";

/// The program whose command explains a corpus.
const SAFR: &str = "build --release --no-default-features --features cli --bin safr";

/// What a comparison writes.
#[derive(Deserialize)]
struct Report {
    /// The programs, each with its version.
    with: Vec<String>,
    tasks: Vec<Task>,
}

#[derive(Deserialize)]
struct Task {
    task: String,
    /// Milliseconds of each program, one number for each round; ours come first.
    times: Vec<(String, Vec<f64>)>,
}

/// Where things are.
struct Places {
    /// The sources of the comparison.
    sources: PathBuf,
    /// What it makes.
    made: PathBuf,
    /// Node's packages.
    packages: PathBuf,
    /// The folder of the page.
    page: PathBuf,
}

/// Compares, with the page's module in `quality`; only what is measured as published is written down.
pub(crate) fn run(project: &Project, quality: Quality) -> Result<()> {
    tools::set_up(project, Need::Test)?;
    let made = project.target.join("peers");
    let places = Places {
        sources: project.pkg_config().join("peers"),
        packages: made.join("node"),
        page: made.join("page"),
        made,
    };
    let python = python(project, &places)?;
    let model = project.root.join(MODEL);
    let mut prepare = project.command(&python);
    prepare.arg(places.sources.join("prepare.py")).arg(&model);
    let remarks = project.www().join("film-remarks.csv");
    run_command(prepare.arg(remarks).arg(&places.made))?;
    packages(project, &places)?;
    build_page(project, &places, quality)?;

    run_command(&mut project.cargo(&format!("{OURS} --no-run")))?;
    run_command(&mut project.cargo(SAFR))?;
    let mut native = project.command(&python);
    native
        .env("RAYON_NUM_THREADS", "1")
        .arg(places.sources.join("native.py"))
        .args([&model, &places.made])
        .arg(project.target.join("release/safr"))
        .arg("cargo")
        .args(OURS.split_whitespace())
        .arg("--")
        .arg(&model)
        .arg(places.made.join("work.json"));
    run_command(&mut native)?;
    let report = places.made.join("page.json");
    let mut node = visit::node_at(project, &places.page, Offer::Cpu)?;
    let script = places.sources.join("page/visit.js");
    run_command(node.arg(script).arg(&report))?;

    let text = text(
        project,
        &[
            ("Natively", &places.made.join("native.json")),
            ("In Chromium", &report),
        ],
    )?;
    println!("\n{text}");
    match quality {
        Quality::Publish => speed::put(project, "peers", &text),
        Quality::Quick => Ok(()),
    }
}

/// Python with the packages that are compared.
fn python(project: &Project, places: &Places) -> Result<PathBuf> {
    let folder = places.made.join("python");
    let python = folder.join("bin/python");
    let requirements = places.sources.join("requirements.txt");
    let digest = Digest::default().file(&requirements)?.short();
    stage(
        "Python packages",
        "being installed if they are not there",
        || {
            digest::once(&folder.join(".stamp"), &digest, || {
                let outside = project
                    .which("python3")
                    .context("python3 is not installed")?;
                let mut venv = project.command(outside);
                run_command(venv.args(["-m", "venv", "--clear"]).arg(&folder))?;
                let mut pip = project.command(&python);
                run_command(
                    pip.args(["-m", "pip", "install", "--quiet", "-r"])
                        .arg(&requirements),
                )
            })
        },
    )?;
    Ok(python)
}

/// Node's packages that are compared.
fn packages(project: &Project, places: &Places) -> Result<()> {
    let lock = places.sources.join("package-lock.json");
    let digest = Digest::default().file(&lock)?.short();
    fs::create_dir_all(&places.packages)?;
    digest::once(&places.packages.join(".stamp"), &digest, || {
        for name in ["package.json", "package-lock.json"] {
            fs::copy(places.sources.join(name), places.packages.join(name))?;
        }
        tools::install_locked(project, &places.packages)
    })
}

/// The page, with the programs and the model in it, so that it asks nobody else for anything.
fn build_page(project: &Project, places: &Places, quality: Quality) -> Result<()> {
    let built = modules::build(project, Module::Cpu, quality)?;
    let Places {
        sources,
        made,
        packages,
        page,
    } = places;
    let modules = packages.join("node_modules");
    if page.exists() {
        fs::remove_dir_all(page)?;
    }
    for folder in ["wasm", "onnxruntime", "tensorflow", "model"] {
        fs::create_dir_all(page.join(folder))?;
    }
    let asset = bundle::place(project, quality, page, Module::Cpu, &built)?;
    fs::write(page.join("assets.json"), serde_json::to_string(&asset)?)?;
    let scripts = ["page.js", "worker.js"].map(|name| (sources.join("page").join(name), name));
    let mut esbuild = bundle::esbuild(project, quality, page, &scripts);
    run_command(esbuild.env("NODE_PATH", &modules))?;
    copy(&sources.join("page/index.html"), page)?;
    for name in ["work.json", "model.onnx", "weights.safetensors"] {
        copy(&made.join(name), page)?;
    }
    let onnx = modules.join("onnxruntime-web/dist/ort-wasm-simd-threaded");
    for end in ["mjs", "wasm"] {
        copy(&onnx.with_extension(end), &page.join("onnxruntime"))?;
    }
    let tensorflow = modules.join("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm");
    copy(&tensorflow, &page.join("tensorflow"))?;
    for entry in fs::read_dir(project.root.join(MODEL))? {
        copy(&entry?.path(), &page.join("model"))?;
    }
    Ok(())
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().unwrap_or_default();
    fs::copy(file, folder.join(name))
        .with_context(|| format!("{} could not be copied", file.display()))?;
    Ok(())
}

/// The figures of each comparison, as the document has them.
fn text(project: &Project, reports: &[(&str, &Path)]) -> Result<String> {
    let machine = speed::machine(project);
    let mut text = format!("`cargo xtask bench peers`, on {machine}, one thread each:\n");
    for (title, path) in reports {
        let report: Report = serde_json::from_str(&read(path)?)?;
        write!(text, "\n**{title}**, with {}:\n\n", report.with.join(", "))?;
        text += "| | program | ms | ours / it |\n|---|---|---:|---:|\n";
        for Task { task, times } in &report.tasks {
            for (at, (program, rounds)) in times.iter().enumerate() {
                let task = if at == 0 { task.as_str() } else { "" };
                let ms = three_digits(median(rounds));
                writeln!(
                    text,
                    "| {task} | {program} | {ms} | {} |",
                    ratio(&times[0].1, rounds)
                )?;
            }
        }
    }
    Ok(text)
}

/// How ours compares with others, round by round; nothing for ours itself.
fn ratio(ours: &[f64], theirs: &[f64]) -> String {
    match ours == theirs {
        true => String::new(),
        false => speed::ratio(ours, theirs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_others_are_compared_with_ours() {
        assert_eq!(
            ratio(&[2.0, 4.0, 3.0], &[1.0, 1.0, 1.0]),
            "3.00 (2.00–4.00)"
        );
        assert_eq!(ratio(&[2.0], &[2.0]), "");
    }
}
