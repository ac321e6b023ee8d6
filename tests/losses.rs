//! What must hold of the losses as functions of vectors, gate, words and attention (method §6).

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::disallowed_methods,
    reason = "natively a test may wait for the device"
)]

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use common::close;
use proptest::prelude::*;
use safr::model::{Batch, LayerTrace, ModelConfig, Reading, Trace};
use safr::objective::{Space, published, scale_free};
use safr::text::Words;

const WIDTH: usize = 6;
const HEADS: usize = 2;
const TOLERANCE: f64 = 2e-5;

/// One text's vectors, gates, words and attention, by position.
#[derive(Clone, Debug)]
struct Case {
    ids: Vec<u32>,
    z: Vec<Vec<f32>>,
    gate: Vec<f32>,
    /// Scores before the softmax, head by head.
    scores: Vec<Vec<Vec<f32>>>,
}

fn vector() -> impl Strategy<Value = Vec<f32>> {
    let alive = prop::collection::vec(prop_oneof![Just(0.0), 0.01f32..3.0], WIDTH);
    prop_oneof![1 => Just(vec![0.0; WIDTH]), 6 => alive]
}

fn case() -> impl Strategy<Value = Case> {
    (1usize..7).prop_flat_map(|n| {
        let row = prop::collection::vec(-3f32..3.0, n);
        let head = prop::collection::vec(row, n);
        (
            prop::collection::vec(2u32..7, n),
            prop::collection::vec(vector(), n),
            prop::collection::vec(prop_oneof![Just(0.0f32), Just(1.0), 0f32..1.0], n),
            prop::collection::vec(head, HEADS),
        )
            .prop_map(|(ids, z, gate, scores)| Case {
                ids,
                z,
                gate,
                scores,
            })
    })
}

impl Case {
    fn len(&self) -> usize {
        self.ids.len()
    }

    /// The case with its positions in the order `order`.
    fn permuted(&self, order: &[usize]) -> Self {
        let pick = |row: &Vec<f32>| order.iter().map(|&at| row[at]).collect();
        Self {
            ids: order.iter().map(|&at| self.ids[at]).collect(),
            z: order.iter().map(|&at| self.z[at].clone()).collect(),
            gate: pick(&self.gate),
            scores: self
                .scores
                .iter()
                .map(|head| order.iter().map(|&at| pick(&head[at])).collect())
                .collect(),
        }
    }

    /// A trace that holds the case, with `pad` positions of PAD behind it.
    fn trace(&self, pad: usize) -> Trace {
        let device = Device::flex();
        let (n, l) = (self.len(), self.len() + pad);
        let config = ModelConfig {
            max_len: l,
            ..ModelConfig::new(8, 2, Reading::published(Words::Default))
        };
        let batch = Batch::new(&[&self.ids], &config, &device);
        // What stands at PAD must not matter.
        let z: Vec<f32> = self
            .z
            .iter()
            .flatten()
            .copied()
            .chain(vec![0.7; pad * WIDTH])
            .collect();
        let gate: Vec<f32> = self.gate.iter().copied().chain(vec![1.0; pad]).collect();
        let mut attention = Vec::with_capacity(HEADS * l * l);
        for head in &self.scores {
            for i in 0..l {
                let weights: Vec<f32> = (0..n).map(|j| head[i.min(n - 1)][j].exp()).collect();
                let sum: f32 = weights.iter().sum();
                attention.extend(weights.iter().map(|weight| weight / sum));
                attention.extend(vec![0.0; pad]);
            }
        }
        let z: Tensor<3> = Tensor::from_data(TensorData::new(z, [1, l, WIDTH]), &device);
        let gate: Tensor<2> = Tensor::from_data(TensorData::new(gate, [1, l]), &device);
        Trace {
            embedding: z.clone(),
            gated: z.clone() * gate.clone().unsqueeze_dim(2),
            keep: gate.clone(),
            gate,
            layers: vec![LayerTrace {
                attention: Tensor::from_data(TensorData::new(attention, [1, HEADS, l, l]), &device),
                sum: z.clone(),
                neurons: z,
            }],
            logits: Tensor::zeros([1, 2], &device),
            batch,
        }
    }

    fn losses(&self, space: Space, pad: usize) -> [f64; 2] {
        let (importance, interaction) = scale_free::losses(&self.trace(pad), space);
        [value(importance), value(interaction)]
    }
}

fn value(tensor: Tensor<1>) -> f64 {
    f64::from(tensor.into_data().try_into_vec::<f32>().unwrap()[0])
}

