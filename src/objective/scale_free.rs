//! The scale-free losses: our own, on neurons or on embeddings (method §3.3).

use burn::tensor::{Bool, Tensor};

use super::norm::{cosines, relative};
use super::{Apart, GateGuard, Pairs, RateOf, ScaleFree, Space, off_diagonal};
use crate::model::{Batch, Trace};

/// A sum of weights below this is empty.
const EPSILON: f64 = 1e-6;

/// L_imp and L_int of each text, each the mean over blocks, in [0, 1]; `[B, 1]` each.
pub fn losses(trace: &Trace, options: &ScaleFree) -> (Tensor<2>, Tensor<2>) {
    let pairs = eligible_pairs(&trace.batch);
    let weight = trace.gate.clone() * trace.batch.valid.clone();
    let weight = if options.gate_given {
        weight.detach()
    } else {
        weight
    };
    let valid = &trace.batch.valid;
    let mut sums: Option<(Tensor<2>, Tensor<2>)> = None;
    for layer in &trace.layers {
        let attention = eligible_attention(layer.attention.clone(), &pairs);
        let uncorrelated = uncorrelated(attention.clone().detach(), &pairs);
        let (cosine, interaction) = match options.space {
            Space::Mlp => {
                let cosine = cosines(layer.neurons.clone());
                let attention: Tensor<3> = attention.detach().mean_dim(1).squeeze_dim(1);
                let loss = interaction(cosine.clone(), attention, &uncorrelated, options.pairs);
                (cosine, mean_over_words(loss, valid))
            }
            Space::Embedding => {
                let loss = attention_interaction(attention, layer.attention.clone(), valid);
                (cosines(trace.embedding.clone()), loss)
            }
        };
        let importance = importance(cosine, &weight, uncorrelated, options.apart);
        sums = Some(match sums {
            None => (importance, interaction),
            Some((imp, int)) => (imp + importance, int + interaction),
        });
    }
    let (importance, interaction) = sums.expect("a model has a block");
    let layers = trace.layers.len() as f64;
    (importance / layers, interaction / layers)
}

/// What keeps the gate from closing (or from opening once and for all): the mean over texts, `[1]`.
pub fn guard(trace: &Trace, options: &ScaleFree) -> Tensor<1> {
    let valid = &trace.batch.valid;
    let mean = |of_words: Tensor<2>| mean_over_words(of_words, valid);
    let of_texts = match options.guard {
        GateGuard::Rate { rho, weight } => {
            let rate = match options.rate_of {
                RateOf::Text => mean(trace.keep.clone()),
                RateOf::Batch => {
                    let words = valid.clone().sum().clamp_min(1.0);
                    ((trace.keep.clone() * valid.clone()).sum() / words).unsqueeze()
                }
            };
            let miss = rate - rho;
            miss.clone() * miss * weight
        }
        GateGuard::Entropy { beta } => {
            let keep = trace.keep.clone().clamp(1e-6, 1.0 - 1e-6);
            let drop = keep.clone().neg() + 1.0;
            mean(keep.clone() * keep.log() + drop.clone() * drop.log()) * beta
        }
        GateGuard::None => mean(trace.keep.zeros_like()),
    };
    of_texts.mean()
}

/// 1 for pairs of different words at different places, 0 with PAD, `[B, L, L]`.
fn eligible_pairs(batch: &Batch) -> Tensor<3> {
    let [_, length] = batch.dims();
    let rows = batch
        .places
        .clone()
        .unsqueeze_dim::<3>(2)
        .repeat_dim(2, length);
    let same: Tensor<3, Bool> = rows.clone().equal(rows.swap_dims(1, 2));
    let words = batch.valid.clone().unsqueeze_dim::<3>(2);
    let both = words.clone().matmul(words.swap_dims(1, 2));
    both.mask_fill(same, 0.0) * off_diagonal(length, &batch.valid.device()).unsqueeze()
}

/// Ã: attention over eligible pairs, rows summing to 1 again; an empty row stays 0. `[B, H, L, L]`.
fn eligible_attention(attention: Tensor<4>, pairs: &Tensor<3>) -> Tensor<4> {
    let kept = attention * pairs.clone().unsqueeze_dim(1);
    let sum = kept.clone().sum_dim(3);
    relative(kept, sum)
}

/// 1 − â for eligible pairs, `[B, L, L]`; â: how strongly the more attentive of two words attends
/// to the other, head mean, relative to the strongest pair of the text.
fn uncorrelated(attention: Tensor<4>, pairs: &Tensor<3>) -> Tensor<3> {
    let mean: Tensor<3> = attention.mean_dim(1).squeeze_dim(1);
    let either = mean.clone().max_pair(mean.swap_dims(1, 2));
    let strongest = either.clone().max_dims(&[1, 2]);
    (relative(either, strongest).neg() + 1.0) * pairs.clone()
}

/// Mean over the words of each text, `[B, L]` → `[B, 1]`; 0 without words.
fn mean_over_words(of_words: Tensor<2>, valid: &Tensor<2>) -> Tensor<2> {
    let words = valid.clone().sum_dim(1).clamp_min(1.0);
    (of_words * valid.clone()).sum_dim(1) / words
}

/// L_imp: the weighted mean squared cosine of each weighted word to the words it is not
/// correlated with; `[B, 1]`.
///
/// # Shapes
/// `weight` `[B, L]`, the others `[B, L, L]`.
fn importance(
    cosine: Tensor<3>,
    weight: &Tensor<2>,
    uncorrelated: Tensor<3>,
    apart: Apart,
) -> Tensor<2> {
    let omega = match apart {
        Apart::Important => uncorrelated * weight.clone().unsqueeze_dim::<3>(1),
        Apart::All => uncorrelated,
    };
    let among = omega.clone().sum_dim(2);
    let alone = among.clone().lower_scalar(EPSILON);
    let overlap = (omega * cosine.clone() * cosine).sum_dim(2);
    // Where nobody else counts the overlap is 0, and its slope too: a quotient over ε would push
    // every closed gate beside a single open one shut, a million times as hard as anything else.
    let overlap = overlap / among.mask_fill(alone.clone(), 1.0);
    let overlap: Tensor<2> = overlap.mask_fill(alone, 0.0).squeeze_dim(2);
    let total = (overlap * weight.clone()).sum_dim(1);
    total / weight.clone().sum_dim(1).clamp_min(EPSILON)
}

/// L_int of each word, from what shares its neurons, `[B, L]`; all arguments `[B, L, L]`.
fn interaction(
    cosine: Tensor<3>,
    attention: Tensor<3>,
    uncorrelated: &Tensor<3>,
    pairs: Pairs,
) -> Tensor<2> {
    let apart = attention * (cosine.clone().neg() + 1.0);
    let loss = match pairs {
        Pairs::Attended => apart,
        Pairs::Contrasted => {
            let others = relative(uncorrelated.clone(), uncorrelated.clone().sum_dim(2));
            (others * cosine + apart) / 2.0
        }
    };
    loss.sum_dim(2).squeeze_dim(2)
}

/// L_int on attention rows, head by head, `[B, 1]`; kept for comparison only. Both attentions
/// `[B, H, L, L]`.
fn attention_interaction(
    eligible: Tensor<4>,
    attention: Tensor<4>,
    valid: &Tensor<2>,
) -> Tensor<2> {
    let apart: Tensor<2> = (eligible * (cosines(attention).neg() + 1.0))
        .sum_dim(3)
        .mean_dim(1)
        .squeeze_dims(&[1, 3]);
    mean_over_words(apart, valid)
}
