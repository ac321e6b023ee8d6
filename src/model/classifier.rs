//! The text classifier: static embeddings, VMASK gate, encoder blocks, mean pooling (method §2).

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData, activation::sigmoid, module::embedding};

use super::{Batch, Block, Gate, ModelConfig, Noise, PadEmbedding, Pooling, Trace, gate};

/// A SAFR text classifier on one device.
#[derive(Module, Debug)]
pub struct Classifier {
    /// Word vectors, `[V, E]`.
    pub embedding: Param<Tensor<2>>,
    /// Sinusoidal positions, `[max_len, E]`.
    pub positions: Tensor<2>,
    /// The gate.
    pub gate: Gate,
    /// Keep probability of every word, `[V]`: at eval the gate depends on the word alone, so
    /// that a loaded model looks its value up. A model in training has none.
    pub keep_table: Option<Tensor<1>>,
    /// Encoder blocks.
    pub blocks: Vec<Block>,
    /// E → K.
    pub head: Linear,
    /// Sizes and reading.
    #[module(skip)]
    pub config: ModelConfig,
}

impl Classifier {
    /// Classifies a batch and keeps what explains it.
    ///
    /// Without `noise` this is eval mode: soft gate, no dropout. With it, training: hard
    /// straight-through gate, dropout.
    pub fn forward(&self, batch: &Batch, noise: Option<&Noise>) -> Trace {
        let x0 = self.embed(batch);
        let (keep, gate) = self.keep(batch, &x0, noise);
        let gated = x0.clone() * gate.clone().unsqueeze_dim(2);
        let [_, length] = batch.dims();
        let mut x = gated.clone() + self.positions.clone().narrow(0, 0, length).unsqueeze();
        if let Some(noise) = noise {
            x = x * noise.input.clone();
        }
        let mut layers = Vec::with_capacity(self.blocks.len());
        for (at, block) in self.blocks.iter().enumerate() {
            let dropout = noise.map(|noise| &noise.blocks[at]);
            let (out, layer) = block.forward(x, batch.pad_bias.as_ref(), dropout);
            layers.push(layer);
            x = out;
        }
        let logits = self.head.forward(self.pool(x, batch));
        Trace {
            batch: batch.clone(),
            embedding: x0,
            keep,
            gate,
            gated,
            layers,
            logits,
        }
    }

    /// Static embeddings x0 = Embedding(ids)·√E, `[B, L, E]`.
    fn embed(&self, batch: &Batch) -> Tensor<3> {
        let scale = (self.config.d_model as f64).sqrt();
        let x0 = embedding(self.embedding.val(), batch.ids.clone()) * scale;
        match self.config.reading.pad_embedding {
            PadEmbedding::Trained => x0,
            PadEmbedding::Zero => x0 * batch.valid.clone().unsqueeze_dim(2),
        }
    }

    /// Keep probabilities, and the gate as it is applied; both `[B, L]`.
    fn keep(&self, batch: &Batch, x0: &Tensor<3>, noise: Option<&Noise>) -> (Tensor<2>, Tensor<2>) {
        if let (Some(table), None) = (&self.keep_table, noise) {
            let [b, l] = batch.dims();
            let keep = table
                .clone()
                .select(0, batch.ids.clone().flatten(0, 1))
                .reshape([b, l]);
            return (keep.clone(), keep);
        }
        let log_odds = self.gate.log_odds(x0.clone());
        let keep = sigmoid(log_odds.clone());
        let gate = match noise {
            Some(noise) => gate::sample(log_odds, noise.gate.clone()),
            None => keep.clone(),
        };
        (keep, gate)
    }

    /// Mean over the positions that count, `[B, N]`, of `x`, `[B, L, N]`.
    pub(crate) fn pool(&self, x: Tensor<3>, batch: &Batch) -> Tensor<2> {
        match self.config.reading.pooling {
            Pooling::All => x.mean_dim(1).squeeze_dim(1),
            Pooling::Valid => {
                let words = batch.valid.clone().sum_dim(1).clamp_min(1.0);
                let sum = (x * batch.valid.clone().unsqueeze_dim(2)).sum_dim(1);
                sum.squeeze_dim(1) / words
            }
        }
    }

    /// Computes the keep probability of every word of the vocabulary, `V` values.
    ///
    /// # Errors
    /// If the device fails to answer.
    pub async fn gate_values(&self) -> Result<Vec<f32>, super::ReadError> {
        const CHUNK: usize = 2048;
        let device = self.embedding.val().device();
        let mut values = Vec::with_capacity(self.config.vocabulary);
        while values.len() < self.config.vocabulary {
            let end = self.config.vocabulary.min(values.len() + CHUNK);
            let words: Vec<Vec<u32>> = (values.len()..end).map(|id| vec![id as u32]).collect();
            let rows: Vec<&[u32]> = words.iter().map(Vec::as_slice).collect();
            let config = ModelConfig {
                max_len: 1,
                ..self.config.clone()
            };
            let batch = Batch::new(&rows, &config, &device);
            let log_odds = self.gate.log_odds(self.embed(&batch));
            values.extend(super::read(sigmoid(log_odds).flatten(0, 1)).await?);
        }
        Ok(values)
    }

    /// The same model, its gate looked up in `values`, `V` keep probabilities.
    #[must_use]
    pub fn with_gate_values(mut self, values: &[f32]) -> Self {
        let device = self.embedding.val().device();
        let data = TensorData::new(values.to_vec(), [values.len()]);
        self.keep_table = Some(Tensor::from_data(data, &device));
        self
    }
}

/// Sinusoidal position table, `max_len · E` values row by row: sine on even columns, cosine on
/// odd ones (method §2.3).
pub fn sinusoids(config: &ModelConfig) -> Vec<f32> {
    let width = config.d_model;
    (0..config.max_len * width)
        .map(|at| {
            let (position, column) = ((at / width) as f64, at % width);
            let rate = 10000f64.powf(-((column - column % 2) as f64) / width as f64);
            let angle = position * rate;
            (if column % 2 == 0 {
                angle.sin()
            } else {
                angle.cos()
            }) as f32
        })
        .collect()
}
