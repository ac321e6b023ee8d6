//! What a reader has to load, and whether it stays within `pkg-config/size-budget.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::bundle::Page;
use crate::compress::{self, Coding};
use crate::project::{Project, read};

/// Upper limits, in bytes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    modules: BTreeMap<String, Limits>,
    model: Limits,
    /// Those of models that have limits of their own.
    models: BTreeMap<String, Limits>,
}

/// Limits of one part; what is left out has none.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    raw: Option<u64>,
    gzip: Option<u64>,
    brotli: Option<u64>,
}

/// Sizes of one part, all its files together, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sizes {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints the sizes of the page's parts; fails if one is over its budget.
pub(crate) fn check(project: &Project, page: &Page) -> Result<()> {
    let budget: Budget = toml::from_str(&read(&project.pkg_config().join("size-budget.toml"))?)
        .context("pkg-config/size-budget.toml could not be understood")?;
    let parts = parts(page, &budget)?;

    println!("{:24} {:>10} {:>10} {:>10}", "", "raw", "gzip", "brotli");
    let mut over = Vec::new();
    for (name, files, limits) in &parts {
        let sizes = measure(files)?;
        println!(
            "{name:24} {:>10} {:>10} {:>10}",
            sizes.raw, sizes.gzip, sizes.brotli
        );
        over.extend(excess(name, sizes, limits));
    }
    ensure!(over.is_empty(), "over budget:\n{}", over.join("\n"));
    println!(
        "Within budget. {} can be put on any static host.",
        page.folder.display()
    );
    Ok(())
}

/// The parts of the page, with their files and limits.
fn parts(page: &Page, budget: &Budget) -> Result<Vec<(String, Vec<PathBuf>, Limits)>> {
    let mut parts = Vec::new();
    for (name, asset) in &page.assets.modules {
        let limits = budget
            .modules
            .get(*name)
            .with_context(|| format!("no size budget for the module {name}"))?;
        let files = [&asset.js, &asset.wasm].map(|file| page.folder.join(file));
        parts.push((format!("module {name}"), files.to_vec(), limits.clone()));
    }
    for model in &page.assets.models {
        parts.push((
            format!("model {}", model.id),
            compress::originals(&page.folder.join(&model.folder), 1)?,
            budget
                .models
                .get(&model.id)
                .unwrap_or(&budget.model)
                .clone(),
        ));
    }
    parts.push((
        "page".to_owned(),
        compress::originals(&page.folder, 1)?,
        Limits::default(),
    ));
    Ok(parts)
}

fn measure(files: &[PathBuf]) -> Result<Sizes> {
    let mut total = Sizes::default();
    for file in files {
        total.raw += fs::metadata(file)?.len();
        total.gzip += compress::sent(file, Coding::Gzip)?;
        total.brotli += compress::sent(file, Coding::Brotli)?;
    }
    Ok(total)
}

/// One line for each limit that `sizes` exceeds.
fn excess(name: &str, sizes: Sizes, limits: &Limits) -> Vec<String> {
    [
        ("raw", sizes.raw, limits.raw),
        ("gzip", sizes.gzip, limits.gzip),
        ("brotli", sizes.brotli, limits.brotli),
    ]
    .into_iter()
    .filter_map(|(coding, size, limit)| {
        limit
            .filter(|limit| size > *limit)
            .map(|limit| (coding, size, limit))
    })
    .map(|(coding, size, limit)| format!("{name}: {size} bytes {coding}, {limit} allowed"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_compressed_copies() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("zeros"), [0; 10_000])?;
        fs::write(folder.path().join("byte"), [1])?;
        compress::folder(folder.path())?;
        let files = compress::originals(folder.path(), 1)?;
        let sizes = measure(&files)?;
        assert_eq!((files.len(), sizes.raw), (2, 10_001));
        assert!(sizes.gzip < 100 && sizes.brotli < sizes.gzip, "{sizes:?}");
        Ok(())
    }

    #[test]
    fn only_what_is_over_its_limit_is_named() {
        let sizes = Sizes {
            raw: 30,
            gzip: 20,
            brotli: 10,
        };
        let limits = Limits {
            raw: None,
            gzip: Some(20),
            brotli: Some(9),
        };
        assert_eq!(
            excess("module cpu", sizes, &limits),
            ["module cpu: 10 bytes brotli, 9 allowed"]
        );
    }
}
