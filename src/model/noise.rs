//! The random part of one training step, drawn on the host before the forward pass.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};

use super::{ModelConfig, Stream};

/// Noise that closes a gate whatever its log-odds.
const CLOSED: f32 = -1e9;

/// Gate noise and dropout masks for a batch of `B` texts of length `L`.
#[derive(Clone, Debug)]
pub struct Noise {
    /// Logistic noise on the gate's log-odds, and what closes it for word dropout, `[B, L]`.
    pub gate: Tensor<2>,
    /// Dropout factors of the encoder's input, `[B, L, E]`.
    pub input: Tensor<3>,
    /// Dropout factors after the attention, `[B·L, E]`, and after the MLP, `[B·L, E]` or, if the
    /// head reads the neurons, `[B·L, F]`; block by block.
    pub blocks: Vec<[Tensor<2>; 2]>,
}

impl Noise {
    /// Draws the noise of one step.
    pub fn draw(
        stream: &mut Stream,
        config: &ModelConfig,
        [b, l]: [usize; 2],
        device: &Device,
    ) -> Self {
        Self::draw_part(stream, config, ([b, l], 0..b), device)
    }

    /// The part of [`draw`](Self::draw) that belongs to some `texts` of a batch; the stream passes over the rest.
    pub fn draw_part(
        stream: &mut Stream,
        config: &ModelConfig,
        ([b, l], texts): ([usize; 2], Range<usize>),
        device: &Device,
    ) -> Self {
        // Each number takes one word of the stream.
        let mut part = |width: usize, draw: &dyn Fn(&mut Stream, usize) -> Vec<f32>| {
            stream.skip(texts.start * l * width);
            let drawn = draw(stream, texts.len() * l * width);
            stream.skip((b - texts.end) * l * width);
            drawn
        };
        let mut gate = part(1, &|stream, count| stream.logistic(count));
        if config.word_dropout > 0.0 {
            let left = part(1, &|stream, count| {
                stream.dropout(count, config.word_dropout)
            });
            let closed = gate.iter_mut().zip(left).filter(|(_, left)| *left == 0.0);
            closed.for_each(|(noise, _)| *noise = CLOSED);
        }
        let gate = Tensor::from_data(TensorData::new(gate, [texts.len(), l]), device);
        let mut dropout = |width: usize| -> Tensor<2> {
            let mask = part(width, &|stream, count| {
                stream.dropout(count, config.dropout)
            });
            Tensor::from_data(TensorData::new(mask, [texts.len() * l, width]), device)
        };
        let width = config.d_model;
        let input = dropout(width).reshape([texts.len(), l, width]);
        let blocks = (0..config.layers)
            .map(|layer| [dropout(width), dropout(behind_mlp(config, layer))])
            .collect();
        Self {
            gate,
            input,
            blocks,
        }
    }

    /// Lets the stream pass over the noise of a step on a batch of these sizes.
    pub fn pass(stream: &mut Stream, config: &ModelConfig, [b, l]: [usize; 2]) {
        let gates = 1 + usize::from(config.word_dropout > 0.0);
        let blocks = (0..config.layers).map(|layer| config.d_model + behind_mlp(config, layer));
        stream.skip(b * l * (gates + config.d_model + blocks.sum::<usize>()));
    }
}

/// How wide the dropout after a block's MLP is.
fn behind_mlp(config: &ModelConfig, layer: usize) -> usize {
    match config.writes_back(layer) {
        true => config.d_model,
        false => config.d_ff,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::model::{Reading, read};
    use crate::text::Tokenizer;

    fn numbers(noise: Noise) -> Vec<Vec<f32>> {
        let blocks = noise.blocks.into_iter().flatten();
        let flat = [noise.gate.flatten(0, 1), noise.input.flatten(0, 2)];
        let flat = flat
            .into_iter()
            .chain(blocks.map(|mask| mask.flatten(0, 1)));
        flat.map(|mask: Tensor<1>| pollster::block_on(read(mask)).unwrap())
            .collect()
    }

    #[test]
    fn the_parts_of_a_batch_have_the_noise_of_the_whole() {
        for word_dropout in [0.0, 0.3] {
            let config = ModelConfig {
                d_model: 4,
                heads: 1,
                d_ff: 6,
                layers: 2,
                word_dropout,
                ..ModelConfig::new(5, 2, Reading::scale_free(Tokenizer::Default))
            };
            let (device, dims) = (Device::flex(), [5, 3]);
            let mut stream = Stream::new(9);
            let whole = numbers(Noise::draw(&mut stream, &config, dims, &device));
            let mut parts = vec![Vec::new(); whole.len()];
            for texts in [0..2, 2..4, 4..5] {
                let mut again = Stream::new(9);
                let part = Noise::draw_part(&mut again, &config, (dims, texts), &device);
                for (all, part) in parts.iter_mut().zip(numbers(part)) {
                    all.extend(part);
                }
                assert_eq!(again.position(), stream.position());
            }
            assert_eq!(whole, parts);
            let mut passed = Stream::new(9);
            Noise::pass(&mut passed, &config, dims);
            assert_eq!(passed.position(), stream.position());
        }
    }
}
