//! Gradients agree with central differences in double precision, and are finite where a naive
//! square root would give NaN (method §3.2, §6).

#![allow(
    clippy::disallowed_methods,
    reason = "natively a test may wait for the device"
)]

use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use safr::model::{
    Batch, Classifier, LayerTrace, ModelConfig, Noise, Reading, Readout, Trace, Weights,
};
use safr::objective::{Family, GateGuard, Objective, RateOf, ScaleFree, Space, Weight, scale_free};
use safr::text::Tokenizer;

use crate::common::forms::forms;
use crate::common::{small_config, small_weights, winners};

const TEXTS: [&[u32]; 3] = [&[2, 3, 4, 5, 3], &[6], &[7, 8, 9, 10, 11, 2, 1]];
const LABELS: [usize; 3] = [0, 1, 1];
const GUARD: GateGuard = GateGuard::Rate {
    rho: 0.3,
    weight: 1.0,
};

/// Flex in double precision, with gradients.
fn double() -> Device {
    crate::double().autodiff()
}

fn value(tensor: Tensor<1>) -> f64 {
    tensor.into_data().try_into_vec::<f64>().unwrap()[0]
}

fn objective(family: Family, importance: f64, interaction: f64) -> Objective {
    Objective::new(family, importance, interaction)
}

/// The plain losses under [`GUARD`].
fn guarded() -> Family {
    Family::ScaleFree(ScaleFree {
        guard: GUARD,
        ..ScaleFree::PLAIN
    })
}

/// The objective of the small texts, soft gate and no dropout.
fn total(
    config: &ModelConfig,
    weights: &Weights,
    objective: &Objective,
) -> (Classifier, Tensor<1>) {
    let device = double();
    let model = Classifier::new(config, weights, &device).unwrap();
    let trace = model.forward(&Batch::new(&TEXTS, config, &device), None);
    let total = objective.total(&objective.losses(&trace, &LABELS));
    (model, total)
}

/// The slopes of a loss by each of a model's parameters.
fn gradients(model: &Classifier, loss: &Tensor<1>) -> Weights {
    let gradients = GradientsParams::from_grads(loss.backward(), model);
    pollster::block_on(model.gradients(&gradients)).unwrap()
}

/// Compares the gradient of every parameter at a few places with a central difference.
fn check(config: &ModelConfig, objective: &Objective) {
    let weights = small_weights(config, 5);
    let (model, loss) = total(config, &weights, objective);
    let gradients = gradients(&model, &loss);
    // A power of two, so that the step is exact in the weights' single precision.
    let step = 2f32.powi(-13);
    let mut compared = 0;
    for (name, array) in &weights {
        let count = array.values.len();
        for place in (0..count).step_by(count.div_ceil(5)) {
            let at = |by: f32| {
                let mut moved = weights.clone();
                let values = &mut moved.get_mut(name).unwrap().values;
                values[place] += by;
                let exact = f64::from(values[place]);
                (exact, value(total(config, &moved, objective).1))
            };
            let ((high, above), (low, below)) = (at(step), at(-step));
            let numeric = (above - below) / (high - low);
            let analytic = gradients
                .get(name)
                .map_or(0.0, |g| f64::from(g.values[place]));
            let error = (numeric - analytic).abs();
            assert!(
                error <= 1e-6 + 1e-4 * numeric.abs(),
                "{objective:?}: {name}[{place}] has gradient {analytic}, but slope {numeric}"
            );
            compared += 1;
        }
    }
    assert!(compared >= 80, "only {compared} places were compared");
}

#[test]
fn published_objective() {
    let config = small_config(2, Reading::published(Tokenizer::Default));
    check(&config, &objective(Family::Published, 1.0, 1.0));
}

#[test]
fn cross_entropy_and_gate_guards() {
    let config = small_config(1, Reading::scale_free(Tokenizer::Default));
    let entropy = GateGuard::Entropy { beta: 0.7 };
    for (guard, rate_of) in [
        (GUARD, RateOf::Text),
        (GUARD, RateOf::Batch),
        (entropy, RateOf::Text),
    ] {
        let family = Family::ScaleFree(ScaleFree {
            space: Space::Mlp,
            guard,
            rate_of,
            ..ScaleFree::PLAIN
        });
        check(&config, &objective(family, 0.0, 0.0));
    }
}

