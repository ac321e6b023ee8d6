//! The text classifier: static embeddings, VMASK gate, encoder blocks, mean pooling (method §2).

use burn::module::{Module, Param};
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor, activation::sigmoid};

use super::ablation::{Ablation, scaled};
use super::block::norm_of;
use super::{Batch, Block, Gate, LayerTrace, ModelConfig, Noise, Pooler, Trace, gate};
use crate::kernels;

/// A SAFR text classifier on one device.
#[derive(Module, Debug)]
pub struct Classifier {
    /// The word table, `[V, E]`, or `[V, R]` if it is factorised.
    pub words: Param<Tensor<2>>,
    /// R → E of a factorised table.
    pub projection: Option<Linear>,
    /// The vectors of positions.
    pub positions: Positions,
    /// The norm of what enters the first block, if there is one.
    pub embedding_norm: Option<LayerNorm>,
    /// The gate.
    pub gate: Gate,
    /// Keep probability of every word, `[V]`: in evaluation the gate depends only on the word, so
    /// a loaded model looks its value up. A model in training has none.
    #[module(skip)]
    pub keep_table: Option<Vec<f32>>,
    /// Encoder blocks.
    pub blocks: Vec<Block>,
    /// E → E between pooling and head, if there is such a layer.
    pub pooler: Option<Linear>,
    /// E → K, or F → K if it reads the neurons.
    pub head: Linear,
    /// What an explanation needs and no text changes, for a GPU that only explains.
    #[module(skip)]
    pub constants: Option<Constants>,
    /// Sizes and reading.
    #[module(skip)]
    pub config: ModelConfig,
}

/// What an explanation needs and no text changes, of a model without a pooler.
#[derive(Clone, Debug)]
pub struct Constants {
    /// [`Classifier::votes`], `[1, K, F]`.
    pub(super) votes: Tensor<3>,
    /// What was pooled is multiplied by this for the first K − 1 classes, centred, `[1, K − 1, F or E]`.
    pub(super) class_weights: Tensor<3>,
    /// The bias of each of these classes, centred, `[1, K − 1]`.
    pub(super) class_biases: Tensor<2>,
}

/// The vectors of positions, `[max_len, E]`.
#[derive(Module, Debug)]
pub enum Positions {
    /// Sines and cosines.
    Sinusoidal(Tensor<2>),
    /// A table that is learned.
    Learned(Param<Tensor<2>>),
}

impl Positions {
    /// The first `length` of them, `[length, E]`.
    pub(super) fn first(&self, length: usize) -> Tensor<2> {
        let table = match self {
            Self::Sinusoidal(table) => table.clone(),
            Self::Learned(table) => table.val(),
        };
        table.narrow(0, 0, length)
    }

    /// The table, if it is learned.
    pub fn learned(&self) -> Option<&Param<Tensor<2>>> {
        match self {
            Self::Sinusoidal(_) => None,
            Self::Learned(table) => Some(table),
        }
    }
}

impl Classifier {
    /// Classifies a batch and keeps what explains it.
    ///
    /// Without `noise` this is evaluation mode: soft gate, no dropout. With it, training: hard
    /// straight-through gate, dropout.
    pub fn forward(&self, batch: &Batch, noise: Option<&Noise>) -> Trace {
        self.run(batch, self.rows(batch), noise, None)
    }

    /// Keep probabilities in evaluation mode, `[B, L]`.
    pub fn keep_probabilities(&self, batch: &Batch) -> Tensor<2> {
        let types = self.embed(batch, self.rows(batch));
        self.keep(batch, &types, None).0
    }

    /// The rows of the word table that a batch needs, `[U, R or E]`.
    pub fn rows(&self, batch: &Batch) -> Tensor<2> {
        self.words.val().select(0, batch.types.clone())
    }

    /// [`forward`](Self::forward) with given rows of the word table for the batch's types:
    /// training makes them a separate leaf, so that no gradient is as large as the table.
    pub fn forward_rows(&self, batch: &Batch, rows: Tensor<2>, noise: Option<&Noise>) -> Trace {
        self.run(batch, rows, noise, None)
    }

    /// [`forward`](Self::forward) in evaluation mode, without what `ablation` takes away.
    pub fn forward_ablated(&self, batch: &Batch, ablation: &Ablation) -> Trace {
        self.run(batch, self.rows(batch), None, Some(ablation))
    }

