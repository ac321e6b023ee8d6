//! What a reader has to load, and whether it stays within `pkg-config/size-budget.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use walkdir::WalkDir;

use crate::bundle::Page;
use crate::project::{Project, read};

/// Upper limits, in bytes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    modules: BTreeMap<String, Limits>,
    model: Limits,
}

/// Limits of one part; what is left out has none.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    raw: Option<usize>,
    gzip: Option<usize>,
    brotli: Option<usize>,
}

/// Sizes of one part, all its files together, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sizes {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints the sizes of the page's parts; fails when one is over its budget.
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
            files_in(&page.folder.join(&model.folder), 1)?,
            budget.model.clone(),
        ));
    }
    parts.push((
        "page".to_owned(),
        files_in(&page.folder, 1)?,
        Limits::default(),
    ));
    Ok(parts)
}

fn files_in(folder: &Path, depth: usize) -> Result<Vec<PathBuf>> {
    let files = WalkDir::new(folder)
        .max_depth(depth)
        .into_iter()
        .filter(|entry| {
            entry
                .as_ref()
                .map_or(true, |entry| entry.file_type().is_file())
        });
    Ok(files
        .map(|entry| entry.map(|entry| entry.into_path()))
        .collect::<Result<_, _>>()?)
}

/// Compresses each file by itself, as a host does, at the highest settings.
fn measure(files: &[PathBuf]) -> Result<Sizes> {
    let mut total = Sizes::default();
    for file in files {
        let bytes = fs::read(file)?;
        total.raw += bytes.len();
        total.gzip += gzip(&bytes)?;
        total.brotli += brotli(&bytes)?;
    }
    Ok(total)
}

fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn brotli(mut bytes: &[u8]) -> Result<usize> {
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut compressed, &BrotliEncoderParams::default())?;
    Ok(compressed.len())
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
    fn sizes_of_files_add_up() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("zeros");
        fs::write(&file, [0; 10_000])?;
        let one = measure(std::slice::from_ref(&file))?;
        let two = measure(&[file.clone(), file])?;
        assert_eq!(one.raw, 10_000);
        assert!(one.gzip < 100 && one.brotli < one.gzip, "{one:?}");
        assert_eq!(two.brotli, 2 * one.brotli);
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
