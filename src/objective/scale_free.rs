//! The scale-free losses: our own, on neurons or on embeddings (method §3.3).

use burn::tensor::{Tensor, TensorData};

use super::norm::{cosines, relative, root};
use super::tensors::weighed_neurons;
use super::{Apart, GateGuard, Overlap, Pairs, RateOf, ScaleFree, Space, Weight};
use crate::kernels;
use crate::model::{Batch, Trace, Whole, relative_to_strongest_pair};

/// A sum of weights below this is empty.
const EPSILON: f64 = 1e-6;

/// Attention below this counts as none: its inverse is still a number in f32.
const LEAST: f64 = 1e-30;

/// L_imp and L_int of each text, each a mean over the blocks that are looked at, in [0, 1]; `[B, 1]` each.
///
/// # Panics
/// If the model has no such block.
pub fn losses(trace: &Trace, options: &ScaleFree) -> (Tensor<2>, Tensor<2>) {
    let weight = weight(trace, options);
    if let Some(losses) = fused(trace, options, &weight) {
        return losses;
    }
    let pairs = eligible_pairs(&trace.batch, 0.0);
    let mut sums: Option<(Tensor<2>, Tensor<2>)> = None;
    let looked_at = options.layers_of(trace.layers.len());
    for &at in &looked_at {
        let layer = &trace.layers[at];
        let votes = at + 1 == trace.layers.len();
        let given = layer.attention.clone().detach();
        let attention: Tensor<3> = eligible_attention(given, &pairs).mean_dim(1).squeeze_dim(1);
        let uncorrelated = uncorrelated(attention.clone(), &pairs);
        let (apart, interaction) = match options.space {
            Space::Mlp | Space::Evidence => {
                let z = match options.space {
                    Space::Evidence if votes => weighed_neurons(trace),
                    _ => layer.neurons.clone(),
                };
                let cosine = cosines(z.clone());
                // Neurons that may be negative point away from each other: that is no sharing.
                let cosine = match layer.factors {
                    None => cosine,
                    Some(_) => cosine.clamp_min(0.0),
                };
                let pairs = interaction(cosine.clone(), attention, &uncorrelated, options.pairs);
                let others = match options.apart {
                    Apart::Important => uncorrelated * weight.clone().unsqueeze_dim(1),
                    Apart::All => uncorrelated,
                };
                let apart = match options.overlap {
                    Overlap::Cosine => overlap(cosine, others),
                    Overlap::Shares => shared(z, others, &trace.batch),
                };
                (apart, mean_of_sums(pairs, &trace.batch))
            }
            Space::Embedding => {
                let attention = layer.attention.clone();
                let eligible = eligible_attention(by_largest(attention.clone(), &pairs), &pairs);
                let pairs = attention_interaction(eligible, attention);
                let cosine = cosines(trace.embedding.clone());
                let others = match options.apart {
                    Apart::Important => uncorrelated * weight.clone().unsqueeze_dim(1),
                    Apart::All => uncorrelated,
                };
                (overlap(cosine, others), mean_of_sums(pairs, &trace.batch))
            }
        };
        let importance =
            weighted_sums(weight.clone(), apart) / weight.clone().sum_dim(1).clamp_min(EPSILON);
        sums = Some(match sums {
            None => (importance, interaction),
            Some((imp, int)) => (imp + importance, int + interaction),
        });
    }
    let (importance, interaction) = sums.expect("a model has a block");
    let layers = looked_at.len() as f64;
    (importance / layers, interaction / layers)
}

/// [`losses`] by the GPU's kernels, if there are such for this form of them and the words' `weight`, `[B, L]`.
fn fused(trace: &Trace, options: &ScaleFree, weight: &Tensor<2>) -> Option<(Tensor<2>, Tensor<2>)> {
    let [_, length] = weight.dims();
    let weight_given = options.gate_given || options.weight != Weight::Gate;
    let fits = weight_given
        && options.space != Space::Embedding
        && options.overlap == Overlap::Cosine
        && trace.pooler_factors.is_none()
        && length <= kernels::LONGEST
        && kernels::run_on(&weight.device());
    let looked_at = options.layers_of(trace.layers.len());
    let pairs = fits.then(|| eligible_pairs(&trace.batch, 1.0))?;
    let of_layer = |&at: &usize| {
        let layer = &trace.layers[at];
        let form = kernels::Form {
            counted: options.space == Space::Evidence && at + 1 == trace.layers.len(),
            clamped: layer.factors.is_some(),
            important: options.apart == Apart::Important,
            contrasted: options.pairs == Pairs::Contrasted,
            share: 1.0 / looked_at.len() as f32,
        };
        let (neurons, attention) = (layer.neurons.clone(), layer.attention.clone().detach());
        // What has no gradient must not be a part of the graph.
        let votes = match form.counted {
            true => trace.votes.clone(),
            false => trace.votes.clone().detach(),
        };
        kernels::pair_losses(
            neurons,
            votes,
            attention,
            pairs.clone(),
            weight.clone(),
            form,
        )
    };
    let sum = |(imp, int): (Tensor<2>, Tensor<2>), (a, b)| (imp + a, int + b);
    looked_at.iter().map(of_layer).reduce(sum)
}

