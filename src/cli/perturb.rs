//! How changes of a trained model are written on the command line: `NAME=VALUE`.

use super::numbers::{finite, weight};
use crate::package::Perturbation;

/// Names, with what follows them.
const NAMES: &str =
    "shuffle-gates=SEED, shift-gates=X, scale-embeddings=X, sharpen-attention=X or scale-neurons=X";

/// Reads a change.
pub(super) fn perturbation(text: &str) -> Result<Perturbation, String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let factor = || weight::<f32>(value);
    let read = match name {
        "shuffle-gates" => value
            .parse()
            .map(Perturbation::ShuffleGates)
            .map_err(|_| "a seed is a whole number"),
        "shift-gates" => finite(value).map(Perturbation::ShiftGates),
        "scale-embeddings" => factor().map(Perturbation::ScaleEmbeddings),
        "sharpen-attention" => factor().map(Perturbation::SharpenAttention),
        "scale-neurons" => factor().map(Perturbation::ScaleNeurons),
        _ => return Err(format!("it must be {NAMES}")),
    };
    read.map_err(|wrong| format!("{name}: {wrong}"))
}
