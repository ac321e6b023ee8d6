//! Puts the page into one file that opens by a double click: the CPU's module, two models, scripts and styles.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Serialize;

use crate::bundle::{ModuleAsset, esbuild, replaced, styled};
use crate::compress::Coding;
use crate::digest;
use crate::models::{self, Model};
use crate::modules::{self, Module};
use crate::process::run;
use crate::project::{Project, read};
use crate::quality::Quality;
use crate::stage::stage;

/// The models that are part of it.
const MODELS: [&str; 2] = ["sst2-safr", "sst2-plain"];

/// Largest file, in bytes.
const LARGEST: usize = 15_000_000;

/// What the page's script looks for in it; `www/src/single/main.js` has the same shape.
#[derive(Serialize)]
struct Pack {
    assets: Assets,
    /// Contents of what the assets name by path: gzip, base64.
    files: BTreeMap<String, String>,
    /// The same of what a script asks for by name.
    others: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Assets {
    worker: String,
    modules: BTreeMap<&'static str, ModuleAsset>,
    models: Vec<Model>,
}

/// Writes the file `to`.
pub(crate) fn build(project: &Project, quality: Quality, to: &Path) -> Result<()> {
    let built = modules::build(project, Module::Cpu, quality)?;
    stage("One file", "being put together", || {
        let www = project.www();
        let folder = project.target.join("page/single");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("wasm"))?;
        let mut models = models::copy(&www.join("models"), &folder)?;
        models.retain(|model| MODELS.contains(&model.id.as_str()));
        ensure!(
            models.len() == MODELS.len(),
            "a model of {MODELS:?} is missing"
        );
        let wasm = "wasm/cpu.wasm".to_owned();
        let bytes = fs::copy(&built.wasm, folder.join(&wasm))?;
        let script = [
            ("src/single/main.js", "main.js"),
            ("styles/main.css", "main.css"),
        ];
        let script = script.map(|(from, to)| (www.join(from), to));
        run(&mut esbuild(project, quality, &folder, &script))?;
        // Not a module: browsers start none that has no origin.
        let worker = [(www.join("src/single/worker.js"), "worker.js")];
        let mut bundle = esbuild(project, quality, &folder, &worker);
        bundle.arg(format!("--alias:safr-module={}", built.js.display()));
        run(bundle.arg("--format=iife"))?;

        let named = models.iter().flat_map(Model::paths);
        let paths = named.chain(["worker.js".to_owned(), wasm.clone()]);
        let packed = |path: String| Ok((path.clone(), pack(&folder.join(path))?));
        let remarks = "film-remarks.csv".to_owned();
        let others = BTreeMap::from([(remarks.clone(), pack(&www.join(remarks))?)]);
        let pack = Pack {
            files: paths.map(packed).collect::<Result<_>>()?,
            others,
            assets: Assets {
                worker: "worker.js".to_owned(),
                modules: BTreeMap::from([(Module::Cpu.name(), ModuleAsset::new("", &wasm, bytes))]),
                models,
            },
        };
        let index = styled(
            &read(&www.join("index.html"))?,
            &read(&folder.join("main.css"))?,
        )?;
        let icon = read(&www.join("favicon.svg"))?;
        let page = page(&index, &read(&folder.join("main.js"))?, &pack, &icon)?;
        ensure!(
            page.len() <= LARGEST,
            "{} would have {} bytes, {LARGEST} allowed",
            to.display(),
            page.len()
        );
        Ok(fs::write(to, page)?)
    })
}

/// A file's content as the page unpacks it.
fn pack(path: &Path) -> Result<String> {
    Ok(BASE64_STANDARD.encode(Coding::Gzip.compress(&fs::read(path)?)?))
}

/// The page with its script and everything else in it, which its policy allows and nothing more.
fn page(index: &str, script: &str, pack: &Pack, icon: &str) -> Result<String> {
    ensure!(
        !script.contains("</script"),
        "the script would end before its end"
    );
    let pack = serde_json::to_string(pack)?.replace('<', "\\u003c");
    let icon = format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(icon));
    let changes = [
        (
            "<script type=\"module\" src=\"src/main.js\"></script>",
            String::new(),
        ),
        (
            "</body>",
            format!(
                "<script type=\"application/json\" id=\"pack\">{pack}</script>\n<script type=\"module\">{script}</script>\n</body>"
            ),
        ),
        ("href=\"favicon.svg\"", format!("href=\"{icon}\"")),
        (
            "script-src 'self' ",
            format!("script-src '{}' ", digest::for_policy(script)),
        ),
        ("worker-src 'self' blob:", "worker-src blob:".to_owned()),
        ("connect-src 'self'", "connect-src 'none'".to_owned()),
        ("img-src 'self' blob:", "img-src data: blob:".to_owned()),
    ];
    replaced(index, changes)
}

/// Where `build --single-file` puts it.
pub(crate) fn place(project: &Project) -> PathBuf {
    project.root.join("safr.html")
}
