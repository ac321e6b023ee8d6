//! Everything a forward pass shows, and its one readback into plain numbers.

use std::vec::IntoIter;

use burn::tensor::Tensor;

use super::block::per_deviation;
use super::read::read_all;
use super::{Batch, Contributions, LayerTrace, ReadError};
use crate::explain::{Below, ContributionNumbers, LayerNumbers, Matrix, TraceNumbers};

/// One forward pass of a batch of `B` texts of padded length `L`.
#[derive(Clone, Debug)]
pub struct Trace {
    /// What was read.
    pub batch: Batch,
    /// Ungated embeddings x0, `[B, L, E]`.
    pub embedding: Tensor<3>,
    /// Keep probabilities, `[B, L]`.
    pub keep: Tensor<2>,
    /// The gate r as applied, `[B, L]`: 0 or 1 in training, the keep probability in evaluation.
    pub gate: Tensor<2>,
    /// Gated embeddings x_v = r ⊙ x0, `[B, L, E]`.
    pub gated: Tensor<3>,
    /// The encoder blocks, first to last.
    pub layers: Vec<LayerTrace>,
    /// Class scores, `[B, K]`.
    pub logits: Tensor<2>,
    /// [`Votes`](super::Classifier::votes) of the last block's neurons, `[1, K, F]`, or `[B, K, F]` if a pooler makes
    /// them depend on the text.
    pub votes: Tensor<3>,
    /// What the outputs of a pooler's layer are multiplied by to give what the head reads, held fixed where the pass
    /// is explained, `[B, E]`; `None` without a pooler.
    pub pooler_factors: Option<Tensor<2>>,
    /// How much each word brings to the prediction, ‖c_k‖ over the classes, without a gradient, `[B, L]`:
    /// if [`with_amounts`](super::Classifier::with_amounts) was asked for it.
    pub amounts: Option<Tensor<2>>,
}

impl Trace {
    /// The last block's part, whose neurons are explained.
    ///
    /// # Panics
    /// If there is none.
    pub fn last_layer(&self) -> &LayerTrace {
        self.layers.last().expect("a model has a block")
    }

    /// The weight of the votes at each place, `[B, L]`: its share of the pooling and, if the neurons
    /// are written back, what the last norm multiplies by there.
    pub fn vote_scales(&self) -> Tensor<2> {
        let pooled = self.batch.pooled.clone();
        match &self.last_layer().sum {
            None => pooled,
            Some(sum) => {
                let [b, l, width] = sum.dims();
                let sum = sum.clone().reshape([b * l, width]);
                let scales = per_deviation(sum, self.last_layer().norm_epsilon);
                pooled * scales.reshape([b, l])
            }
        }
    }

    /// Reads the pass, text by text, without PAD, in one readback.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn read(self) -> Result<Vec<TraceNumbers>, ReadError> {
        self.read_with(None).await
    }

    /// Reads the pass and what words brought to it, in one readback.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn read_with(
        self,
        contributions: Option<Contributions>,
    ) -> Result<Vec<TraceNumbers>, ReadError> {
        let longest = self.batch.words.iter().map(Vec::len).max().unwrap_or(0);
        let scales = self.vote_scales();
        let padding = (!self.batch.is_of_words_alone()).then(|| {
            let pad = scales.clone() * (self.batch.valid.clone().neg() + 1.0);
            let neurons = self.last_layer().neurons.clone();
            pad.unsqueeze_dim::<3>(1).matmul(neurons).flatten(0, 2)
        });
        let scales = scales.narrow(1, 0, longest);
        let written_back = self.last_layer().sum.is_some();
        let keep = self.keep.narrow(1, 0, longest);
        let embedding = self.gated.narrow(1, 0, longest);
        let dims = Dims {
            longest,
            padded: self.batch.dims()[1],
            width: embedding.dims()[2],
            neurons: self.layers[0].neurons.dims()[2],
            layers: self.layers.len(),
            classes: self.logits.dims()[1],
            votes: self.votes.dims()[0],
            padding: padding.is_some(),
            written_back,
            contributions: contributions.is_some(),
            through: contributions
                .as_ref()
                .is_some_and(|parts| parts.through.is_some()),
            below: contributions
                .as_ref()
                .and_then(|parts| Some(parts.below.as_ref()?.0)),
        };
        let mut parts: Vec<Tensor<1>> = vec![
            self.votes.flatten(0, 2),
            keep.flatten(0, 1),
            scales.flatten(0, 1),
            embedding.flatten(0, 2),
            self.logits.flatten(0, 1),
        ];
        parts.extend(padding);
        for layer in self.layers {
            let attention = layer.attention.narrow(2, 0, longest).narrow(3, 0, longest);
            parts.push(attention.flatten(0, 3));
            parts.push(layer.neurons.narrow(1, 0, longest).flatten(0, 2));
        }
        if let Some(mut parts_of) = contributions {
            let (through, below) = (parts_of.through.take(), parts_of.below.take());
            parts.extend([
                parts_of.head.flatten(0, 1),
                parts_of.brought.narrow(3, 0, longest).flatten(0, 3),
                parts_of.places.flatten(0, 2),
                parts_of.positions.flatten(0, 1),
                parts_of.biases.flatten(0, 1),
                parts_of.padding.flatten(0, 1),
            ]);
            parts.extend(through.map(|through| through.narrow(2, 0, longest).flatten(0, 2)));
            parts.extend(below.map(|(_, votes)| votes.narrow(2, 0, longest).flatten(0, 3)));
        }
        let parts = read_all(parts).await?;
        Ok(dims.texts(&self.batch.words, parts.into_iter()))
    }
}

