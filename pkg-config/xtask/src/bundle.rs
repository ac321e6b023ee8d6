//! Puts the page together: modules, models, scripts and styles, in a folder that any static host can serve.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::compress;
use crate::digest::{self, Digest};
use crate::models::{self, Model};
use crate::modules::{self, Built, Module};
use crate::process::run;
use crate::project::{Project, read};
use crate::quality::Quality;
use crate::stage::stage;

/// The finished page.
pub(crate) struct Page {
    pub(crate) folder: PathBuf,
    pub(crate) assets: Assets,
}

/// What the page loads in addition; `www/src/protocol.js` has the same shape. Paths are relative to `index.html`.
#[derive(Serialize)]
pub(crate) struct Assets {
    worker: String,
    pub(crate) modules: BTreeMap<&'static str, ModuleAsset>,
    pub(crate) models: Vec<Model>,
    /// Changes when anything does.
    build: String,
}

impl ModuleAsset {
    pub(crate) fn new(js: &str, wasm: &str, bytes: u64) -> Self {
        Self {
            js: js.to_owned(),
            wasm: wasm.to_owned(),
            bytes,
        }
    }
}

/// One wasm module.
#[derive(Serialize)]
pub(crate) struct ModuleAsset {
    pub(crate) js: String,
    pub(crate) wasm: String,
    /// Size of the wasm file.
    bytes: u64,
}

/// What the service worker keeps from the first visit on; `www/src/offline/worker.js` has the same shape.
#[derive(Serialize)]
struct Offline<'a> {
    build: &'a str,
    /// All that the first view needs.
    files: Vec<String>,
}

impl<'a> Offline<'a> {
    /// `scripts` are the names of [`BUNDLED`].
    fn of(assets: &'a Assets, scripts: &[String; 4]) -> Self {
        let own = ["./", "favicon.svg", "film-remarks.csv"].map(str::to_owned);
        let scripts = [scripts[0].clone(), scripts[1].clone()];
        let module = assets.modules.get(Module::Cpu.name());
        let module = module.map(|module| [module.js.clone(), module.wasm.clone()]);
        let first = assets.models.first();
        let beside = first.and_then(|first| first.beside.as_deref());
        let shown = |model: &&Model| {
            first.is_some_and(|first| first.id == model.id) || beside == Some(&model.id)
        };
        let models = assets.models.iter().filter(shown).flat_map(Model::loaded);
        let files = own.into_iter().chain(scripts);
        Self {
            build: &assets.build,
            files: files
                .chain(module.into_iter().flatten())
                .chain(models)
                .collect(),
        }
    }
}

/// Sources that are bundled: where they are, and what they become. `{build}` stands for the build's digest.
const BUNDLED: [(&str, &str); 4] = [
    ("src/main.js", "main.{build}.js"),
    ("src/worker.js", "worker.{build}.js"),
    ("styles/main.css", "main.{build}.css"),
    ("src/offline/worker.js", "sw.js"),
];

/// Builds the page with `modules`.
pub(crate) fn build(project: &Project, quality: Quality, modules: &[Module]) -> Result<Page> {
    let built = modules
        .iter()
        .map(|module| Ok((*module, modules::build(project, *module, quality)?)))
        .collect::<Result<Vec<_>>>()?;
    stage("Page", "being put together", || {
        put_together(project, quality, &built)
    })
}

fn put_together(project: &Project, quality: Quality, built: &[(Module, Built)]) -> Result<Page> {
    let www = project.www();
    let folder = quality.folder(project);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("wasm"))?;
    let models = models::copy(&www.join("models"), &folder)?;
    let modules = built
        .iter()
        .map(|(module, built)| {
            let asset = place(project, quality, &folder, *module, built)?;
            Ok((module.name(), asset))
        })
        .collect::<Result<BTreeMap<_, _>>>()?;
    let build = Digest::default()
        .bytes(serde_json::to_string(&(&modules, &models))?.as_bytes())
        .file(&www.join("index.html"))?
        .file(&www.join("package-lock.json"))?
        .folder(&www.join("src"))?
        .folder(&www.join("styles"))?
        .short();
    let worker = BUNDLED[1].1.replace("{build}", &build);
    let assets = Assets {
        worker,
        modules,
        models,
        build,
    };

    let [script, _, styles, _] = bundle(project, quality, &assets, &folder)?;
    let index = read(&www.join("index.html"))?;
    let linked = link(&index, &script, &read(&folder.join(&styles))?)?;
    fs::write(folder.join("index.html"), linked)?;
    fs::remove_file(folder.join(styles))?;
    copy_files(&www, &folder)?;
    if quality == Quality::Publish {
        compress::folder(&folder)?;
    }
    Ok(Page { folder, assets })
}

/// Puts a module into the page's folder, under a name that holds its digest.
pub(crate) fn place(
    project: &Project,
    quality: Quality,
    folder: &Path,
    module: Module,
    built: &Built,
) -> Result<ModuleAsset> {
    let stem = format!("wasm/{}.{}", module.name(), built.digest);
    let (js, wasm) = (format!("{stem}.js"), format!("{stem}.wasm"));
    let bytes = fs::copy(&built.wasm, folder.join(&wasm))?;
    run(&mut esbuild(project, quality, folder, &[(&built.js, &js)]))?;
    Ok(ModuleAsset { js, wasm, bytes })
}

