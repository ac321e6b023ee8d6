//! Everything a forward pass shows, and its one readback into plain numbers.

use burn::tensor::{DType, Tensor};

use super::{Batch, LayerTrace};
use crate::explain::{LayerNumbers, Matrix, TraceNumbers};

/// One forward pass of a batch of `B` texts of padded length `L`.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What was read.
    pub batch: Batch,
    /// Ungated embeddings x0, `[B, L, E]`.
    pub embedding: Tensor<3>,
    /// Keep probabilities, `[B, L]`.
    pub keep: Tensor<2>,
    /// The gate r as applied, `[B, L]`: 0 or 1 in training, the keep probability at eval.
    pub gate: Tensor<2>,
    /// Gated embeddings x_v = r ⊙ x0, `[B, L, E]`.
    pub gated: Tensor<3>,
    /// The encoder blocks, first to last.
    pub layers: Vec<LayerTrace>,
    /// Class scores, `[B, K]`.
    pub logits: Tensor<2>,
}

/// A device that did not give a result.
#[derive(Debug, thiserror::Error)]
#[error("the compute device did not answer: {0}")]
pub struct ReadError(String);

/// Reads a flat tensor. The only way by which numbers leave a device: awaited, since a browser
/// cannot wait otherwise.
///
/// # Errors
/// If the device was lost or failed.
pub async fn read(tensor: Tensor<1>) -> Result<Vec<f32>, ReadError> {
    let fail = |error: &dyn std::fmt::Debug| ReadError(format!("{error:?}"));
    let data = tensor
        .into_data_async()
        .await
        .map_err(|error| fail(&error))?;
    data.convert_dtype(DType::F32)
        .try_into_vec()
        .map_err(|error| fail(&error))
}

impl Trace {
    /// Reads the pass, text by text, PAD left out, in one readback.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn read(self) -> Result<Vec<TraceNumbers>, ReadError> {
        let longest = self.batch.words.iter().map(Vec::len).max().unwrap_or(0);
        let keep = self.keep.narrow(1, 0, longest);
        let embedding = self.gated.narrow(1, 0, longest);
        let dims = Dims {
            longest,
            width: embedding.dims()[2],
            heads: self.layers[0].attention.dims()[1],
            neurons: self.layers[0].neurons.dims()[2],
            layers: self.layers.len(),
            classes: self.logits.dims()[1],
        };
        let mut parts: Vec<Tensor<1>> = vec![
            keep.flatten(0, 1),
            embedding.flatten(0, 2),
            self.logits.flatten(0, 1),
        ];
        for layer in self.layers {
            let attention = layer.attention.narrow(2, 0, longest).narrow(3, 0, longest);
            parts.push(attention.flatten(0, 3));
            parts.push(layer.neurons.narrow(1, 0, longest).flatten(0, 2));
        }
        let values = read(Tensor::cat(parts, 0)).await?;
        Ok(dims.texts(&self.batch.words, &values))
    }
}

/// Sizes of a trace that was read.
struct Dims {
    longest: usize,
    width: usize,
    heads: usize,
    neurons: usize,
    layers: usize,
    classes: usize,
}

impl Dims {
    /// Cuts the flat values into texts, in the order in which [`Trace::read`] joined them.
    fn texts(&self, words: &[Vec<u32>], values: &[f32]) -> Vec<TraceNumbers> {
        let mut rest = values;
        let mut take = |per_text: usize| {
            let (part, behind) = rest.split_at(per_text * words.len());
            rest = behind;
            part.chunks_exact(per_text.max(1))
        };
        let l = self.longest;
        let mut keeps = take(l);
        let mut embeddings = take(l * self.width);
        let mut logits = take(self.classes);
        let mut layers: Vec<_> = (0..self.layers)
            .map(|_| (take(self.heads * l * l), take(l * self.neurons)))
            .collect();
        let mut next = |ids: &Vec<u32>| {
            let n = ids.len();
            let rows = |part: Option<&[f32]>, cols: usize| {
                Matrix::new(n, cols, part.unwrap_or_default()[..n * cols].to_vec())
            };
            TraceNumbers {
                ids: ids.clone(),
                keep: keeps.next().unwrap_or_default()[..n].to_vec(),
                embedding: rows(embeddings.next(), self.width),
                logits: logits.next().unwrap_or_default().to_vec(),
                layers: layers
                    .iter_mut()
                    .map(|(attention, neurons)| LayerNumbers {
                        attention: attention
                            .next()
                            .unwrap_or_default()
                            .chunks_exact((l * l).max(1))
                            .map(|head| Matrix::from_fn(n, n, |i, j| head[i * l + j]))
                            .collect(),
                        neurons: rows(neurons.next(), self.neurons),
                    })
                    .collect(),
            }
        };
        words.iter().map(&mut next).collect()
    }
}