#[test]
fn simpler_penalties() {
    let config = ModelConfig {
        readout: Readout::Neurons,
        ..small_config(2, Reading::scale_free(Tokenizer::Default))
    };
    for key in ["embedding_l2", "neuron_l1", "evidence_l1"] {
        let objective = Objective {
            penalties: serde_json::from_str(&format!(r#"{{"{key}": 0.5}}"#)).unwrap(),
            ..objective(guarded(), 0.0, 0.0)
        };
        check(&config, &objective);
    }
}

#[test]
fn neurons_read_by_the_head() {
    let of = |count, correlated| Some(winners(count, correlated));
    let all = [
        (1, None),
        (2, None),
        (1, of(1, 0.0)),
        (2, of(2, 0.0)),
        (1, of(2, 0.6)),
    ];
    for (layers, winners) in all {
        let config = ModelConfig {
            readout: Readout::Neurons,
            winners,
            ..small_config(layers, Reading::scale_free(Tokenizer::Default))
        };
        check(&config, &objective(guarded(), 0.0, 0.0));
    }
}

#[test]
fn a_factorised_word_table() {
    let config = ModelConfig {
        embedding_rank: Some(3),
        ..small_config(1, Reading::scale_free(Tokenizer::Default))
    };
    check(&config, &objective(guarded(), 0.0, 0.0));
}

/// With `space = embedding` attention is not detached in L_int, so that the whole model can be
/// differentiated numerically.
#[test]
fn scale_free_interaction_on_attention() {
    let config = small_config(2, Reading::scale_free(Tokenizer::Default));
    let family = Family::ScaleFree(ScaleFree {
        space: Space::Embedding,
        guard: GUARD,
        ..ScaleFree::PLAIN
    });
    check(&config, &objective(family, 0.0, 1.0));
}

/// The forms of the losses on neurons whose slopes are those of what they compute.
fn forms_on_neurons() -> Vec<ScaleFree> {
    let mut forms = forms(&[Space::Mlp, Space::Evidence]);
    // What words say is taken as given, but losses on evidence look at the neurons that say it.
    forms.retain(|form| form.space == Space::Mlp || form.weight != Weight::Evidence);
    forms
}

/// With `space = mlp` and `space = evidence` attention is detached, so that only neurons, gate and votes
/// may be moved: the losses as functions of them, attention frozen.
#[test]
fn scale_free_losses_on_neurons_gate_and_votes() {
    let config = ModelConfig {
        readout: Readout::Neurons,
        ..small_config(1, Reading::scale_free(Tokenizer::Default))
    };
    let device = double();
    let model = Classifier::new(&config, &small_weights(&config, 5), &device).unwrap();
    let frozen = model.forward(&Batch::new(&TEXTS, &config, &device), None);
    let points = [
        frozen.layers[0].neurons.clone().into_data(),
        frozen.gate.clone().into_data(),
        frozen.votes.clone().into_data(),
    ];
    let block = |neurons| LayerTrace {
        attention: frozen.layers[0].attention.clone().detach(),
        neurons,
        ..frozen.layers[0].clone()
    };
    for options in forms_on_neurons() {
        let loss = |[neurons, gate, votes]: [TensorData; 3]| {
            let neurons = Tensor::<3>::from_data(neurons, &device).require_grad();
            let gate = Tensor::<2>::from_data(gate, &device).require_grad();
            let votes = Tensor::<3>::from_data(votes, &device).require_grad();
            let mut layers = vec![block(neurons.clone())];
            if options.weight == Weight::Evidence {
                // The last block, whose neurons say how important words are, and are not moved.
                layers.push(block(frozen.layers[0].neurons.clone().detach()));
            }
            let trace = Trace {
                gate: gate.clone(),
                votes: votes.clone(),
                layers,
                ..frozen.clone()
            };
            let (importance, interaction) = scale_free::losses(&trace, &options);
            let loss = (importance * 0.7 + interaction).mean();
            (neurons, gate, votes, loss)
        };

        let (neurons, gate, votes, value_at) = loss(points.clone());
        let gradients = value_at.backward();
        let analytic = [
            neurons.grad(&gradients).map(Tensor::into_data),
            gate.grad(&gradients).map(Tensor::into_data),
            votes.grad(&gradients).map(Tensor::into_data),
        ];
        assert!(analytic[0].is_some());
        assert_eq!(analytic[1].is_some(), options.weight == Weight::Gate);
        assert_eq!(analytic[2].is_some(), options.space == Space::Evidence);
        let step = 1e-6;
        for (which, analytic) in analytic.into_iter().enumerate() {
            let Some(analytic) = analytic else { continue };
            let analytic = analytic.try_into_vec::<f64>().unwrap();
            for (place, analytic) in analytic.iter().enumerate() {
                let at = |by: f64| {
                    let mut moved = points.clone();
                    moved[which].as_mut_slice::<f64>().unwrap()[place] += by;
                    value(loss(moved).3)
                };
                let numeric = (at(step) - at(-step)) / (2.0 * step);
                assert!(
                    (numeric - analytic).abs() <= 1e-7 + 1e-5 * numeric.abs(),
                    "{options:?}, {which}[{place}]: gradient {analytic}, slope {numeric}"
                );
            }
        }
    }
}

#[test]
fn closed_gates_and_dead_neurons_have_finite_gradients() {
    let device = double();
    let families = [
        Family::Published,
        Family::ScaleFree(ScaleFree {
            space: Space::Mlp,
            guard: GUARD,
            ..ScaleFree::PLAIN
        }),
        Family::ScaleFree(ScaleFree {
            space: Space::Embedding,
            guard: GUARD,
            ..ScaleFree::PLAIN
        }),
        Family::ScaleFree(ScaleFree {
            space: Space::Evidence,
            guard: GUARD,
            ..ScaleFree::PLAIN
        }),
    ];
    for (family, dead) in families
        .into_iter()
        .flat_map(|family| [(family, false), (family, true)])
    {
        let objective = objective(family, 1.0, 1.0);
        let config = small_config(1, objective.reading(Tokenizer::Default));
        let mut weights = small_weights(&config, 5);
        if dead {
            weights
                .get_mut("layers.0.ff.linear1.bias")
                .unwrap()
                .values
                .fill(-1e6);
        }
        let model = Classifier::new(&config, &weights, &device).unwrap();
        let batch = Batch::new(&TEXTS, &config, &device);
        let [b, l] = batch.dims();
        let drop = Tensor::<3>::ones([b, l, config.d_model], &device);
        let rows = Tensor::<2>::ones([b * l, config.d_model], &device);
        // All closed, all open, and every second one.
        for pattern in [
            vec![-1e6; b * l],
            vec![1e6; b * l],
            (0..b * l)
                .map(|i| if i % 2 == 0 { -1e6 } else { 1e6 })
                .collect(),
        ] {
            let noise = Noise {
                gate: Tensor::from_data(TensorData::new(pattern.clone(), [b, l]), &device),
                input: drop.clone(),
                blocks: vec![[rows.clone(), rows.clone()]],
            };
            let trace = model.forward(&batch, Some(&noise));
            let loss = objective.total(&objective.losses(&trace, &LABELS));
            assert!(value(loss.clone()).is_finite(), "{family:?}, dead {dead}");
            let gradients = gradients(&model, &loss);
            assert!(!gradients.is_empty());
            for (name, gradient) in gradients {
                let finite = gradient.values.iter().all(|value| value.is_finite());
                assert!(
                    finite,
                    "{family:?}, dead {dead}, gates {:?}: {name}",
                    &pattern[..2]
                );
            }
        }
    }
}

/// The quotient of two sums that both vanish must not throw a closed gate about.
#[test]
fn a_single_open_gate_has_moderate_gradients() {
    let device = double();
    let family = Family::ScaleFree(ScaleFree {
        space: Space::Mlp,
        guard: GUARD,
        ..ScaleFree::PLAIN
    });
    let objective = objective(family, 1.0, 0.0);
    let config = small_config(1, objective.reading(Tokenizer::Default));
    let model = Classifier::new(&config, &small_weights(&config, 5), &device).unwrap();
    let batch = Batch::new(&TEXTS, &config, &device);
    let [b, l] = batch.dims();
    let drop = Tensor::<3>::ones([b, l, config.d_model], &device);
    let rows = Tensor::<2>::ones([b * l, config.d_model], &device);
    // The first word's gate is surely open, the others are just closed.
    let gate: Vec<f64> = (0..b * l)
        .map(|at| if at % l == 0 { 5.0 } else { -5.0 })
        .collect();
    let noise = Noise {
        gate: Tensor::from_data(TensorData::new(gate, [b, l]), &device),
        input: drop,
        blocks: vec![[rows.clone(), rows]],
    };
    let trace = model.forward(&batch, Some(&noise));
    let loss = objective.total(&objective.losses(&trace, &LABELS));
    for (name, gradient) in gradients(&model, &loss) {
        let largest = gradient
            .values
            .iter()
            .fold(0f32, |most, value| most.max(value.abs()));
        assert!(largest < 10.0, "{name} has a gradient of {largest}");
    }
}

/// A row of attention that leaves next to nothing for other words is renormalised among them: its sum
/// vanishes, and the square of it, which the slope of a quotient has, sooner still.
#[test]
fn words_that_attend_to_themselves_alone_have_finite_gradients() {
    let device = Device::flex().autodiff();
    let family = Family::ScaleFree(ScaleFree {
        space: Space::Embedding,
        guard: GUARD,
        ..ScaleFree::PLAIN
    });
    let objective = objective(family, 1.0, 1.0);
    let config = small_config(1, objective.reading(Tokenizer::Default));
    for factor in [1.0, 4.0, 6.0, 8.0, 10.0, 14.0, 20.0] {
        let mut weights = small_weights(&config, 5);
        let mut key = weights["layers.0.attention.key.weight"].clone();
        key.values.iter_mut().for_each(|value| *value *= factor);
        for name in ["query", "key"] {
            weights.insert(format!("layers.0.attention.{name}.weight"), key.clone());
        }
        let model = Classifier::new(&config, &weights, &device).unwrap();
        let batch = Batch::new(&TEXTS, &config, &device);
        let trace = model.forward(&batch, None);
        let loss = objective.total(&objective.losses(&trace, &LABELS));
        for (name, gradient) in gradients(&model, &loss) {
            let finite = gradient.values.iter().all(|value| value.is_finite());
            assert!(finite, "attention × {factor}²: {name}");
        }
    }
}