fn same(what: &str, a: [f64; 2], b: [f64; 2]) {
    close(&format!("{what}: importance"), a[0], b[0], TOLERANCE);
    close(&format!("{what}: interaction"), a[1], b[1], TOLERANCE);
}

/// Rotates the first two coordinates of every vector.
fn rotated(case: &Case, angle: f32) -> Case {
    let mut case = case.clone();
    for z in &mut case.z {
        let (a, b) = (z[0], z[1]);
        z[0] = a * angle.cos() - b * angle.sin();
        z[1] = a * angle.sin() + b * angle.cos();
    }
    case
}

const SPACES: [Space; 2] = [Space::Mlp, Space::Embedding];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn scale_free_losses_lie_between_0_and_1(case in case()) {
        for space in SPACES {
            for loss in case.losses(space, 0) {
                prop_assert!((-1e-5..=1.0 + 1e-5).contains(&loss), "{space:?}: {loss}");
            }
        }
    }

    #[test]
    fn scale_free_losses_ignore_order_scale_and_padding(
        case in case(), seed in 0u64..100, scale in 0.001f32..1000.0, pad in 1usize..4,
    ) {
        let mut order: Vec<usize> = (0..case.len()).collect();
        safr::model::Stream::new(seed).shuffle(&mut order);
        let mut scaled = case.clone();
        scaled.z.iter_mut().flatten().for_each(|value| *value *= scale);
        for space in SPACES {
            let losses = case.losses(space, 0);
            same("permuted", case.permuted(&order).losses(space, 0), losses);
            same("scaled", scaled.losses(space, 0), losses);
            same("padded", case.losses(space, pad), losses);
        }
    }

    #[test]
    fn scale_free_importance_ignores_rotation(case in case(), angle in 0f32..6.0) {
        for space in SPACES {
            let turned = rotated(&case, angle).losses(space, 0)[0];
            close("rotated", turned, case.losses(space, 0)[0], TOLERANCE);
        }
    }

    #[test]
    fn one_word_or_one_repeated_word_loses_nothing(case in case()) {
        let mut same_word = case.clone();
        same_word.ids.fill(3);
        for space in SPACES {
            prop_assert_eq!(same_word.losses(space, 1), [0.0, 0.0]);
            prop_assert_eq!(case.permuted(&[0]).losses(space, 0), [0.0, 0.0]);
        }
    }

    #[test]
    fn published_importance_is_linear_in_the_scale(case in case(), scale in 0.5f32..8.0) {
        let x = case.trace(0).embedding;
        let one = value(published::importance(x.clone()));
        // Up to the guard of 1e-5 in the unit vectors.
        close("scaled", value(published::importance(x * scale)), one * f64::from(scale), 1e-3);
    }

    #[test]
    fn published_interaction_lies_between_its_bounds(case in case()) {
        let attention = case.trace(0).layers[0].attention.clone();
        let l = case.len() as f64;
        let loss = value(published::interaction(attention));
        prop_assert!(loss >= 1.0 / (l * l) - 1e-5 && loss <= 1.0 / l + 1e-5, "{loss} at {l}");
    }
}

#[test]
fn published_importance_is_0_for_orthogonal_rows() {
    let device = Device::flex();
    let x = Tensor::<2>::eye(WIDTH, &device).unsqueeze::<3>() * 3.0;
    assert_eq!(value(published::importance(x)), 0.0);
}

#[test]
fn published_interaction_is_least_when_attention_collapses() {
    let device = Device::flex();
    let l = 5;
    let rows: Vec<f32> = (0..l * l).map(|at| f32::from(at % l == 2)).collect();
    let attention = Tensor::<4>::from_data(TensorData::new(rows, [1, 1, l, l]), &device);
    close(
        "collapsed",
        value(published::interaction(attention)),
        1.0 / 25.0,
        1e-6,
    );
}

#[test]
fn losses_stay_finite_with_all_gates_closed_and_all_vectors_dead() {
    let mut case = Case {
        ids: vec![2, 3, 4],
        z: vec![vec![1.0; WIDTH]; 3],
        gate: vec![0.0; 3],
        scores: vec![vec![vec![0.5; 3]; 3]; HEADS],
    };
    for space in SPACES {
        assert_eq!(case.losses(space, 2)[0], 0.0, "no word counts");
    }
    case.gate.fill(1.0);
    case.z = vec![vec![0.0; WIDTH]; 3];
    let [importance, interaction] = case.losses(Space::Mlp, 2);
    assert_eq!(
        (importance, interaction),
        (0.0, 1.0),
        "dead words share nothing"
    );
}
