//! Any layer's neurons can be shown: what they say is followed through all layers above.

use burn::nn::LayerNorm;
use burn::tensor::{Device, Tensor, TensorData};
use safr::engine::{EngineError, LoadedModel};
use safr::explain::{Changes, TraceNumbers, centred, evidence, margin_factor};
use safr::model::{Batch, Classifier, ModelConfig, Readout, Trace, read};

use crate::common::complete::{assert_whole, configs, explained_at, lively};
use crate::common::{all_close, close, small_config, small_weights};
use crate::huggingface::{KINDS, imported};

fn deep() -> impl Iterator<Item = ModelConfig> {
    configs().filter(|config| config.layers > 1)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    pollster::block_on(read(tensor.flatten(0, D - 1))).unwrap()
}

/// Rows through a norm whose scale is held at what it is for `at`.
fn normed(rows: Tensor<2>, norm: &LayerNorm, at: Tensor<2>, epsilon: f64) -> Tensor<2> {
    let (variance, _) = at.var_mean_bias(1);
    let centred = rows.clone() - rows.mean_dim(1);
    centred / (variance + epsilon).sqrt() * norm.gamma.val().unsqueeze::<2>()
}

/// What the logits of a single text gain if `written` is added to what the block `layer` writes, `[L, E]`: forward, with
/// all that multiplies held as it is in `trace`.
fn gained(model: &Classifier, trace: &Trace, layer: usize, written: Tensor<2>) -> Vec<f32> {
    let [length, width] = written.dims();
    let mut added = written;
    for (at, block) in model.blocks.iter().enumerate().skip(layer) {
        let traced = &trace.layers[at];
        let epsilon = traced.norm_epsilon;
        if at > layer {
            let heads = block.heads;
            let values = added.clone().matmul(block.value.weight.val());
            let values = values
                .reshape([1, length, heads, width / heads])
                .swap_dims(1, 2);
            let mixed = traced.attention.clone().matmul(values).swap_dims(1, 2);
            let mixed = mixed
                .reshape([length, width])
                .matmul(block.out.weight.val());
            let normalised = normed(
                added + mixed,
                &block.norm1,
                traced.attended.clone(),
                epsilon,
            );
            let inputs = normalised.clone().matmul(block.linear1.weight.val());
            let neurons: Tensor<2> = traced.neurons.clone().squeeze_dim(0);
            let active = neurons.not_equal_elem(0.0).float();
            let factors = traced
                .factors
                .clone()
                .map_or(active.clone(), |f| f * active);
            added = inputs * factors;
            if let Some(write) = &block.write_back {
                added = normalised + added.matmul(write.linear.weight.val());
            }
        }
        if let (Some(write), Some(sum)) = (&block.write_back, &traced.sum) {
            let sum = sum.clone().reshape([length, width]);
            added = normed(added, &write.norm, sum, epsilon);
        }
    }
    let pooled = trace.batch.pooled.clone().matmul(added);
    let read = match (&model.pooler, &trace.pooler_factors) {
        (Some(pooler), Some(factors)) => pooled.matmul(pooler.weight.val()) * factors.clone(),
        _ => pooled,
    };
    values(read.matmul(model.head.weight.val()))
}

#[test]
fn what_a_neuron_says_below_the_last_layer_is_what_the_layers_above_make_of_it() {
    let ids: &[u32] = &[2, 3, 4, 5, 3, 1, 6]; // As long as a text can be: there is no padding.
    for config in deep() {
        let model = Classifier::new(&config, &lively(&config, 3), &Device::flex()).unwrap();
        let trace = model.forward(&Batch::new(&[ids], &config, &model.device()), None);
        for layer in 0..config.layers - 1 {
            let shown = &shown(&model, &[ids], layer)[0];
            let u = &shown.shown_layer().neurons;
            let write = model.blocks[layer].write_back.as_ref().unwrap();
            let factor = margin_factor(config.classes);
            for neuron in 0..config.d_ff {
                let row = write.linear.weight.val().narrow(0, neuron, 1);
                let mut lost = vec![vec![0.0; ids.len()]; config.classes];
                for place in 0..ids.len() {
                    let mut at = vec![0.0; ids.len()];
                    at[place] = u.at(place, neuron);
                    let at = TensorData::new(at, [ids.len(), 1]);
                    let at = Tensor::<2>::from_data(at, &model.device());
                    let gained = gained(&model, &trace, layer, at.matmul(row.clone()));
                    for (class, gained) in centred(&gained).into_iter().enumerate() {
                        lost[class][place] = factor * gained;
                    }
                }
                for (class, lost) in lost.iter().enumerate() {
                    let said = evidence(shown, class);
                    let said: Vec<f32> = (0..ids.len()).map(|i| said.at(i, neuron)).collect();
                    let what = format!("{config:?}, layer {layer}, neuron {neuron}, {class}");
                    all_close(&what, &said, lost, 1e-4);
                }
            }
        }
    }
}