    /// Class scores, `[B, K]`, of gated embeddings x_v, `[B, L, E]`, in evaluation mode: the prediction
    /// as a function of what enters the encoder, with respect to which it can be differentiated.
    pub fn forward_gated(&self, batch: &Batch, gated: Tensor<3>) -> Tensor<2> {
        self.encode(batch, gated, None, None).logits
    }

    /// A whole pass.
    fn run(
        &self,
        batch: &Batch,
        rows: Tensor<2>,
        noise: Option<&Noise>,
        ablation: Option<&Ablation>,
    ) -> Trace {
        let types = self.embed(batch, rows);
        let (keep, gate) = self.keep(batch, &types, noise);
        let gate = scaled(gate, ablation.and_then(|ablation| ablation.words.as_ref()));
        let x0 = batch.spread(types);
        let gated = x0.clone() * gate.clone().unsqueeze_dim(2);
        let Encoded {
            layers,
            logits,
            pooler_factors,
        } = self.encode(batch, gated.clone(), noise, ablation);
        Trace {
            batch: batch.clone(),
            embedding: x0,
            keep,
            gate,
            gated,
            layers,
            logits,
            votes: self.votes(pooler_factors.as_ref()),
            pooler_factors,
            amounts: None,
        }
    }

    /// From gated embeddings to class scores.
    fn encode(
        &self,
        batch: &Batch,
        gated: Tensor<3>,
        noise: Option<&Noise>,
        ablation: Option<&Ablation>,
    ) -> Encoded {
        let [b, length] = batch.dims();
        let x = gated + self.positions.first(length).unsqueeze();
        let x = match &self.embedding_norm {
            Some(norm) => {
                let [b, l, width] = x.dims();
                let epsilon = self.config.architecture.norm_epsilon;
                norm_of(norm, x.reshape([b * l, width]), epsilon).reshape([b, l, width])
            }
            None => x,
        };
        let x = scaled(x, noise.map(|noise| &noise.input));
        let [_, _, width] = x.dims();
        let mut x = x.reshape([b * length, width]);
        let mut layers = Vec::with_capacity(self.blocks.len());
        for (at, block) in self.blocks.iter().enumerate() {
            let dropout = noise.map(|noise| &noise.blocks[at]);
            let ablation = ablation.and_then(|ablation| ablation.blocks.get(at));
            let (out, layer) = block.forward(x, batch, dropout, ablation);
            layers.push(layer);
            x = out;
        }
        let [_, width] = x.dims();
        let pooled = pool(x.reshape([b, length, width]), batch);
        let (read, pooler_factors) = self.pool_layer(pooled);
        Encoded {
            layers,
            logits: self.head.forward(read),
            pooler_factors,
        }
    }

    /// Class scores, `[R, K]`, of rows that were pooled, `[R, E or F]`.
    pub fn read_out(&self, pooled: Tensor<2>) -> Tensor<2> {
        self.head.forward(self.pool_layer(pooled).0)
    }

    /// What the head reads of what was pooled, `[B, E or F]`, and what the pooler's inputs are multiplied by to give
    /// it, if there is one.
    fn pool_layer(&self, pooled: Tensor<2>) -> (Tensor<2>, Option<Tensor<2>>) {
        let (Some(layer), Some(pooler)) = (&self.pooler, self.config.architecture.pooler) else {
            return (pooled, None);
        };
        let z = layer.forward(pooled);
        let factors = match pooler {
            Pooler::Relu => z.clone().greater_elem(0.0).float(),
            Pooler::Tanh => {
                // tanh z/z, which is 1 at 0.
                let small = z.clone().abs().lower_elem(LEAST_Z);
                let safe = z.clone().mask_fill(small.clone(), 1.0);
                (safe.clone().tanh() / safe).mask_fill(small, 1.0)
            }
        };
        (z * factors.clone(), Some(factors))
    }

    /// Static embeddings x0 = Embedding(word)·√E of the types, `[U, E]`.
    fn embed(&self, batch: &Batch, rows: Tensor<2>) -> Tensor<2> {
        let vectors = match &self.projection {
            Some(projection) => projection.forward(rows),
            None => rows,
        };
        vectors * batch.scales.clone()
    }

