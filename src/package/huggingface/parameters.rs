//! Parameters under the names of Hugging Face's libraries, and what they are here.

use super::HuggingFaceError;
use super::config::{Described, Kind};
use crate::model::{Array, Weights, WeightsError};

/// Linear layers and norms of a block: there, below the block's own name, and here.
type Parts = [(&'static str, &'static str); 8];

const BERT: Parts = [
    ("attention.self.query", "attention.query"),
    ("attention.self.key", "attention.key"),
    ("attention.self.value", "attention.value"),
    ("attention.output.dense", "attention.out"),
    ("attention.output.LayerNorm", "norm1"),
    ("intermediate.dense", "ff.linear1"),
    ("output.dense", "ff.linear2"),
    ("output.LayerNorm", "norm2"),
];

const DISTILBERT: Parts = [
    ("attention.q_lin", "attention.query"),
    ("attention.k_lin", "attention.key"),
    ("attention.v_lin", "attention.value"),
    ("attention.out_lin", "attention.out"),
    ("sa_layer_norm", "norm1"),
    ("ffn.lin1", "ff.linear1"),
    ("ffn.lin2", "ff.linear2"),
    ("output_layer_norm", "norm2"),
];

/// Takes the parameters of the encoder's first `layers` and of the head, if it has one, out of `tensors`.
pub(super) fn renamed(
    model: &Described,
    layers: usize,
    tensors: Weights,
) -> Result<Weights, HuggingFaceError> {
    let mut found = Found { tensors };
    let (prefix, encoder, parts, between) = match model.kind {
        Kind::Bert => ("bert.", "encoder.layer", BERT, "bert.pooler.dense"),
        Kind::DistilBert => (
            "distilbert.",
            "transformer.layer",
            DISTILBERT,
            "pre_classifier",
        ),
    };
    let prefix = match found.has(&format!("{prefix}embeddings.word_embeddings.weight")) {
        true => prefix,
        false => "",
    };
    let mut weights = Weights::new();
    let words = found.take(&format!("{prefix}embeddings.word_embeddings.weight"))?;
    weights.insert("embedding.weight".to_owned(), words);
    let mut positions = found.take(&format!("{prefix}embeddings.position_embeddings.weight"))?;
    if model.kind == Kind::Bert {
        // A single text is all of the first of two types.
        let types = found.take(&format!("{prefix}embeddings.token_type_embeddings.weight"))?;
        for row in positions.values.chunks_mut(model.d_model.max(1)) {
            row.iter_mut()
                .zip(&types.values)
                .for_each(|(at, of_type)| *at += of_type);
        }
    }
    weights.insert("positions.weight".to_owned(), positions);
    let mut layer = |there: &str, here: &str| -> Result<(), HuggingFaceError> {
        for (part, old) in [("weight", "gamma"), ("bias", "beta")] {
            let old = format!("{there}.{old}");
            let name = if found.has(&old) {
                old
            } else {
                format!("{there}.{part}")
            };
            weights.insert(format!("{here}.{part}"), found.take(&name)?);
        }
        Ok(())
    };
    layer(&format!("{prefix}embeddings.LayerNorm"), "embedding.norm")?;
    for at in 0..layers {
        for (there, here) in parts {
            layer(
                &format!("{prefix}{encoder}.{at}.{there}"),
                &format!("layers.{at}.{here}"),
            )?;
        }
    }
    if model.classes.is_some() {
        layer(between, "pooler")?;
        layer("classifier", "fc")?;
    }
    Ok(weights)
}

/// Tensors that are not yet taken.
struct Found {
    tensors: Weights,
}

impl Found {
    fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    fn take(&mut self, name: &str) -> Result<Array, HuggingFaceError> {
        let missing = || WeightsError::Missing(name.to_owned());
        Ok(self.tensors.remove(name).ok_or_else(missing)?)
    }
}
