//! Texts as the model takes them: padded words and the masks that go with them.

use std::collections::BTreeSet;

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{ModelConfig, Padding};
use crate::text::PAD;

/// A batch of `B` texts, padded to the length `L`.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The distinct words of the batch by id, rising, `[U]`; PAD is one where anything is padded.
    /// What depends on a word alone is computed once for each of them.
    pub types: Tensor<1, Int>,
    /// For each position, which of `types` stands there, `[B, L]`, PAD behind the words.
    pub places: Tensor<2, Int>,
    /// 1 where there is a word, 0 where there is PAD, `[B, L]`.
    pub valid: Tensor<2>,
    /// What PAD adds to attention scores, `[B, 1, 1, L]`: −1e9 for PAD keys; `None` without PAD.
    pub pad_bias: Option<Tensor<4>>,
    /// The words' ids, text by text, without PAD.
    pub words: Vec<Vec<u32>>,
}

impl Batch {
    /// Pads `texts` as `config` says and puts them on `device`. Words beyond `max_len` are cut.
    pub fn new(texts: &[&[u32]], config: &ModelConfig, device: &Device) -> Self {
        let words: Vec<Vec<u32>> = texts
            .iter()
            .map(|text| text[..text.len().min(config.max_len)].to_vec())
            .collect();
        let length = match config.reading.padding {
            Padding::Fixed => config.max_len,
            Padding::Longest => words.iter().map(Vec::len).max().unwrap_or(0).max(1),
        };
        let padded = || {
            words.iter().flat_map(move |text| {
                text.iter()
                    .copied()
                    .chain(std::iter::repeat_n(PAD, length - text.len()))
            })
        };
        let shape = [words.len(), length];
        let types: Vec<u32> = padded().collect::<BTreeSet<u32>>().into_iter().collect();
        let place = |id: u32| types.partition_point(|&other| other < id) as i32;
        let places: Vec<i32> = padded().map(place).collect();
        let valid: Vec<f32> = padded().map(|id| f32::from(id != PAD)).collect();
        let has_pad = valid.contains(&0.0);
        let valid = Tensor::from_data(TensorData::new(valid, shape), device);
        let pad_bias = has_pad.then(|| {
            let bias: Tensor<2> = (valid.clone() - 1.0) * 1e9;
            bias.reshape([words.len(), 1, 1, length])
        });
        let places = Tensor::from_data(TensorData::new(places, shape), device);
        let count = types.len();
        let types: Vec<i32> = types.into_iter().map(u32::cast_signed).collect();
        let types = Tensor::from_data(TensorData::new(types, [count]), device);
        Self {
            types,
            places,
            valid,
            pad_bias,
            words,
        }
    }

    /// Batch size B and padded length L.
    pub fn dims(&self) -> [usize; 2] {
        self.places.dims()
    }

    /// Spreads what belongs to the types, `[U, D]`, over the positions: `[B, L, D]`.
    pub fn spread(&self, of_types: Tensor<2>) -> Tensor<3> {
        let [b, l] = self.dims();
        let width = of_types.dims()[1];
        of_types
            .select(0, self.places.clone().flatten(0, 1))
            .reshape([b, l, width])
    }
}
