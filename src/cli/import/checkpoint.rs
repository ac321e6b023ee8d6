//! The weights of a PyTorch checkpoint, however it wraps them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use burn::tensor::{bf16, f16};
use pytorch_reader::{DType, PytorchReader, Tensor};
use rawzip::ZipArchive;

use crate::cli::files::is_zip;
use crate::model::{Array, Weights};

/// A tensor that every model of the published code has, by which its names are found.
const POSITIONS: &str = "pos_encoder.pe";

/// Tensors may share what is stored, but not more often than this: a small file that asks for gigabytes is not a
/// checkpoint.
const MOST_SHARED: u64 = 4;

/// The file in a zip that says, for each state dict, where its tensors are.
const DICT: &str = "data.pkl";

/// How many names of a file's tensors are listed.
const LISTED: usize = 5;

/// Reads the 32-bit, 16-bit and 64-bit floats of a state dict that is alone in the file, has a prefix
/// (`module.`, `model.`, `_orig_mod.`) or is in a dict with others (`model_state_dict`).
///
/// # Errors
/// If the file is not a checkpoint, holds no such state dict or several, or claims more than it holds.
pub(super) fn read(path: &Path) -> anyhow::Result<Weights> {
    let tensors = tensors(path)?;
    let prefix = prefix(&tensors)?;
    let own = tensors
        .iter()
        .filter_map(|(name, tensor)| Some((name.strip_prefix(prefix)?, tensor)));
    weights(path, own.collect())
}

/// Reads the floats of a state dict that is alone in the file, under the names that they have there.
///
/// # Errors
/// If the file is not a checkpoint, or claims more than it holds.
pub(super) fn read_as_named(path: &Path) -> anyhow::Result<Weights> {
    let tensors = tensors(path)?;
    let all = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor));
    weights(path, all.collect())
}

/// All tensors of a file.
fn tensors(path: &Path) -> anyhow::Result<HashMap<String, Tensor>> {
    fs::metadata(path)?;
    if is_zip(path) {
        check_zip(&fs::read(path)?)?;
    }
    let reader = PytorchReader::new(path).context(
        "it cannot be read as a PyTorch checkpoint; write one with torch.save(model.state_dict(), FILE)",
    )?;
    Ok(reader.into_tensors())
}

/// The values of those of a file's tensors that a model computes with.
fn weights(path: &Path, own: HashMap<&str, &Tensor>) -> anyhow::Result<Weights> {
    let held = fs::metadata(path)?.len();
    let sizes = own.values().map(|tensor| tensor.byte_len() as u64);
    let claimed = sizes.fold(0, u64::saturating_add);
    ensure!(
        claimed / MOST_SHARED <= held,
        "its tensors claim {claimed} bytes, but the file has {held}"
    );
    let mut weights = Weights::new();
    for (name, tensor) in own {
        // A model does not compute with counters and buffers of whole numbers.
        if let Some(values) = floats(tensor).with_context(|| name.to_owned())? {
            let shape = tensor.shape().to_vec();
            weights.insert(name.to_owned(), Array { shape, values });
        } else if name == POSITIONS || name.ends_with(".weight") || name.ends_with(".bias") {
            bail!(
                "{name} is stored as {:?}; store it as floats",
                tensor.dtype()
            );
        }
    }
    Ok(weights)
}

/// Checks that a zip is complete and holds one state dict, since only one would be read.
fn check_zip(zip: &[u8]) -> anyhow::Result<()> {
    let cut = "the file was cut short or is damaged; copy it again";
    let archive = ZipArchive::from_slice(zip).context(cut)?;
    let mut dicts = 0;
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().context(cut)? {
        let path = entry.file_path();
        dicts += usize::from(path.as_ref().ends_with(DICT.as_bytes()));
    }
    ensure!(
        dicts < 2,
        "it holds {dicts} checkpoints; give only one of them"
    );
    Ok(())
}

/// What comes before the names of the one model in the file.
fn prefix(tensors: &HashMap<String, Tensor>) -> anyhow::Result<&str> {
    let prefixes = tensors
        .keys()
        .filter_map(|name| name.strip_suffix(POSITIONS));
    let mut prefixes: Vec<&str> = prefixes.collect();
    prefixes.sort_unstable();
    match prefixes[..] {
        [prefix] => Ok(prefix),
        [] => {
            let mut names: Vec<&str> = tensors.keys().map(String::as_str).collect();
            names.sort_unstable();
            let more = if names.len() > LISTED { ", …" } else { "" };
            names.truncate(LISTED);
            bail!(
                "none of its tensors is named {POSITIONS}, with or without a prefix; write the state dict of a model of the published code with torch.save(model.state_dict(), FILE). It holds: {}{more}",
                names.join(", ")
            )
        }
        _ => {
            bail!(
                "it holds several models, with names that begin with {}; write the state dict of only one of them",
                prefixes.join(" and ")
            )
        }
    }
}

/// The values of a tensor of floats as 32-bit ones; `None` if it holds something else.
fn floats(tensor: &Tensor) -> anyhow::Result<Option<Vec<f32>>> {
    let read = |widen: fn(&[u8]) -> f32| -> anyhow::Result<_> {
        let bytes = tensor.read()?;
        Ok(Some(
            bytes
                .chunks_exact(tensor.dtype().size())
                .map(widen)
                .collect(),
        ))
    };
    match tensor.dtype() {
        DType::F32 => read(|bytes| f32::from_le_bytes(bytes.try_into().unwrap_or_default())),
        DType::F64 => read(|bytes| f64::from_le_bytes(bytes.try_into().unwrap_or_default()) as f32),
        DType::F16 => {
            read(|bytes| f16::from_le_bytes(bytes.try_into().unwrap_or_default()).to_f32())
        }
        DType::BF16 => {
            read(|bytes| bf16::from_le_bytes(bytes.try_into().unwrap_or_default()).to_f32())
        }
        _ => Ok(None),
    }
}
