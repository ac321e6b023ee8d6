//! The random part of one training step, drawn on the host before the forward pass.

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
        let width = config.d_model;
        let mut gate = stream.logistic(b * l);
        if config.word_dropout > 0.0 {
            let left = stream.dropout(b * l, config.word_dropout);
            let closed = gate.iter_mut().zip(left).filter(|(_, left)| *left == 0.0);
            closed.for_each(|(noise, _)| *noise = CLOSED);
        }
        let gate = Tensor::from_data(TensorData::new(gate, [b, l]), device);
        let mut dropout = |width: usize| -> Tensor<2> {
            let mask = stream.dropout(b * l * width, config.dropout);
            Tensor::from_data(TensorData::new(mask, [b * l, width]), device)
        };
        let input = dropout(width).reshape([b, l, width]);
        let behind_mlp = |layer| {
            if config.writes_back(layer) {
                width
            } else {
                config.d_ff
            }
        };
        let blocks = (0..config.layers)
            .map(|layer| [dropout(width), dropout(behind_mlp(layer))])
            .collect();
        Self {
            gate,
            input,
            blocks,
        }
    }
}