/// Sizes of a trace that was read.
struct Dims {
    longest: usize,
    padded: usize,
    width: usize,
    neurons: usize,
    layers: usize,
    classes: usize,
    /// For how many texts there are votes of their own; 1 if all have the same.
    votes: usize,
    /// Whether there are places of no words.
    padding: bool,
    written_back: bool,
    contributions: bool,
    /// Whether what words bring was followed through several blocks.
    through: bool,
    /// The block that is shown, if that is not the last.
    below: Option<usize>,
}

impl Dims {
    /// Cuts the parts into texts, in the order in which [`Trace::read_with`] reads them.
    fn texts(&self, words: &[Vec<u32>], mut parts: IntoIter<Vec<f32>>) -> Vec<TraceNumbers> {
        let (l, texts) = (self.longest, words.len());
        let votes = Each::next(&mut parts, self.votes);
        let mut next = || Each::next(&mut parts, texts);
        let [keep, scales, embedding, logits] = std::array::from_fn(|_| next());
        let padding = self.padding.then(&mut next);
        let layers: Vec<_> = (0..self.layers).map(|_| [next(), next()]).collect();
        let contributions = self
            .contributions
            .then(|| self.contributions(&mut parts, texts));
        let one = |(at, ids): (usize, &Vec<u32>)| {
            let n = ids.len();
            let rows = |part: &[f32], cols: usize| Matrix::new(n, cols, part[..n * cols].to_vec());
            let logits = logits.of(at);
            TraceNumbers {
                ids: ids.clone(),
                keep: keep.of(at)[..n].to_vec(),
                embedding: rows(embedding.of(at), self.width),
                logits: logits.to_vec(),
                layers: layers
                    .iter()
                    .map(|[attention, neurons]| LayerNumbers {
                        attention: attention
                            .of(at)
                            .chunks_exact((l * l).max(1))
                            .map(|head| Matrix::from_fn(n, n, |i, j| head[i * l + j]))
                            .collect(),
                        neurons: rows(neurons.of(at), self.neurons),
                    })
                    .collect(),
                votes: Matrix::new(self.classes, self.neurons, votes.of(at).to_vec()),
                scales: scales.of(at)[..n].to_vec(),
                padding_neurons: match &padding {
                    Some(padding) => padding.of(at).to_vec(),
                    None => vec![0.0; self.neurons],
                },
                contributions: contributions
                    .as_ref()
                    .map(|parts| parts.of(self, at, n, logits)),
            }
        };
        words.iter().enumerate().map(one).collect()
    }

    /// The parts of [`Contributions`], in the order in which [`Trace::read_with`] reads them.
    fn contributions(&self, parts: &mut IntoIter<Vec<f32>>, texts: usize) -> ContributionParts {
        let head = Each::next(parts, self.votes);
        let mut next = || Each::next(parts, texts);
        ContributionParts {
            brought: next(),
            places: next(),
            positions: next(),
            biases: next(),
            padding: next(),
            head,
            through: self.through.then(&mut next),
            below: self.below.map(|layer| (layer, next())),
        }
    }
}

/// As many values for each text; or, in one row, the same for all of them.
struct Each {
    values: Vec<f32>,
    rows: usize,
}

impl Each {
    /// The next part, of so many rows.
    fn next(parts: &mut IntoIter<Vec<f32>>, rows: usize) -> Self {
        let values = parts.next().expect("as many parts as are read");
        Self { values, rows }
    }

    fn of(&self, text: usize) -> &[f32] {
        let per_text = self.values.len() / self.rows;
        &self.values[text % self.rows * per_text..][..per_text]
    }
}

