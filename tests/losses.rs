//! What must hold of the losses as functions of vectors, gate, words and attention (method §6).

#![allow(
    clippy::disallowed_methods,
    reason = "natively a test may wait for the device"
)]

use burn::tensor::{Device, Tensor, TensorData};
use proptest::prelude::*;
use safr::model::{Batch, LayerTrace, ModelConfig, Reading, Trace};
use safr::objective::{
    Apart, Family, GateGuard, Objective, Overlap, Pairs, Penalties, RateOf, ScaleFree, Space,
    Weight, published, scale_free,
};
use safr::text::Tokenizer;

use crate::common::{self, close};

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
            ..ModelConfig::new(8, 2, Reading::published(Tokenizer::Default))
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
                input: z.clone().reshape([l, WIDTH]),
                attended: z.clone().reshape([l, WIDTH]),
                sum: None,
                neurons: z,
                factors: None,
                norm_epsilon: 1e-5,
            }],
            logits: Tensor::zeros([1, 2], &device),
            votes: Tensor::ones([1, 2, WIDTH], &device),
            pooler_factors: None,
            amounts: None,
            batch,
        }
    }

    fn losses(&self, form: ScaleFree, pad: usize) -> [f64; 2] {
        let (importance, interaction) = scale_free::losses(&self.trace(pad), &form);
        [value(importance), value(interaction)]
    }
}

fn value<const D: usize>(tensor: Tensor<D>) -> f64 {
    f64::from(tensor.into_data().try_into_vec::<f32>().unwrap()[0])
}

/// A pass over a text of two words and one of a single word, of which nothing but the gate is known.
fn gated(gate: Tensor<2>, keep: Tensor<2>) -> Trace {
    let device = Device::flex();
    let config = ModelConfig {
        max_len: 2,
        ..ModelConfig::new(8, 2, Reading::scale_free(Tokenizer::Default))
    };
    let z: Tensor<3> = Tensor::zeros([2, 2, WIDTH], &device);
    Trace {
        embedding: z.clone(),
        gated: z,
        gate,
        keep,
        layers: Vec::new(),
        logits: Tensor::zeros([2, 2], &device),
        votes: Tensor::ones([1, 2, WIDTH], &device),
        pooler_factors: None,
        amounts: None,
        batch: Batch::new(&[&[2, 3], &[4]], &config, &device),
    }
}

/// Amounts 4 and 2 of one text ask for keep 1 and ½; of the other text one word was dropped, so that
/// nothing is asked of it, and one is PAD.
#[test]
fn the_gate_is_to_say_how_much_a_word_brings() {
    let device = Device::flex();
    let trace = Trace {
        amounts: Some(Tensor::from_data([[4.0, 2.0], [3.0, 0.0]], &device)),
        ..gated(
            Tensor::from_data([[1.0, 0.5], [0.0, 0.0]], &device),
            Tensor::from_data([[0.75, 1.0], [0.5, 0.5]], &device),
        )
    };
    let options = ScaleFree {
        guard: GateGuard::Agreement { weight: 2.0 },
        ..ScaleFree::PLAIN
    };
    let guard = scale_free::guard(&trace, &options).unwrap();
    let guards = guard.into_data().try_into_vec::<f32>().unwrap();
    assert_eq!(
        guards,
        [2.0 * (0.25f32.powi(2) + 0.5f32.powi(2)) / 2.0, 0.0]
    );
    let unprepared = Trace {
        amounts: None,
        ..trace
    };
    assert!(scale_free::guard(&unprepared, &options).is_none());
}