fn shown(model: &Classifier, texts: &[&[u32]], layer: usize) -> Vec<TraceNumbers> {
    pollster::block_on(explained_at(model, texts, layer))
}

#[test]
fn whichever_layer_is_shown_the_parts_add_up_and_what_words_bring_is_the_same() {
    let texts: [&[u32]; 3] = [&[2, 3, 4, 5, 3], &[6], &[7, 8, 9, 1]];
    for config in deep() {
        let model = Classifier::new(&config, &lively(&config, 5), &Device::flex()).unwrap();
        let last = shown(&model, &texts, config.layers - 1);
        for layer in 0..config.layers {
            for (trace, last) in shown(&model, &texts, layer).iter().zip(&last) {
                assert_eq!(trace.shown(), layer);
                assert_whole(&format!("{config:?}, layer {layer}"), trace);
                let brought = |trace: &TraceNumbers| {
                    let parts = trace.contributions.as_ref().unwrap();
                    let words = 0..trace.ids.len();
                    words.flat_map(|k| parts.of_word(k)).collect::<Vec<f32>>()
                };
                assert_eq!(brought(trace), brought(last));
            }
        }
    }
}

#[test]
fn an_explanation_shows_the_layer_that_is_asked_for_and_outlines_all() {
    let text = "the film is unbelievably good";
    for kind in KINDS {
        let model = LoadedModel::of(imported(kind, &[]), &Device::flex()).unwrap();
        let layers = model.package.config.layers;
        let explain =
            |layer| pollster::block_on(model.explain_layer(text, &Changes::NONE, layer)).unwrap();
        let last = explain(None);
        for layer in 0..layers {
            let shown = explain(Some(layer));
            let margin = shown.evidence.as_ref().unwrap().margin;
            let words: f64 = shown.words.iter().map(|word| word.evidence).sum();
            close(kind, words + margin.padding_places, margin.neurons, 1e-4);
            let all = margin.neurons + margin.past + margin.head_bias;
            close(kind, all, margin.total, 1e-4);
            assert_eq!(shown.layer, layer);
            assert_eq!((&shown.layers, shown.layers.len()), (&last.layers, layers));
            let outline = shown.layers[layer];
            assert_eq!(outline.active, shown.allocation.neurons.len());
            let m = &shown.allocation.polysemanticity;
            close(
                "m",
                outline.polysemanticity,
                m.iter().sum::<f64>() / m.len() as f64,
                1e-9,
            );
            let [whole, other] = [&last, &shown].map(|one| &one.words);
            for (whole, other) in whole.iter().zip(other) {
                assert_eq!(whole.contribution, other.contribution);
                assert_eq!(whole.neurons == other.neurons, layer + 1 == layers);
            }
        }
        let none = pollster::block_on(model.explain_layer(text, &Changes::NONE, Some(layers)));
        assert!(matches!(none, Err(EngineError::Layer { .. })));
    }
}

#[test]
fn a_model_of_one_layer_has_no_outline_of_layers() {
    let config = ModelConfig {
        readout: Readout::Neurons,
        ..small_config(1, deep().next().unwrap().reading)
    };
    let model = Classifier::new(&config, &small_weights(&config, 1), &Device::flex()).unwrap();
    assert_eq!(shown(&model, &[&[2, 3]], 0)[0].below(), None);
}