/// Has esbuild write the scripts and styles, with the list of assets in `src/assets.js`; names the results of
/// [`BUNDLED`].
fn bundle(
    project: &Project,
    quality: Quality,
    assets: &Assets,
    folder: &Path,
) -> Result<[String; 4]> {
    let sources = BUNDLED.map(|(from, _)| project.www().join(from));
    let names = BUNDLED.map(|(_, to)| to.replace("{build}", &assets.build));
    let entries: Vec<_> = sources.iter().zip(&names).collect();
    let mut esbuild = esbuild(project, quality, folder, &entries);
    let list = serde_json::to_string(assets)?;
    esbuild.arg(format!("--define:globalThis.SAFR_ASSETS={list}"));
    let offline = serde_json::to_string(&Offline::of(assets, &names))?;
    esbuild.arg(format!("--define:globalThis.SAFR_OFFLINE={offline}"));
    run(&mut esbuild)?;

    ensure!(
        read(&folder.join(&names[0]))?.contains(&assets.worker),
        "www/src/assets.js no longer takes globalThis.SAFR_ASSETS"
    );
    Ok(names)
}

/// esbuild, told to bundle each source of `entries` to the name paired with it, in `folder`.
pub(crate) fn esbuild(
    project: &Project,
    quality: Quality,
    folder: &Path,
    entries: &[(impl AsRef<Path>, impl AsRef<Path>)],
) -> Command {
    let mut esbuild = project.command("esbuild");
    for (from, to) in entries {
        let stem = to.as_ref().with_extension("");
        esbuild.arg(format!("{}={}", stem.display(), from.as_ref().display()));
    }
    // Old enough that a browser without WebAssembly SIMD can run the script and tell its reader so.
    esbuild.args([
        "--bundle",
        "--format=esm",
        "--target=es2020",
        "--log-level=warning",
    ]);
    if quality == Quality::Publish {
        esbuild.arg("--minify");
    }
    esbuild.arg(format!("--outdir={}", folder.display()));
    esbuild
}

/// Replaces the sources with the bundled script's name and the bundled styles.
fn link(index: &str, script: &str, styles: &str) -> Result<String> {
    let linked = replaced(
        &styled(index, styles)?,
        [("src=\"src/main.js\"", format!("src=\"{script}\""))],
    )?;
    policy(&linked)?;
    Ok(linked)
}

/// The page with its styles, as its policy allows: a browser shows nothing before it has them.
pub(crate) fn styled(index: &str, styles: &str) -> Result<String> {
    ensure!(
        !styles.contains("</"),
        "the styles would end before their end"
    );
    let allowed = format!("style-src 'self' '{}'", digest::for_policy(styles));
    let changes = [
        (
            "<link rel=\"stylesheet\" href=\"styles/main.css\">",
            format!("<style>{styles}</style>"),
        ),
        ("style-src 'self'", allowed),
    ];
    replaced(index, changes)
}

/// The page with each of these parts, which it has once, replaced.
pub(crate) fn replaced<const N: usize>(page: &str, changes: [(&str, String); N]) -> Result<String> {
    let mut page = page.to_owned();
    for (from, to) in changes {
        ensure!(
            page.matches(from).count() == 1,
            "www/index.html does not contain {from} exactly once"
        );
        page = page.replacen(from, &to, 1);
    }
    Ok(page)
}

/// The content security policy that a page sets for itself.
pub(crate) fn policy(index: &str) -> Result<&str> {
    index
        .split_once("http-equiv=\"Content-Security-Policy\" content=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(policy, _)| policy)
        .context("www/index.html sets no Content-Security-Policy")
}

/// Copies the files next to `index.html`, except those that configure the sources.
fn copy_files(www: &Path, folder: &Path) -> Result<()> {
    for entry in fs::read_dir(www)? {
        let path = entry?.path();
        let configures = path
            .extension()
            .is_some_and(|extension| extension == "json");
        let name = path.file_name().unwrap_or_default();
        if path.is_file() && !configures && name != "index.html" {
            fs::copy(&path, folder.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'\">
        <link rel=\"stylesheet\" href=\"styles/main.css\"><script type=\"module\" src=\"src/main.js\"></script>";

    #[test]
    fn the_page_names_its_script_and_holds_the_styles_that_its_policy_allows() -> Result<()> {
        let linked = link(INDEX, "main.0a1b.js", "p{}")?;
        let policy = policy(&linked)?;
        assert!(linked.contains("src=\"main.0a1b.js\"") && linked.contains("<style>p{}</style>"));
        // printf 'p{}' | openssl dgst -sha256 -binary | base64
        let hash = "sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y=";
        assert_eq!(
            policy,
            format!("default-src 'none'; style-src 'self' '{hash}'")
        );
        Ok(())
    }

    #[test]
    fn a_page_without_its_script_or_its_policy_is_refused() {
        assert!(
            link(
                &INDEX.replace("src/main.js", "other.js"),
                "main.0a1b.js",
                "p{}"
            )
            .is_err()
        );
        assert!(link(&INDEX.replace("http-equiv", "name"), "main.0a1b.js", "p{}").is_err());
        assert!(link(INDEX, "main.0a1b.js", "</style>").is_err());
    }
}
