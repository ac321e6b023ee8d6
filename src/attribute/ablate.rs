//! What happens to a prediction when a part of the model is taken away.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};

use super::passes::texts_a_batch;
use super::words_read;
use crate::explain::softmax;
use crate::model::{Ablation, Batch, BlockAblation, Classifier, ModelConfig, ReadError, read};

/// A part of a model in a pass over one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Neurons of a block, at every word: a single one, or all that a word owns
    /// ([`Allocation::owned_by`](crate::explain::Allocation::owned_by)).
    Neurons {
        /// Index of the block.
        layer: usize,
        /// Indices of the neurons.
        neurons: Vec<u32>,
    },
    /// All neurons of a block, only at the places of one word.
    NeuronsAt {
        /// Index of the block.
        layer: usize,
        /// Where the word is.
        places: Range<usize>,
    },
    /// All neurons of all blocks, everywhere.
    AllNeurons,
    /// What an attention head passes on.
    Head {
        /// Index of the block.
        layer: usize,
        /// Index of the head.
        head: usize,
    },
    /// A word's gated embedding, as if its gate were closed; its position is still attended to.
    /// Taking the word out of the text is [`occlusion`](super::occlusion).
    Word(usize),
}

/// Class probabilities of a text, `K` values each.
#[derive(Clone, Debug, PartialEq)]
pub struct Ablated {
    /// With the whole model.
    pub whole: Vec<f32>,
    /// With each part set to zero, one at a time.
    pub without: Vec<Vec<f32>>,
}

/// Sets each of the `parts` to zero in a separate pass over `text`.
///
/// # Errors
/// If the device was lost or failed.
///
/// # Panics
/// If the text has no words, or a part does not exist in the model or the text.
pub async fn ablate(
    model: &Classifier,
    text: &[u32],
    parts: &[Part],
) -> Result<Ablated, ReadError> {
    let mut rows: Vec<Vec<f32>> = ablated_logits(model, text, parts)
        .await?
        .iter()
        .map(|logits| softmax(logits))
        .collect();
    let without = rows.split_off(1);
    Ok(Ablated {
        whole: rows.swap_remove(0),
        without,
    })
}

/// The logits of a text with the whole model, and with each of the `parts` set to zero, one at a time.
///
/// # Errors
/// If the device was lost or failed.
///
/// # Panics
/// As [`ablate`].
pub async fn ablated_logits(
    model: &Classifier,
    text: &[u32],
    parts: &[Part],
) -> Result<Vec<Vec<f32>>, ReadError> {
    let text = words_read(text, &model.config);
    assert!(!text.is_empty(), "a text with words");
    let device = model.device();
    let all: Vec<Option<&Part>> = std::iter::once(None)
        .chain(parts.iter().map(Some))
        .collect();
    let mut rows = Vec::with_capacity(all.len());
    for chunk in all.chunks(texts_a_batch(text.len(), &model.config)) {
        let batch = Batch::new(&vec![text; chunk.len()], &model.config, &device);
        let [_, length] = batch.dims();
        let ablation = Masks::new(chunk, length, &model.config).place(&device);
        let logits = model.forward_ablated(&batch, &ablation).logits;
        let values = read(logits.flatten(0, 1)).await?;
        rows.extend(
            values
                .chunks_exact(model.config.classes)
                .map(<[f32]>::to_vec),
        );
    }
    Ok(rows)
}

/// An [`Ablation`] for `rows` texts on the host; what no row asks for is absent.
struct Masks {
    rows: usize,
    length: usize,
    words: Option<Vec<f32>>,
    blocks: Vec<BlockMasks>,
}

/// One block's part of [`Masks`].
#[derive(Clone, Default)]
struct BlockMasks {
    /// `[rows, H]`.
    heads: Option<Vec<f32>>,
    /// `[rows, L, F]`.
    neurons: Option<Vec<f32>>,
}

impl BlockMasks {
    /// The factors of the neurons of a row, `[L, F]`.
    fn places(&mut self, row: usize, [rows, length, neurons]: [usize; 3]) -> &mut [f32] {
        let size = length * neurons;
        let all = self.neurons.get_or_insert_with(|| vec![1.0; rows * size]);
        &mut all[row * size..][..size]
    }
}

impl Masks {
    fn new(parts: &[Option<&Part>], length: usize, config: &ModelConfig) -> Self {
        let mut masks = Self {
            rows: parts.len(),
            length,
            words: None,
            blocks: vec![BlockMasks::default(); config.layers],
        };
        let rows = parts.len();
        for (row, part) in parts.iter().enumerate() {
            let zero = |mask: &mut Option<Vec<f32>>, width: usize, at: usize| {
                assert!(at < width, "there is no {at} of {width}");
                mask.get_or_insert_with(|| vec![1.0; rows * width])[row * width + at] = 0.0;
            };
            match part {
                None => {}
                Some(Part::Word(word)) => zero(&mut masks.words, length, *word),
                Some(Part::Head { layer, head }) => {
                    zero(&mut masks.blocks[*layer].heads, config.heads, *head);
                }
                Some(Part::Neurons { layer, neurons }) => {
                    let places = masks.blocks[*layer].places(row, [rows, length, config.d_ff]);
                    for place in places.chunks_exact_mut(config.d_ff) {
                        neurons
                            .iter()
                            .for_each(|&neuron| place[neuron as usize] = 0.0);
                    }
                }
                Some(Part::NeuronsAt {
                    layer,
                    places: word,
                }) => {
                    let places = masks.blocks[*layer].places(row, [rows, length, config.d_ff]);
                    places[word.start * config.d_ff..word.end * config.d_ff].fill(0.0);
                }
                Some(Part::AllNeurons) => {
                    for block in &mut masks.blocks {
                        block.places(row, [rows, length, config.d_ff]).fill(0.0);
                    }
                }
            }
        }
        masks
    }

    fn place(self, device: &Device) -> Ablation {
        let rows = self.rows;
        let place = |mask: Vec<f32>| -> Tensor<2> {
            let width = mask.len() / rows;
            Tensor::from_data(TensorData::new(mask, [rows, width]), device)
        };
        let blocks = self
            .blocks
            .into_iter()
            .map(|BlockMasks { heads, neurons }| BlockAblation {
                heads: heads.map(place),
                neurons: neurons.map(|mask| {
                    let count = mask.len() / (rows * self.length);
                    place(mask).reshape([rows, self.length, count])
                }),
            });
        Ablation {
            words: self.words.map(place),
            blocks: blocks.collect(),
        }
    }
}
