//! Texts as the model takes them: padded words and the masks that go with them.

use std::collections::BTreeSet;

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::{ModelConfig, PadEmbedding, Padding, Pooling};
use crate::text::{PAD, Tokenizer};

/// A batch of `B` texts, padded to the length `L`.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The distinct words of the batch by ascending id, `[U]`, including PAD if anything is padded.
    /// What depends only on a word is computed once for each of them.
    pub types: Tensor<1, Int>,
    /// The same on the host.
    pub type_ids: Vec<u32>,
    /// What the embedding of each type is multiplied by, `[U, 1]`: √E or 1, or 0 for a PAD whose embedding is
    /// zero.
    pub scales: Tensor<2>,
    /// For each position, which of `types` is there, `[B, L]`, PAD after the words.
    pub places: Tensor<2, Int>,
    /// 1 where there is a word, or a piece of one, 0 where there is PAD or what stands before or after a text,
    /// `[B, L]`.
    pub valid: Tensor<2>,
    /// 1 where there is what stands before or after a text, which no gate touches, `[B, L]`; `None` if there is none.
    pub special: Option<Tensor<2>>,
    /// The weight of each word in a mean over its text, `[B, L]`: one over the number of its words,
    /// 0 for PAD.
    pub shares: Tensor<2>,
    /// The weight of each position in what the head reads, p, `[B, L]`: as `shares`, or 1/L if
    /// PAD is pooled, too, or one over the number of words that may take a neuron, or 1 for the first alone.
    pub pooled: Tensor<2>,
    /// What PAD adds to attention scores, `[B, 1, 1, L]`: −1e9 for PAD keys; `None` without PAD.
    pub pad_bias: Option<Tensor<4>>,
    /// The words' ids, text by text, without PAD.
    pub words: Vec<Vec<u32>>,
    /// The larger batch of which this is a part; `None` if it is the whole.
    pub part_of: Option<Whole>,
    /// How texts became these ids.
    reads: Tokenizer,
}

/// A batch that was cut into parts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    /// How many texts it has.
    pub texts: usize,
    /// To how many positions they are padded.
    pub length: usize,
    /// How many words, or pieces of them, they have in all.
    pub words: usize,
    /// Mean keep probability of all of these, if that is known.
    pub keep: Option<f32>,
}

impl Whole {
    /// What `texts` are as one batch.
    pub fn of(texts: &[&[u32]], config: &ModelConfig) -> Self {
        let words = |text: &&[u32]| {
            let kept = cut(text, config).into_iter();
            kept.filter(|&id| is_word(config.reading.words, id)).count()
        };
        Self {
            texts: texts.len(),
            length: length_of(texts, config),
            words: texts.iter().map(words).sum(),
            keep: None,
        }
    }
}

impl Batch {
    /// Pads `texts` as `config` says and puts them on `device`. Words beyond `max_len` are cut off, but not what
    /// stands after a text.
    ///
    /// Everything that depends only on the words is computed here, on the host: a GPU starts a program
    /// for each operation, however small.
    pub fn new(texts: &[&[u32]], config: &ModelConfig, device: &Device) -> Self {
        Self::padded_to(length_of(texts, config), texts, config, device)
    }

    /// Some texts of a larger batch, padded as the `whole` is.
    pub fn part(whole: Whole, texts: &[&[u32]], config: &ModelConfig, device: &Device) -> Self {
        Self {
            part_of: Some(whole),
            ..Self::padded_to(whole.length, texts, config, device)
        }
    }

    /// The distinct words of such a batch, padded to `length`, by ascending id.
    pub fn types(length: usize, texts: &[&[u32]], config: &ModelConfig) -> Vec<u32> {
        let words: Vec<Vec<u32>> = texts.iter().map(|text| cut(text, config)).collect();
        types_of(&words, length)
    }