/// What keeps the gate from closing (or from opening once and for all), for each text, `[B, 1]`; `None`
/// without a guard, or if the pass is not [prepared](super::Objective::prepared) for it.
pub fn guard(trace: &Trace, options: &ScaleFree) -> Option<Tensor<2>> {
    let mean = |of_words: Tensor<2>| mean_over_words(of_words, &trace.batch);
    match options.guard {
        GateGuard::Rate { rho, weight } => {
            let rate = match options.rate_of {
                RateOf::Text => mean(trace.keep.clone()),
                RateOf::Batch => rate_of_batch(trace),
            };
            let miss = rate - rho;
            Some(miss.clone() * miss * weight)
        }
        GateGuard::Entropy { beta } => {
            let shares = &trace.batch.shares;
            if let Some(sums) = kernels::sum(&trace.keep, shares, kernels::Sum::Entropy) {
                return Some(sums * beta);
            }
            let keep = trace.keep.clone().clamp(1e-6, 1.0 - 1e-6);
            let drop = keep.clone().neg() + 1.0;
            let entropy = mean(keep.clone() * keep.log() + drop.clone() * drop.log());
            Some(entropy * beta)
        }
        GateGuard::Agreement { weight } => {
            let amounts = trace.amounts.clone()?;
            let largest = amounts.clone().max_dim(1);
            let [texts, length] = amounts.dims();
            let miss = trace.keep.clone() - relative(amounts, largest.expand([texts, length]));
            // Nothing is known about a word that was dropped.
            let kept = trace.gate.clone().detach().greater_elem(0.0).float();
            let kept = kept * trace.batch.valid.clone();
            let misses = (miss.clone() * miss * kept.clone()).sum_dim(1);
            Some(misses / kept.sum_dim(1).clamp_min(1.0) * weight)
        }
        GateGuard::None => None,
    }
}

/// Mean keep probability over all words of the batch, once for each text, `[B, 1]`.
fn rate_of_batch(trace: &Trace) -> Tensor<2> {
    let batch = &trace.batch;
    let [texts, _] = batch.dims();
    let rate = mean_keep(trace.keep.clone(), batch);
    let rate = match batch.part_of {
        Some(Whole {
            texts: all,
            words,
            keep: Some(keep),
            ..
        }) => {
            // The value is the whole batch's. The slope is this part's, over the texts that the loss is a mean of.
            let weight = (batch.count_words() * all) as f64 / (words.max(1) * texts) as f64;
            let rate = rate * weight;
            rate.clone() - rate.detach() + keep
        }
        _ => rate,
    };
    rate.unsqueeze::<2>().expand([texts, 1])
}

/// The mean over the words of a batch of their `keep` probabilities, `[B, L]`; `[1]`.
pub(super) fn mean_keep(keep: Tensor<2>, batch: &Batch) -> Tensor<1> {
    (keep * batch.valid.clone()).sum() / batch.count_words().max(1) as f64
}

/// 1 for pairs of different words, 0 with PAD, and `itself` for a word with itself, `[B, L, L]`.
fn eligible_pairs(batch: &Batch, itself: f32) -> Tensor<3> {
    let [texts, length] = batch.dims();
    let mut pairs = vec![0.0; texts * length * length];
    for (words, pairs) in batch.words.iter().zip(pairs.chunks_mut(length * length)) {
        let is_word: Vec<bool> = words.iter().map(|&id| batch.is_word(id)).collect();
        for (i, a) in words.iter().enumerate() {
            for (j, b) in words.iter().enumerate() {
                pairs[i * length + j] = f32::from(a != b && is_word[i] && is_word[j]);
            }
            pairs[i * length + i] = if is_word[i] { itself } else { 0.0 };
        }
    }
    let pairs = TensorData::new(pairs, [texts, length, length]);
    Tensor::from_data(pairs, &batch.valid.device())
}

/// Ã: attention over eligible pairs, rows summing to 1 again; an empty row stays 0. `[B, H, L, L]`.
fn eligible_attention(attention: Tensor<4>, pairs: &Tensor<3>) -> Tensor<4> {
    let kept = attention * pairs.clone().unsqueeze_dim(1);
    let sum = kept.clone().sum_dim(3);
    relative(kept, sum)
}

/// Rows of attention divided by their largest eligible entry. To [`eligible_attention`] they are the same
/// as the rows themselves, but not to its slope: that has the square of a row's sum, which vanishes
/// in f32 if a word attends only to itself. Rows with less than [`LEAST`] for others are 0.
fn by_largest(attention: Tensor<4>, pairs: &Tensor<3>) -> Tensor<4> {
    let kept = attention * pairs.clone().unsqueeze_dim(1);
    let largest = kept.clone().detach().max_dim(3);
    let none = largest.clone().lower_scalar(LEAST);
    let [texts, heads, length, _] = kept.dims();
    let rows = kept / largest.mask_fill(none.clone(), 1.0);
    rows.mask_fill(none.expand([texts, heads, length, length]), 0.0)
}