    /// Keep probabilities, and the gate as it is applied; both `[B, L]`.
    fn keep(
        &self,
        batch: &Batch,
        types: &Tensor<2>,
        noise: Option<&Noise>,
    ) -> (Tensor<2>, Tensor<2>) {
        let keep = |keep: Tensor<2>| match &batch.special {
            Some(special) => keep * (special.clone().neg() + 1.0) + special.clone(),
            None => keep,
        };
        if let (Some(table), None) = (&self.keep_table, noise) {
            let looked_up = keep(batch.look_up(table));
            return (looked_up.clone(), looked_up);
        }
        if let (Some(noise), None) = (noise, &batch.special) {
            let layers = [&self.gate.hidden, &self.gate.decision];
            let fused = kernels::gate(types, layers, &batch.places, &noise.gate);
            if let Some(fused) = fused {
                return fused;
            }
        }
        let log_odds = self.gate.log_odds(types.clone());
        let log_odds: Tensor<2> = batch.spread(log_odds).squeeze_dim(2);
        let soft = keep(sigmoid(log_odds.clone()));
        let gate = match noise {
            Some(noise) => keep(gate::sample(log_odds, noise.gate.clone())),
            None => soft.clone(),
        };
        (soft, gate)
    }

    /// Where the model computes.
    pub fn device(&self) -> Device {
        self.words.val().device()
    }

    /// Computes the keep probability of every word of the vocabulary, `V` values.
    ///
    /// # Errors
    /// If the device fails to answer.
    pub async fn gate_values(&self) -> Result<Vec<f32>, super::ReadError> {
        const CHUNK: usize = 2048;
        let device = self.device();
        let words: Vec<u32> = (0..self.config.vocabulary as u32).collect();
        let mut values = Vec::with_capacity(words.len());
        for chunk in words.chunks(CHUNK) {
            let config = ModelConfig {
                max_len: chunk.len(),
                ..self.config.clone()
            };
            let batch = Batch::new(&[chunk], &config, &device);
            let log_odds = self.gate.log_odds(self.embed(&batch, self.rows(&batch)));
            values.extend(super::read(sigmoid(log_odds).flatten(0, 1)).await?);
        }
        Ok(values)
    }

    /// The same model, with its gate looked up in `values`, `V` keep probabilities.
    #[must_use]
    pub fn with_gate_values(mut self, values: &[f32]) -> Self {
        self.keep_table = Some(values.to_vec());
        self
    }

    /// The same model for passes without gradients, with fewer and larger products, and with what no text changes
    /// computed once, which suits a GPU, since it starts a program for each.
    #[must_use]
    pub fn with_joined_heads(mut self) -> Self {
        self.blocks = self
            .blocks
            .into_iter()
            .map(Block::with_joined_heads)
            .collect();
        if self.pooler.is_none() {
            let classes = self.config.classes - 1;
            self.constants = Some(Constants {
                votes: self.votes(None),
                class_weights: self.class_weights(None).narrow(1, 0, classes),
                class_biases: self.class_biases(None).narrow(1, 0, classes),
            });
        }
        self
    }

    /// The same model for explanations on a CPU, which need not multiply by what no word takes, and whose weights can
    /// be laid out for that once.
    #[must_use]
    pub fn for_explanations(mut self) -> Self {
        let for_explanations = |block: Block| {
            let block = block.with_neuron_rows();
            // Natively, a product with general weights has instructions for more numbers at a time.
            match cfg!(target_arch = "wasm32") {
                true => block.with_packed_layers(),
                false => block,
            }
        };
        self.blocks = self.blocks.into_iter().map(for_explanations).collect();
        self
    }
}

/// Below this, tanh z is z to the last bit of a 32-bit float.
const LEAST_Z: f64 = 1e-4;

/// What the encoder makes of gated embeddings.
struct Encoded {
    layers: Vec<LayerTrace>,
    /// Class scores, `[B, K]`.
    logits: Tensor<2>,
    /// See [`Trace::pooler_factors`].
    pooler_factors: Option<Tensor<2>>,
}

/// Mean over the positions that count, `[B, N]`, of `x`, `[B, L, N]`.
pub(crate) fn pool(x: Tensor<3>, batch: &Batch) -> Tensor<2> {
    let shares = batch.pooled.clone().unsqueeze_dim::<3>(1);
    shares.matmul(x).squeeze_dim(1)
}

/// Sinusoidal position table, `max_len · E` values row by row: sine on even columns, cosine on
/// odd ones (method §2.3).
pub fn sinusoids(config: &ModelConfig) -> Vec<f32> {
    let width = config.d_model;
    let rate = |column: usize| 10000f64.powf(-((column - column % 2) as f64) / width as f64);
    let rates: Vec<f64> = (0..width).map(rate).collect();
    (0..config.max_len * width)
        .map(|at| {
            let (position, column) = ((at / width) as f64, at % width);
            let angle = position * rates[column];
            (if column % 2 == 0 {
                angle.sin()
            } else {
                angle.cos()
            }) as f32
        })
        .collect()
}
