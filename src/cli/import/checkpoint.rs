//! The weights of a PyTorch checkpoint, however it wraps them.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use burn::tensor::{bf16, f16};
use pytorch_reader::{DType, PytorchReader, Tensor};

use crate::model::{Array, Weights};

/// A tensor that every model of the published code has, by which its names are found.
const POSITIONS: &str = "pos_encoder.pe";

/// Tensors may share what is stored, but not more often than this: a small file that asks for gigabytes is no
/// checkpoint.
const MOST_SHARED: u64 = 4;

/// Names of a file's tensors that are listed.
const LISTED: usize = 5;

/// Reads the 32-bit, 16-bit and 64-bit floats of a state dict that stands in the file alone, behind a prefix
/// (`module.`, `model.`, `_orig_mod.`) or in a dict beside others (`model_state_dict`).
///
/// # Errors
/// If the file is none, holds no such state dict or several, or claims more than it holds.
pub(super) fn read(path: &Path) -> anyhow::Result<Weights> {
    let reader = PytorchReader::new(path).context(
        "it cannot be read as a PyTorch checkpoint; write one by torch.save(model.state_dict(), FILE)",
    )?;
    let tensors = reader.into_tensors();
    let prefix = prefix(&tensors)?;
    let own: HashMap<&str, &Tensor> = tensors
        .iter()
        .filter_map(|(name, tensor)| Some((name.strip_prefix(prefix)?, tensor)))
        .collect();
    let sizes = own.values().map(|tensor| tensor.byte_len() as u64);
    let claimed = sizes.fold(0, u64::saturating_add);
    let held = path.metadata()?.len();
    ensure!(
        claimed / MOST_SHARED <= held,
        "its tensors claim {claimed} bytes, and the file has {held}"
    );
    let mut weights = Weights::new();
    for (name, tensor) in own {
        // Counters and buffers of whole numbers are nothing that a model computes by.
        if let Some(values) = floats(tensor).with_context(|| name.to_owned())? {
            let shape = tensor.shape().to_vec();
            weights.insert(name.to_owned(), Array { shape, values });
        }
    }
    Ok(weights)
}

/// What stands before the names of the one model in the file.
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
                "no tensor of it is named {POSITIONS}, alone or behind a prefix; write the state dict of a model of the published code by torch.save(model.state_dict(), FILE). It holds: {}{more}",
                names.join(", ")
            )
        }
        _ => {
            bail!("it holds several models, behind {prefixes:?}; write the state dict of one alone")
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
