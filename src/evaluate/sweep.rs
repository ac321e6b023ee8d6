//! One pass over labelled texts: how well the model does, and whether its representation collapses.

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::EncodedExample;
use crate::model::{Batch, Classifier, ReadError, Trace, read};
use crate::objective::{Objective, label_column};

/// Means over a data set, in evaluation mode (soft gate, no dropout).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Texts measured.
    pub texts: usize,
    /// Share of the texts whose class was predicted correctly.
    pub accuracy: f64,
    /// Mean cross-entropy in nats.
    pub cross_entropy: f64,
    /// Mean L_imp, λ not applied.
    pub importance: f64,
    /// Mean L_int, λ not applied.
    pub interaction: f64,
    /// Mean gate guard.
    pub guard: f64,
    /// Mean keep probability of words.
    pub word_keep: f64,
    /// Mean keep probability of PAD; `None` if nothing was padded.
    pub pad_keep: Option<f64>,
    /// Mean norm of the words' gated embeddings.
    pub embedding_norm: f64,
    /// Mean entropy of the last block's attention rows, divided by its largest possible value; texts of
    /// one word are left out.
    pub attention_entropy: f64,
}

/// Measures `model` on `examples`, `batch_size` at a time in order of length; `progress` is told
/// how many texts are done.
///
/// # Errors
/// If the device was lost or failed.
pub async fn evaluate(
    model: &Classifier,
    objective: &Objective,
    examples: &[EncodedExample],
    batch_size: usize,
    mut progress: impl FnMut(usize),
) -> Result<Evaluation, ReadError> {
    let mut sweep = Sweep::new(examples);
    while !sweep.is_done() {
        progress(
            sweep
                .advance(model, objective, examples, batch_size)
                .await?,
        );
    }
    Ok(sweep.finish())
}

/// [`evaluate`], batch by batch, for callers with other things to do in between.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The examples by length.
    order: Vec<usize>,
    /// Examples that are measured.
    at: usize,
    sums: [f64; SUMS],
}

impl Sweep {
    /// Prepares a sweep over `examples`.
    pub fn new(examples: &[EncodedExample]) -> Self {
        let mut order: Vec<usize> = (0..examples.len()).collect();
        order.sort_by_key(|&at| examples[at].ids.len());
        Self {
            order,
            at: 0,
            sums: [0.0; SUMS],
        }
    }

    /// Whether all examples are measured.
    pub fn is_done(&self) -> bool {
        self.at == self.order.len()
    }

    /// How many examples are measured.
    pub fn texts(&self) -> usize {
        self.at
    }

    /// Measures the next `batch_size` of the same examples; returns how many there were.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn advance(
        &mut self,
        model: &Classifier,
        objective: &Objective,
        examples: &[EncodedExample],
        batch_size: usize,
    ) -> Result<usize, ReadError> {
        let rest = &self.order[self.at..];
        let chunk: Vec<&EncodedExample> = rest[..batch_size.min(rest.len())]
            .iter()
            .map(|&at| &examples[at])
            .collect();
        let texts: Vec<&[u32]> = chunk.iter().map(|example| example.ids.as_slice()).collect();
        let labels: Vec<usize> = chunk.iter().map(|example| example.label).collect();
        let batch = Batch::new(&texts, &model.config, &model.device());
        let trace = objective.prepared(model, model.forward(&batch, None));
        let values = read(batch_sums(&trace, objective, &labels)).await?;
        for (sum, value) in self.sums.iter_mut().zip(values) {
            *sum += f64::from(value);
        }
        self.at += chunk.len();
        Ok(chunk.len())
    }

    /// The means over what was measured.
    pub fn finish(self) -> Evaluation {
        means(self.at, &self.sums)
    }
}

/// Number of sums that [`batch_sums`] takes.
const SUMS: usize = 12;

/// Sums over one batch, `[SUMS]`, in the order in which [`means`] takes them apart.
fn batch_sums(trace: &Trace, objective: &Objective, labels: &[usize]) -> Tensor<1> {
    let mut columns = vec![correct(trace.logits.clone(), labels)];
    columns.extend(objective.losses(trace, labels).columns());
    let valid = trace.batch.valid.clone();
    let pad = valid.clone().neg() + 1.0;
    let norms: Tensor<2> = (trace.gated.clone() * trace.gated.clone())
        .sum_dim(2)
        .sqrt()
        .squeeze_dim(2);
    let (entropy, rows) = attention_entropy(trace);
    Tensor::cat(
        vec![
            Tensor::cat(columns, 1).sum_dim(0).squeeze_dim(0),
            (trace.keep.clone() * valid.clone()).sum(),
            valid.clone().sum(),
            (trace.keep.clone() * pad.clone()).sum(),
            pad.sum(),
            (norms * valid).sum(),
            entropy,
            rows,
        ],
        0,
    )
}

fn means(texts: usize, sums: &[f64; SUMS]) -> Evaluation {
    let [
        correct,
        ce,
        importance,
        interaction,
        guard,
        keep,
        words,
        pad_keep,
        pads,
        norm,
        entropy,
        rows,
    ] = *sums;
    let n = texts.max(1) as f64;
    Evaluation {
        texts,
        accuracy: correct / n,
        cross_entropy: ce / n,
        importance: importance / n,
        interaction: interaction / n,
        guard: guard / n,
        word_keep: keep / words.max(1.0),
        pad_keep: (pads > 0.0).then(|| pad_keep / pads),
        embedding_norm: norm / words.max(1.0),
        attention_entropy: entropy / rows.max(1.0),
    }
}

/// 1 for each text whose most probable class is the label, else 0, `[B, 1]`.
pub fn correct(logits: Tensor<2>, labels: &[usize]) -> Tensor<2> {
    let labels = label_column(labels, &logits.device());
    logits.argmax(1).equal(labels).float()
}

/// Sum over the rows of words of the entropy of the last block's attention, head mean, relative
/// to ln n, and the number of rows; `[1]` each.
fn attention_entropy(trace: &Trace) -> (Tensor<1>, Tensor<1>) {
    let attention = trace.layers[trace.layers.len() - 1].attention.clone();
    let logs = attention.clone().clamp_min(1e-30).log();
    let entropy: Tensor<2> = (attention * logs)
        .sum_dim(3)
        .mean_dim(1)
        .squeeze_dims(&[1, 3]);
    let lengths: Vec<f32> = trace
        .batch
        .words
        .iter()
        .map(|text| text.len() as f32)
        .collect();
    let scale: Vec<f32> = lengths
        .iter()
        .map(|&n| if n > 1.0 { -1.0 / n.ln() } else { 0.0 })
        .collect();
    let rows: f32 = lengths.iter().filter(|&&n| n > 1.0).sum();
    let device = trace.logits.device();
    let scale: Tensor<2> = Tensor::from_data(TensorData::new(scale, [lengths.len(), 1]), &device);
    let sum = (entropy * trace.batch.valid.clone() * scale).sum();
    (sum, Tensor::from_data([rows], &device))
}