    fn padded_to(length: usize, texts: &[&[u32]], config: &ModelConfig, device: &Device) -> Self {
        let words: Vec<Vec<u32>> = texts.iter().map(|text| cut(text, config)).collect();
        let padded = || padded(&words, length);
        let types = types_of(&words, length);
        let place = |id: u32| types.partition_point(|&other| other < id) as i32;
        let places: Vec<i32> = padded().map(place).collect();
        let is_special = |id: u32| config.reading.words.is_special(id);
        let is_word = |id: u32| f32::from(is_word(config.reading.words, id));
        let valid: Vec<f32> = padded().map(is_word).collect();
        let pad_bias = padded().any(|id| id == PAD).then(|| {
            let bias: Vec<f32> = padded()
                .map(|id| if id == PAD { -1e9 } else { 0.0 })
                .collect();
            Tensor::from_data(TensorData::new(bias, [words.len(), 1, 1, length]), device)
        });
        let special = padded().any(is_special).then(|| {
            let special: Vec<f32> = padded().map(|id| f32::from(is_special(id))).collect();
            Tensor::from_data(TensorData::new(special, [words.len(), length]), device)
        });
        let shares: Vec<f32> = valid.chunks(length).flat_map(shares).collect();
        let count = types.len();
        let root = match config.architecture.scaled_embeddings {
            true => (config.d_model as f32).sqrt(),
            false => 1.0,
        };
        let zeroed = config.reading.pad_embedding == PadEmbedding::Zero;
        let scale = |&id: &u32| if zeroed && id == PAD { 0.0 } else { root };
        let scales: Vec<f32> = types.iter().map(scale).collect();
        let of_types: Vec<i32> = types.iter().map(|&id| id.cast_signed()).collect();
        let shape = [words.len(), length];
        let shares: Tensor<2> = Tensor::from_data(TensorData::new(shares, shape), device);
        let pooled = match (config.reading.pooling, config.winners) {
            (Pooling::Valid, None) => shares.clone(),
            (Pooling::Valid, Some(winners)) => {
                let parts = valid.iter().map(|valid| valid / winners.count as f32);
                let parts: Vec<f32> = parts.collect();
                Tensor::from_data(TensorData::new(parts, shape), device)
            }
            (Pooling::All, _) => Tensor::full(shape, 1.0 / length as f64, device),
            (Pooling::First, _) => {
                let first = (0..words.len() * length).map(|at| f32::from(at % length == 0));
                let first: Vec<f32> = first.collect();
                Tensor::from_data(TensorData::new(first, shape), device)
            }
        };
        Self {
            types: Tensor::from_data(TensorData::new(of_types, [count]), device),
            type_ids: types,
            scales: Tensor::from_data(TensorData::new(scales, [count, 1]), device),
            places: Tensor::from_data(TensorData::new(places, shape), device),
            valid: Tensor::from_data(TensorData::new(valid, shape), device),
            special,
            shares,
            pooled,
            pad_bias,
            words,
            part_of: None,
            reads: config.reading.words,
        }
    }

    /// How many words, or pieces of them, the texts have in all.
    pub fn count_words(&self) -> usize {
        let all = self.words.iter().flatten();
        all.filter(|&&id| self.is_word(id)).count()
    }

    /// Whether there is nothing but words: no PAD, and nothing before or after a text.
    pub fn is_of_words_alone(&self) -> bool {
        self.pad_bias.is_none() && self.special.is_none()
    }

    /// Whether an id stands for a word or a piece of one: neither for PAD nor for what is before or after a text.
    pub fn is_word(&self, id: u32) -> bool {
        is_word(self.reads, id)
    }

    /// Batch size B and padded length L.
    pub fn dims(&self) -> [usize; 2] {
        self.places.dims()
    }

    /// The values of `of_words`, which holds one for each word of the vocabulary, at the batch's
    /// positions, `[B, L]`.
    pub fn look_up(&self, of_words: &[f32]) -> Tensor<2> {
        let [b, l] = self.dims();
        let values: Vec<f32> = padded(&self.words, l)
            .map(|id| of_words[id as usize])
            .collect();
        Tensor::from_data(TensorData::new(values, [b, l]), &self.valid.device())
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

fn is_word(reads: Tokenizer, id: u32) -> bool {
    id != PAD && !reads.is_special(id)
}

/// To how many positions texts are padded together.
fn length_of(texts: &[&[u32]], config: &ModelConfig) -> usize {
    let longest = texts.iter().map(|text| text.len().min(config.max_len));
    match config.reading.padding {
        Padding::Fixed => config.max_len,
        Padding::Longest => longest.max().unwrap_or(0).max(1),
    }
}

/// What a model takes of a text.
fn cut(text: &[u32], config: &ModelConfig) -> Vec<u32> {
    let mut kept = text[..text.len().min(config.max_len)].to_vec();
    if let (Some(kept), Some(&last)) = (kept.last_mut(), text.last())
        && config.reading.words.is_special(last)
    {
        *kept = last;
    }
    kept
}

/// [`Batch::shares`] of one text.
fn shares(valid: &[f32]) -> impl Iterator<Item = f32> {
    let words = valid.iter().sum::<f32>().max(1.0);
    valid.iter().map(move |valid| valid / words)
}

/// [`Batch::types`] of texts as they are taken.
fn types_of(words: &[Vec<u32>], length: usize) -> Vec<u32> {
    let types: BTreeSet<u32> = padded(words, length).collect();
    types.into_iter().collect()
}

/// The words of all texts, each padded to `length`.
fn padded(words: &[Vec<u32>], length: usize) -> impl Iterator<Item = u32> {
    words.iter().flat_map(move |text| {
        text.iter()
            .copied()
            .chain(std::iter::repeat_n(PAD, length - text.len()))
    })
}