/// A text with two open gates beside one with a closed gate (and PAD): by text the rates miss ½ by ½
/// each, by batch two of three words are kept.
#[test]
fn the_guard_counts_by_text_or_by_batch() {
    let keep: Tensor<2> = Tensor::from_data([[1.0, 1.0], [0.0, 0.9]], &Device::flex());
    let trace = gated(keep.clone(), keep);
    let guard = |rate_of| {
        let guard = GateGuard::Rate {
            rho: 0.5,
            weight: 2.0,
        };
        let options = ScaleFree {
            guard,
            rate_of,
            ..ScaleFree::PLAIN
        };
        value(scale_free::guard(&trace, &options).unwrap())
    };
    close("by text", guard(RateOf::Text), 2.0 * 0.25, TOLERANCE);
    let miss: f64 = 2.0 / 3.0 - 0.5;
    close(
        "by batch",
        guard(RateOf::Batch),
        2.0 * miss * miss,
        TOLERANCE,
    );
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

/// Every form of the losses, in every space.
fn forms() -> Vec<ScaleFree> {
    common::forms::forms(&[Space::Mlp, Space::Evidence, Space::Embedding])
}

/// Whether a form looks at nothing but angles between words and at their gates.
fn is_of_angles(form: &ScaleFree) -> bool {
    form.overlap == Overlap::Cosine && form.weight != Weight::Evidence
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn scale_free_losses_lie_between_0_and_1(case in case()) {
        for form in forms() {
            for loss in case.losses(form, 0) {
                prop_assert!((-1e-5..=1.0 + 1e-5).contains(&loss), "{form:?}: {loss}");
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
        for form in forms() {
            let losses = case.losses(form, 0);
            same("permuted", case.permuted(&order).losses(form, 0), losses);
            same("scaled", scaled.losses(form, 0), losses);
            same("padded", case.losses(form, pad), losses);
        }
    }

    #[test]
    fn scale_free_importance_ignores_rotation(case in case(), angle in 0f32..6.0) {
        for form in forms().into_iter().filter(is_of_angles) {
            let turned = rotated(&case, angle).losses(form, 0)[0];
            close("rotated", turned, case.losses(form, 0)[0], TOLERANCE);
        }
    }

    #[test]
    fn one_word_or_one_repeated_word_loses_nothing(case in case()) {
        let mut same_word = case.clone();
        same_word.ids.fill(3);
        for form in forms() {
            prop_assert_eq!(same_word.losses(form, 1), [0.0, 0.0]);
            prop_assert_eq!(case.permuted(&[0]).losses(form, 0), [0.0, 0.0]);
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
    for form in forms() {
        let importance = case.losses(form, 2)[0];
        match form.weight {
            Weight::Gate => assert_eq!(importance, 0.0, "no word counts"),
            Weight::Evidence | Weight::Even => assert!(importance.is_finite(), "{form:?}"),
        }
    }
    case.gate.fill(1.0);
    case.z = vec![vec![0.0; WIDTH]; 3];
    for form in forms() {
        let [importance, interaction] = case.losses(form, 2);
        assert_eq!(importance, 0.0, "{form:?}");
        assert!(interaction.is_finite(), "{form:?}");
    }
    let [importance, interaction] = case.losses(ScaleFree::PLAIN, 2);
    assert_eq!(
        (importance, interaction),
        (0.0, 1.0),
        "dead words share nothing"
    );
}

/// Three words at angles of 0°, 60° and 90°, the last one's gate closed, attention even.
fn three_words() -> Case {
    let root = 3f32.sqrt() / 2.0;
    let pad = |x: f32, y: f32| {
        let mut z = vec![0.0; WIDTH];
        z[..2].copy_from_slice(&[x, y]);
        z
    };
    Case {
        ids: vec![2, 3, 4],
        z: vec![pad(1.0, 0.0), pad(0.5, root), pad(0.0, 1.0)],
        gate: vec![1.0, 1.0, 0.0],
        // Words 0 and 2 attend to each other alone and are the correlated pair: â = 1. Word 1
        // spreads its attention evenly: â = 1/2 with either.
        scores: vec![
            vec![
                vec![-99.0, -99.0, 0.0],
                vec![0.0, -99.0, 0.0],
                vec![0.0, -99.0, -99.0],
            ];
            HEADS
        ],
    }
}

#[test]
fn importance_keeps_important_words_apart_from_each_other_or_from_all() {
    let form = |apart| ScaleFree {
        apart,
        ..ScaleFree::PLAIN
    };
    // Word 0: only word 1 counts, cos² = 1/4. Word 1: only word 0, 1/4.
    let [importance, _] = three_words().losses(form(Apart::Important), 0);
    close("each other", importance, 0.25, TOLERANCE);
    // Word 0: ω = (1/2, 0): 1/4. Word 1: ω = (1/2, 1/2): (1/4 + 3/4) / 2 = 1/2. Mean of the two.
    let [importance, _] = three_words().losses(form(Apart::All), 0);
    close("all words", importance, 0.375, TOLERANCE);
}

/// The energy of neuron 0 is 1 and ¼ of words 0 and 1, so that these have 4/5 and 1/5 of it; that of neuron
/// 1 is ¾ and 1 of words 1 and 2, which have 3/7 and 4/7.
#[test]
fn importance_counts_the_shares_of_others_in_a_words_neurons() {
    let root = 3f64.sqrt() / 2.0;
    let form = |apart, weight| ScaleFree {
        apart,
        overlap: Overlap::Shares,
        weight,
        ..ScaleFree::PLAIN
    };
    for pad in [0, 2] {
        let importance = |apart, weight| three_words().losses(form(apart, weight), pad)[0];
        // ω is ½ between word 1 and the others, and 0 between those. Word 0: ½·1/5.
        let first = 0.1;
        // Word 1: ½ of neuron 0 by ½·4/5, √3/2 of neuron 1 by ½·4/7.
        let second = (0.5 * 0.4 + root * 2.0 / 7.0) / (0.5 + root);
        // Word 2: ½·3/7.
        let third = 3.0 / 14.0;
        let all = importance(Apart::All, Weight::Gate);
        close("all words", all, (first + second) / 2.0, TOLERANCE);
        let even = importance(Apart::All, Weight::Even);
        close("even", even, (first + second + third) / 3.0, TOLERANCE);
        // Word 2 counts for nobody: word 1 shares only neuron 0.
        let second = 0.5 * 0.4 / (0.5 + root);
        let each_other = importance(Apart::Important, Weight::Gate);
        close("each other", each_other, (first + second) / 2.0, TOLERANCE);
    }
}

/// Squared cosines with others are ¼, ½ and ¾ of words 0, 1 and 2.
#[test]
fn words_count_alike_or_by_how_much_their_neurons_say() {
    let form = |weight| ScaleFree {
        apart: Apart::All,
        weight,
        ..ScaleFree::PLAIN
    };
    let [even, _] = three_words().losses(form(Weight::Even), 1);
    close("even", even, (0.25 + 0.5 + 0.75) / 3.0, TOLERANCE);

    // Of two classes, one is voted for by neuron 0 and the other one by neuron 1.
    let mut trace = three_words().trace(1);
    let votes = [[
        [3.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 4.0, 0.0, 0.0, 0.0, 0.0],
    ]];
    trace.votes = Tensor::from_data(votes, &Device::flex());
    let importance = value(scale_free::losses(&trace, &form(Weight::Evidence)).0);
    // The words say 3, √(1.5² + (2√3)²) and 4.
    let second = 14.25f64.sqrt();
    let expected = (3.0 * 0.25 + second * 0.5 + 4.0 * 0.75) / (3.0 + second + 4.0);
    close("what they say", importance, expected, TOLERANCE);
}

#[test]
fn what_words_say_is_given_and_not_moved_by_the_importance_loss() {
    let mut trace = three_words().trace(0);
    let votes = trace.votes.clone().autodiff().require_grad();
    let neurons = trace.layers[0].neurons.clone().autodiff().require_grad();
    trace.votes = votes.clone();
    trace.layers[0].neurons = neurons.clone();
    let form = ScaleFree {
        weight: Weight::Evidence,
        ..ScaleFree::PLAIN
    };
    let gradients = scale_free::losses(&trace, &form).0.backward();
    assert!(votes.grad(&gradients).is_none());
    assert!(neurons.grad(&gradients).is_some(), "overlap is moved");
}

#[test]
fn a_given_gate_is_not_moved_by_the_importance_loss() {
    for (gate_given, moved) in [(false, true), (true, false)] {
        let mut trace = three_words().trace(0);
        let gate = trace.gate.clone().autodiff().require_grad();
        trace.gate = gate.clone();
        trace.layers[0].neurons = trace.layers[0].neurons.clone().autodiff().require_grad();
        let form = ScaleFree {
            gate_given,
            ..ScaleFree::PLAIN
        };
        let gradients = scale_free::losses(&trace, &form).0.backward();
        assert_eq!(gate.grad(&gradients).is_some(), moved);
    }
}

#[test]
fn the_penalties_are_means_over_words() {
    let objective = |embedding_l2, neuron_l1| Objective {
        penalties: Penalties {
            embedding_l2,
            neuron_l1,
            evidence_l1: 0.0,
        },
        ..Objective::new(Family::ScaleFree(ScaleFree::PLAIN), 0.0, 0.0)
    };
    let trace = three_words().trace(2);
    let penalty = |objective: Objective| objective.losses(&trace, &[0]).penalty.map(value);
    assert_eq!(penalty(objective(0.0, 0.0)), None);
    // Two of three words are kept, each of length 1.
    close(
        "norms",
        penalty(objective(3.0, 0.0)).unwrap(),
        2.0,
        TOLERANCE,
    );
    // 1, 1/2 + √3/2, 1.
    let sum = 2.5 + 3f64.sqrt() / 2.0;
    close(
        "activations",
        penalty(objective(0.0, 3.0)).unwrap(),
        sum,
        TOLERANCE,
    );
}

/// Neurons scaled by a, and their votes by 1/a, leave a model as it is. Losses on evidence do not see it,
/// those on neurons do; nor does the penalty of evidence.
#[test]
fn rescaled_neurons_have_the_same_losses_on_evidence() {
    let factors = [8.0, 0.5, 1.0, 0.25];
    let trace = three_words().trace(1);
    let row = |of: &dyn Fn(f32) -> f32| -> Tensor<1> {
        let values: Vec<f32> = (0..WIDTH).map(|at| of(factors[at % 4])).collect();
        Tensor::from_data(TensorData::new(values, [WIDTH]), &Device::flex())
    };
    let mut scaled = trace.clone();
    scaled.layers[0].neurons = trace.layers[0].neurons.clone() * row(&|a| a).unsqueeze::<3>();
    scaled.votes = trace.votes.clone() * row(&f32::recip).unsqueeze::<3>();
    let losses = |trace: &Trace, space| {
        let form = ScaleFree {
            space,
            ..ScaleFree::PLAIN
        };
        let (importance, interaction) = scale_free::losses(trace, &form);
        [value(importance), value(interaction)]
    };
    same(
        "on evidence",
        losses(&trace, Space::Evidence),
        losses(&scaled, Space::Evidence),
    );
    let [before, after] = [&trace, &scaled].map(|trace| losses(trace, Space::Mlp));
    assert!(
        (before[1] - after[1]).abs() > 1e-2,
        "{before:?} and {after:?}"
    );
    let objective = Objective {
        penalties: Penalties {
            evidence_l1: 1.0,
            ..Default::default()
        },
        ..Objective::new(Family::ScaleFree(ScaleFree::PLAIN), 0.0, 0.0)
    };
    let [before, after] =
        [&trace, &scaled].map(|trace| value(objective.losses(trace, &[0]).penalty.unwrap()));
    close("penalty", before, after, TOLERANCE);
    // Σ_n u_n·√2 as above.
    let sum = (2.5 + 3f64.sqrt() / 2.0) * 2f64.sqrt() / 3.0;
    close("penalty by hand", before, sum, TOLERANCE);
}

#[test]
fn contrasted_pairs_gain_nothing_when_all_words_share_all_neurons() {
    let form = |pairs| ScaleFree {
        pairs,
        ..ScaleFree::PLAIN
    };
    let mut case = three_words();
    // Words 0 and 2 attend to each other alone, word 1 to either: ō is 1 on word 1 for the former
    // and even for the latter, whose attention is even, too.
    let [_, apart] = case.losses(form(Pairs::Contrasted), 0);
    // Word 0: (1 + cos 60° − cos 90°) / 2 = 3/4. Word 1: 1/2. Word 2: (1 + cos 30° − 0) / 2.
    let expected = (0.75 + 0.5 + (1.0 + 3f64.sqrt() / 2.0) / 2.0) / 3.0;
    close("the wrong pairs share", apart, expected, TOLERANCE);

    case.z[2] = case.z[0].clone();
    let [_, right] = case.losses(form(Pairs::Contrasted), 0);
    // Words 0 and 2: (1 + cos 60° − 1) / 2 = 1/4.
    close(
        "the right pairs share",
        right,
        (0.25 + 0.5 + 0.25) / 3.0,
        TOLERANCE,
    );

    case.z[1] = case.z[0].clone();
    let [_, all] = case.losses(form(Pairs::Contrasted), 0);
    close("all share", all, 0.5, TOLERANCE);
    let [_, all] = case.losses(form(Pairs::Attended), 0);
    close("all share, attended", all, 0.0, TOLERANCE);
}