/// [`Contributions`] of all texts, flat, for the first C = K − 1 classes.
struct ContributionParts {
    brought: Each,
    places: Each,
    positions: Each,
    biases: Each,
    padding: Each,
    head: Each,
    through: Option<Each>,
    below: Option<(usize, Each)>,
}

impl ContributionParts {
    /// Those of one text of `n` words, for all classes.
    fn of(&self, dims: &Dims, text: usize, n: usize, logits: &[f32]) -> ContributionNumbers {
        let (l, padded) = (dims.longest, dims.padded);
        let brought = self.brought.of(text);
        let from_to = |class: usize, i: usize, k: usize| brought[(class * padded + i) * l + k];
        let places = self.places.of(text);
        let sum = |values: &mut dyn Iterator<Item = f32>| values.map(f64::from).sum::<f64>() as f32;
        let padding_places = all_classes(dims.classes, |class| {
            sum(&mut places[class * padded..][..padded].iter().skip(n).copied())
        });
        let of_head = self.head.of(text);
        let head = all_classes(dims.classes, |class| of_head[class]);
        let place = |i: usize| all_classes(dims.classes, |class| places[class * padded + i]);
        let to_padding = |k: usize| {
            all_classes(dims.classes, |class| {
                sum(&mut (n..padded).map(|i| from_to(class, i, k)))
            })
        };
        let of_class = |class: usize| {
            let rows = (0..n).flat_map(|i| &brought[(class * padded + i) * l..][..n]);
            Matrix::new(n, n, rows.copied().collect())
        };
        let of_classes = of_all_classes(dims.classes, of_class);
        let places: Vec<Vec<f32>> = (0..n).map(place).collect();
        let past = if dims.written_back || self.below.is_some() {
            past(logits, &places, &[&padding_places, &head])
        } else {
            vec![0.0; dims.classes]
        };
        ContributionNumbers {
            brought: of_classes,
            to_padding: (0..n).map(to_padding).collect(),
            places,
            padding_places,
            past,
            through: self.through.as_ref().map_or_else(Vec::new, |through| {
                let through = through.of(text);
                let of_word = |k: usize| all_classes(dims.classes, |class| through[class * l + k]);
                (0..n).map(of_word).collect()
            }),
            positions: all_classes(dims.classes, |class| self.positions.of(text)[class]),
            biases: all_classes(dims.classes, |class| {
                self.biases.of(text)[class] + of_head[class]
            }),
            padding: all_classes(dims.classes, |class| self.padding.of(text)[class]),
            head,
            below: self.below.as_ref().map(|(layer, votes)| Below {
                layer: *layer,
                votes: votes_of_all(dims, votes.of(text), n),
            }),
        }
    }
}

/// Votes of the neurons at each of the `n` words' places, `n × F` for each of all classes, from those for the first C.
fn votes_of_all(dims: &Dims, votes: &[f32], n: usize) -> Vec<Matrix> {
    let (per_class, count) = (dims.longest * dims.neurons, n * dims.neurons);
    let of_class = |class: usize| {
        let votes = votes[class * per_class..][..count].to_vec();
        Matrix::new(n, dims.neurons, votes)
    };
    of_all_classes(dims.classes, of_class)
}

/// The matrices of all K classes from those of the first K − 1: they add up to 0.
fn of_all_classes(classes: usize, of_class: impl Fn(usize) -> Matrix) -> Vec<Matrix> {
    let mut all: Vec<Matrix> = (0..classes - 1).map(of_class).collect();
    let Matrix { rows, cols, .. } = all[0];
    let last = |at: usize| -all.iter().map(|matrix| matrix.values[at]).sum::<f32>();
    all.push(Matrix::new(
        rows,
        cols,
        (0..rows * cols).map(last).collect(),
    ));
    all
}

/// The values of all K classes from those of the first K − 1: they add up to 0.
fn all_classes(classes: usize, value: impl Fn(usize) -> f32) -> Vec<f32> {
    let mut values: Vec<f32> = (0..classes - 1).map(value).collect();
    values.push(-values.iter().sum::<f32>());
    values
}

/// The part of the centred `logits` that neither the neurons of the `places` nor the `others` say, `K`.
fn past(logits: &[f32], places: &[Vec<f32>], others: &[&Vec<f32>]) -> Vec<f32> {
    let mean = logits.iter().map(|&logit| f64::from(logit)).sum::<f64>() / logits.len() as f64;
    (0..logits.len())
        .map(|class| {
            let said = places.iter().chain(others.iter().copied());
            let said: f64 = said.map(|values| f64::from(values[class])).sum();
            (f64::from(logits[class]) - mean - said) as f32
        })
        .collect()
}
