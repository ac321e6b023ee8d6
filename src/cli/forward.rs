//! `safr forward`: a model's raw numbers for token ids, to check against other implementations.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::choices::backend;
use super::draft::Draft;
use super::files::{model_files, open, read_text};
use super::out::remark;
use crate::engine::{Backend, OpenDevice};
use crate::evaluate::MeasureError;
use crate::model::{Batch, read};
use crate::objective::{Family, GateGuard, LossNumbers, Objective, ScaleFree, Space};
use crate::text::{PAD, plural};

/// Write logits, gate, attention and losses for given token ids
#[derive(Args, Clone, Debug)]
pub(super) struct Forward {
    /// Model directory
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// JSON file {"ids": [[…]], "labels": […]}, ids padded with 0
    #[arg(long, value_name = "FILE")]
    ids: PathBuf,
    /// JSON file to write; `-` is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where to compute: flex, ndarray, wgpu or cuda
    ///
    /// `safr --version` says which of them this program includes.
    #[arg(long, default_value = "flex", value_parser = backend(), hide_possible_values = true)]
    backend: Backend,
}

#[derive(Deserialize)]
struct Input {
    ids: Vec<Vec<u32>>,
    labels: Vec<usize>,
}

/// Evaluation mode: soft gate, no dropout.
#[derive(Serialize)]
struct Output {
    logits: Vec<Vec<f32>>,
    keep: Vec<Vec<f32>>,
    attention: Vec<Vec<Vec<Vec<f32>>>>,
    active_neurons: Vec<usize>,
    cross_entropy: f64,
    published: Pair,
    scale_free: ScaleFreePairs,
}

#[derive(Serialize)]
struct Pair {
    importance: f64,
    interaction: f64,
}

#[derive(Serialize)]
struct ScaleFreePairs {
    #[serde(flatten)]
    mlp: Pair,
    gate_guard: f64,
    embedding: Pair,
}

impl Forward {
    /// Runs the texts through the model in one batch.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let inputs = [model_files(&self.model), vec![self.ids.clone()]].concat();
        let out = Draft::create(&self.out, &inputs)?;
        let input: Input = serde_json::from_str(&read_text(&self.ids)?).map_err(|error| {
            anyhow!(
                "{}, line {}: the file must hold {{\"ids\": [[…]], \"labels\": […]}}, with whole numbers of 0 or more",
                self.ids.display(),
                error.line()
            )
        })?;
        let device = OpenDevice::open(self.backend).await?.device;
        let model = open(&self.model, &device)?;
        let config = &model.package.config;
        input.check(config.vocabulary, config.max_len, config.classes)?;
        let texts: Vec<&[u32]> = input.ids.iter().map(|ids| without_pad(ids)).collect();
        let batch = Batch::new(&texts, config, &device);
        let trace = model.classifier().forward(&batch, None);

        let scale_free = |space| {
            Family::ScaleFree(ScaleFree {
                space,
                guard: GateGuard::Rate {
                    rho: 0.3,
                    weight: 1.0,
                },
                ..ScaleFree::PLAIN
            })
        };
        let mut losses: Vec<LossNumbers> = Vec::new();
        for family in [
            Family::Published,
            scale_free(Space::Mlp),
            scale_free(Space::Embedding),
        ] {
            let objective = Objective::new(family, 1.0, 1.0);
            losses.push(objective.losses(&trace, &input.labels).read().await?);
        }
        let logits = read(trace.logits.clone().flatten(0, 1)).await?;
        anyhow::ensure!(
            logits.iter().all(|logit| logit.is_finite()),
            MeasureError::NotFinite
        );
        let [_, length] = batch.dims();
        let attention = trace.layers[trace.layers.len() - 1].attention.clone();
        let [_, heads, _, _] = attention.dims();
        let attention = read(attention.flatten(0, 3)).await?;
        let output = Output {
            logits: nested(&logits, config.classes),
            keep: nested(&read(trace.keep.clone().flatten(0, 1)).await?, length),
            attention: nested(&attention, heads * length * length)
                .iter()
                .map(|text| nested(text, length * length))
                .map(|text| text.iter().map(|head| nested(head, length)).collect())
                .collect(),
            cross_entropy: losses[0].cross_entropy,
            published: pair(&losses[0]),
            scale_free: ScaleFreePairs {
                mlp: pair(&losses[1]),
                gate_guard: losses[1].guard,
                embedding: pair(&losses[2]),
            },
            active_neurons: trace
                .read()
                .await?
                .iter()
                .map(|text| crate::explain::allocate(&text.layers[text.layers.len() - 1].neurons))
                .map(|allocated| allocated.allocation.neurons.len())
                .collect(),
        };
        out.fill_json(&output)?;
        remark(format!(
            "{}, numbers written to {}",
            plural(texts.len(), "text"),
            self.out.display()
        ));
        Ok(())
    }
}

impl Input {
    fn check(&self, vocabulary: usize, max_len: usize, classes: usize) -> anyhow::Result<()> {
        anyhow::ensure!(!self.ids.is_empty(), "there are no ids");
        anyhow::ensure!(
            self.ids.len() == self.labels.len(),
            "there are {} texts but {} labels",
            self.ids.len(),
            self.labels.len()
        );
        for (at, (ids, &label)) in self.ids.iter().zip(&self.labels).enumerate() {
            let words = without_pad(ids);
            anyhow::ensure!(!words.is_empty(), "text {at} has no words, only padding");
            anyhow::ensure!(
                words.len() <= max_len,
                "text {at} is longer than the model's {max_len} words"
            );
            anyhow::ensure!(
                !words.contains(&PAD),
                "text {at} has padding between its words"
            );
            anyhow::ensure!(
                words.iter().all(|&id| (id as usize) < vocabulary),
                "text {at} has an id beyond the vocabulary of {vocabulary}"
            );
            anyhow::ensure!(
                label < classes,
                "text {at} has label {label}, the model {classes} classes"
            );
        }
        Ok(())
    }
}

fn without_pad(ids: &[u32]) -> &[u32] {
    let words = ids
        .iter()
        .rposition(|&id| id != PAD)
        .map_or(0, |last| last + 1);
    &ids[..words]
}

fn nested(values: &[f32], length: usize) -> Vec<Vec<f32>> {
    values.chunks_exact(length).map(<[f32]>::to_vec).collect()
}

fn pair(losses: &LossNumbers) -> Pair {
    Pair {
        importance: losses.importance,
        interaction: losses.interaction,
    }
}