/// 1 − â for eligible pairs, `[B, L, L]`, from the head mean of Ã, `[B, L, L]`.
fn uncorrelated(attention: Tensor<3>, pairs: &Tensor<3>) -> Tensor<3> {
    (relative_to_strongest_pair(attention).neg() + 1.0) * pairs.clone()
}

/// Mean over the words of each text, `[B, L]` → `[B, 1]`; 0 without words.
fn mean_over_words(of_words: Tensor<2>, batch: &Batch) -> Tensor<2> {
    weighted_sums(batch.shares.clone(), of_words.unsqueeze_dim(2))
}

/// Sum over the words of each text of `values`, `[B, L, 1]`, with `weights`, `[B, L]`; `[B, 1]`.
///
/// As a product, since the gradient of a sum takes Burn three programs on a GPU.
fn weighted_sums(weights: Tensor<2>, values: Tensor<3>) -> Tensor<2> {
    weights.unsqueeze_dim::<3>(1).matmul(values).squeeze_dim(2)
}

/// Mean over the words of each text of the sums over their pairs, `[B, L, L]` → `[B, 1]`.
fn mean_of_sums(of_pairs: Tensor<3>, batch: &Batch) -> Tensor<2> {
    let [texts, length, _] = of_pairs.dims();
    let shared = of_pairs * batch.shares.clone().unsqueeze_dim(2);
    shared.reshape([texts, length * length]).sum_dim(1)
}

/// How important each word is, w in [0, 1], `[B, L]`; 0 for PAD.
fn weight(trace: &Trace, options: &ScaleFree) -> Tensor<2> {
    let valid = trace.batch.valid.clone();
    let weight = match options.weight {
        Weight::Gate => trace.gate.clone() * valid,
        Weight::Even => valid,
        Weight::Evidence => {
            let votes = trace.votes.clone().detach().swap_dims(1, 2);
            let neurons = trace.last_layer().neurons.clone().detach();
            let said = neurons.matmul(votes);
            let said = root((said.clone() * said).sum_dim(2)).squeeze_dim(2) * valid;
            relative(said.clone(), said.max_dim(1))
        }
    };
    if options.gate_given {
        weight.detach()
    } else {
        weight
    }
}

/// How far each word overlaps with others, with their weights ω, in squared cosines: `[B, L, 1]`, from
/// `[B, L, L]` each.
fn overlap(cosine: Tensor<3>, others: Tensor<3>) -> Tensor<3> {
    let among = others.clone().sum_dim(2);
    let alone = among.clone().lower_scalar(EPSILON);
    let overlap = (others * cosine.clone() * cosine).sum_dim(2);
    // If nobody else counts, the overlap is 0, and so is its slope: a quotient over ε would push
    // every closed gate next to a single open one shut, a million times as hard as anything else.
    let overlap = overlap / among.mask_fill(alone.clone(), 1.0);
    overlap.mask_fill(alone, 0.0)
}

/// The others' shares, with their weights ω, `[B, L, L]`, in what each word says, z, `[B, L, F]`:
/// `[B, L, 1]`, in [0, 1]. PAD has no share.
fn shared(z: Tensor<3>, others: Tensor<3>, batch: &Batch) -> Tensor<3> {
    let z = z * batch.valid.clone().unsqueeze_dim(2);
    let largest = z.clone().detach().max_abs_dim(1);
    let scale = largest.clone().mask_fill(largest.equal_elem(0.0), 1.0);
    let energy = z.clone() / scale;
    let energy = energy.clone() * energy;
    let shares = relative(energy.clone(), energy.sum_dim(1));
    let of_others = (z.clone() * others.matmul(shares)).sum_dim(2);
    relative(of_others, z.sum_dim(2))
}

/// What each pair adds to a word's L_int, given how far they share neurons; all `[B, L, L]`.
fn interaction(
    cosine: Tensor<3>,
    attention: Tensor<3>,
    uncorrelated: &Tensor<3>,
    pairs: Pairs,
) -> Tensor<3> {
    let apart = attention * (cosine.clone().neg() + 1.0);
    match pairs {
        Pairs::Attended => apart,
        Pairs::Contrasted => {
            let others = relative(uncorrelated.clone(), uncorrelated.clone().sum_dim(2));
            (others * cosine + apart) / 2.0
        }
    }
}

/// The same with attention rows, head by head, `[B, L, L]`; only for comparison. Both
/// attentions are `[B, H, L, L]`.
fn attention_interaction(eligible: Tensor<4>, attention: Tensor<4>) -> Tensor<3> {
    let apart = eligible * (cosines(attention).neg() + 1.0);
    apart.mean_dim(1).squeeze_dim(1)
}
