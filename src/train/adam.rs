//! Adam (Kingma & Ba 2015) on one flat vector of all parameters, and row by row on the word table, with decoupled
//! weight decay (AdamW, Loshchilov & Hutter 2019) where that is asked for.
//!
//! One vector, since a bias takes as many GPU launches as all parameters together; rows,
//! since a batch holds some hundreds of the table's thousands of words. A word that is not in a batch
//! is not moved and its moments do not decay (the rule of PyTorch's SparseAdam).

use burn::module::Param;
use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData};

use super::flat::Flat;
use super::moments::{Moments, Scale};
use crate::model::{Array, Classifier, ReadError, Weights, is_here, read};

/// The part of the word table that a step moves.
pub(super) struct Rows {
    /// Ids of the words, `[U]`.
    pub(super) types: Tensor<1, Int>,
    /// The gradient of their rows, `[U, R]`.
    pub(super) gradient: Tensor<2>,
}

/// How the word embeddings are moved: the word table, and the matrix of a factorised one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Embeddings {
    /// With all other parameters.
    Whole,
    /// Only the rows in a batch; the matrix with all other parameters.
    ByRows,
    /// Not at all.
    Frozen,
}

impl Embeddings {
    /// The order of the parameters that are moved together, and their values, `[N]`.
    pub(super) fn flat_of(self, model: &Classifier) -> (Flat, Tensor<1>) {
        Flat::of(model, (self == Self::ByRows).then(|| model.words.id.val()))
    }

    /// How wide the rows are by which the word table is moved; 0 if it is not.
    pub(super) fn width(self, model: &Classifier) -> usize {
        match self {
            Self::ByRows => model.words.val().dims()[1],
            Self::Whole | Self::Frozen => 0,
        }
    }
}

/// The optimiser's state.
pub(super) struct Adam {
    steps: usize,
    embeddings: Embeddings,
    flat: Flat,
    /// All parameters except embeddings that are moved by rows or not at all, `[N]`.
    values: Tensor<1>,
    moments: Moments<1>,
    /// The word table's, if it is moved by rows, `[V, R]`.
    table: Option<Moments<2>>,
    /// By how much values shrink in a step of size 1: matrices, and rows of the word table.
    weight_decay: f64,
    /// 1 where `values` shrink, 0 elsewhere, `[N]`; `None` if nothing does.
    shrinking: Option<Tensor<1>>,
}

impl Adam {
    /// A fresh optimiser for `model`.
    pub(super) fn new(model: &Classifier, embeddings: Embeddings, weight_decay: f64) -> Self {
        let by_rows = embeddings == Embeddings::ByRows;
        let (flat, values) = embeddings.flat_of(model);
        let table = by_rows.then(|| Moments::zeros(&model.words.val().without_autodiff()));
        Self {
            steps: 0,
            embeddings,
            shrinking: (weight_decay > 0.0).then(|| flat.matrices(model)),
            weight_decay,
            flat,
            moments: Moments::zeros(&values),
            values,
            table,
        }
    }

    /// Steps taken.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// How the embeddings are moved.
    pub(super) fn embeddings(&self) -> Embeddings {
        self.embeddings
    }

    /// Where parameters are in the vector of those that are moved together.
    pub(super) fn flat(&self) -> &Flat {
        &self.flat
    }

    /// Those parameters, `[N]`.
    pub(super) fn values(&self) -> Tensor<1> {
        self.values.clone()
    }

    /// Moves `model` by one step of size `rate` along the `gradient` of the parameters that are moved together, `[N]`,
    /// and that of the words' rows.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub(super) async fn step(
        &mut self,
        model: &mut Classifier,
        gradient: Tensor<1>,
        rows: Option<Rows>,
        rate: f64,
    ) -> Result<(), ReadError> {
        self.steps += 1;
        let scale = Scale::new(rate, self.steps);
        if let Some(rows) = rows
            && let Some(moments) = self.table.take()
        {
            let (moments, change) = moments.step_rows(&rows.types, rows.gradient, &scale);
            self.table = Some(moments);
            // Taken out of the model, so that nobody else holds it and it can be changed in place.
            let (id, none) = (model.words.id, Tensor::empty([0, 0], &model.device()));
            let table = std::mem::replace(&mut model.words, Param::initialized(id, none));
            let table = table.into_value().without_autodiff();
            let change = match self.weight_decay {
                0.0 => change,
                decay => change - table.clone().select(0, rows.types.clone()) * (rate * decay),
            };
            let table = table.select_assign(0, rows.types, change, IndexingUpdateOp::Add);
            model.words = Param::initialized(id, table.autodiff().require_grad());
        }
        let shrinking = self.shrinking.clone();
        let factors = shrinking.map(|shrinking| shrinking * (-rate * self.weight_decay) + 1.0);
        let values = self.values.clone();
        if is_here(&values.device()) {
            // Taken out, so that nobody else holds them and they can be changed in place.
            let none = Moments::zeros(&Tensor::empty([0], &values.device()));
            let moments = std::mem::replace(&mut self.moments, none);
            let (moments, values) = moments.step_here(values, gradient, factors, &scale).await?;
            (self.moments, self.values) = (moments, values);
        } else {
            let change = self.moments.step(gradient, &scale);
            let values = match factors {
                None => values,
                Some(factors) => values * factors,
            };
            self.values = values + change;
        }
        *model = self.flat.put(model.clone(), &self.values);
        Ok(())
    }

    /// The state as arrays, in one readback.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub(super) async fn state(&self) -> Result<Weights, ReadError> {
        let mut named = vec![
            (
                FIRST,
                vec![self.values.dims()[0]],
                self.moments.first.clone(),
            ),
            (
                SECOND,
                vec![self.values.dims()[0]],
                self.moments.second.clone(),
            ),
        ];
        if let Some(table) = &self.table {
            let shape = table.first.dims().to_vec();
            named.push((
                TABLE_FIRST,
                shape.clone(),
                table.first.clone().flatten(0, 1),
            ));
            named.push((TABLE_SECOND, shape, table.second.clone().flatten(0, 1)));
        }
        let flat = named.iter().map(|(.., tensor)| tensor.clone()).collect();
        let values = read(Tensor::cat(flat, 0)).await?;
        let mut rest = values.as_slice();
        let state = named.into_iter().map(|(name, shape, _)| {
            let (values, behind) = rest.split_at(shape.iter().product());
            rest = behind;
            let values = values.to_vec();
            (name.to_owned(), Array { shape, values })
        });
        Ok(state.collect())
    }

    /// The optimiser of `model` as it was after `steps` steps; `None` if `state` belongs to another
    /// model.
    pub(super) fn restore(
        model: &Classifier,
        embeddings: Embeddings,
        weight_decay: f64,
        (steps, state): (usize, &Weights),
    ) -> Option<Self> {
        let fresh = Self::new(model, embeddings, weight_decay);
        let device = fresh.values.device();
        let place = |name: &str, shape: &[usize]| {
            let array = state.get(name).filter(|array| array.shape == shape)?;
            Some(TensorData::new(array.values.clone(), shape.to_vec()))
        };
        let shape = fresh.values.dims();
        let moments = Moments {
            first: Tensor::from_data(place(FIRST, &shape)?, &device),
            second: Tensor::from_data(place(SECOND, &shape)?, &device),
        };
        let table = match &fresh.table {
            None => None,
            Some(table) => {
                let shape = table.first.dims();
                Some(Moments {
                    first: Tensor::from_data(place(TABLE_FIRST, &shape)?, &device),
                    second: Tensor::from_data(place(TABLE_SECOND, &shape)?, &device),
                })
            }
        };
        Some(Self {
            steps,
            moments,
            table,
            ..fresh
        })
    }
}

const FIRST: &str = "first";
const SECOND: &str = "second";
const TABLE_FIRST: &str = "words.first";
const TABLE_SECOND: &str = "words.second";

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::model::{ModelConfig, Reading, Stream, initial_weights};
    use crate::text::Tokenizer;
    use burn::tensor::Device;

    const RATE: f64 = 0.1;

    /// Adam on one number, as Kingma & Ba write it, with the decay of Loshchilov & Hutter.
    #[derive(Default)]
    struct Scalar {
        value: f64,
        first: f64,
        second: f64,
        decay: f64,
    }

    impl Scalar {
        fn step(&mut self, gradient: f64, t: i32) {
            self.first = 0.9 * self.first + 0.1 * gradient;
            self.second = 0.999 * self.second + 0.001 * gradient * gradient;
            let first = self.first / (1.0 - 0.9f64.powi(t));
            let second = self.second / (1.0 - 0.999f64.powi(t));
            let decay = self.decay * self.value;
            self.value -= RATE * (first / (second.sqrt() + 1e-8) + decay);
        }
    }

    fn model() -> Classifier {
        let config = ModelConfig {
            d_model: 4,
            heads: 1,
            d_ff: 3,
            mask_hidden: 2,
            max_len: 2,
            ..ModelConfig::new(5, 2, Reading::scale_free(Tokenizer::Default))
        };
        let weights = initial_weights(&config, &mut Stream::new(1));
        Classifier::new(&config, &weights, &Device::flex().autodiff()).unwrap()
    }

    fn values(model: &Classifier, name: &str) -> Vec<f64> {
        let weights = pollster::block_on(model.weights()).unwrap();
        weights[name].values.iter().map(|&x| f64::from(x)).collect()
    }

    /// Steps on the loss Σ x² of the head's bias and of the rows of the words 1 and 3, the latter
    /// in the steps 1 and 3 only.
    fn run(embeddings: Embeddings, weight_decay: f64) -> [Vec<f64>; 4] {
        let by_rows = embeddings == Embeddings::ByRows;
        let mut model = model();
        let start = [
            values(&model, "fc.bias"),
            values(&model, "embedding.weight"),
        ];
        let mut adam = Adam::new(&model, embeddings, weight_decay);
        for step in 1..=3 {
            let types = Tensor::from_ints([1, 3], &model.device());
            let leaf = model.words.val().select(0, types.clone());
            let leaf = if by_rows {
                leaf.detach().require_grad()
            } else {
                leaf
            };
            let bias = model.head.bias.as_ref().unwrap().val();
            let mut loss = (bias.clone() * bias).sum();
            if step != 2 {
                loss = loss + (leaf.clone() * leaf.clone()).sum();
            }
            let mut gradients = loss.backward();
            let rows = (by_rows && step != 2).then(|| Rows {
                types,
                gradient: leaf.grad_remove(&mut gradients).unwrap(),
            });
            let gradient = adam.flat().gradients(&model, &mut gradients);
            pollster::block_on(adam.step(&mut model, gradient, rows, RATE)).unwrap();
        }
        let [bias, table] = start;
        [
            bias,
            values(&model, "fc.bias"),
            table,
            values(&model, "embedding.weight"),
        ]
    }

    fn close(ours: f64, exact: f64) {
        assert!((ours - exact).abs() < 1e-5, "{ours} is not {exact}");
    }

    #[test]
    fn every_parameter_follows_the_rule() {
        let [before, after, table, moved] = run(Embeddings::Whole, 0.0);
        let mut bias = Scalar {
            value: before[1],
            ..Default::default()
        };
        let mut row = Scalar {
            value: table[3 * 4 + 2],
            ..Default::default()
        };
        for step in 1..=3 {
            bias.step(2.0 * bias.value, step);
            // Momentum moves a word on in a step that does not hold it.
            let gradient = if step == 2 { 0.0 } else { 2.0 * row.value };
            row.step(gradient, step);
        }
        close(after[1], bias.value);
        close(moved[3 * 4 + 2], row.value);
    }

    #[test]
    fn by_rows_a_word_rests_while_no_text_holds_it() {
        let [_, _, table, moved] = run(Embeddings::ByRows, 0.0);
        let mut row = Scalar {
            value: table[3 * 4 + 2],
            ..Default::default()
        };
        for step in [1, 3] {
            row.step(2.0 * row.value, step);
        }
        close(moved[3 * 4 + 2], row.value);
        for other in [0, 2, 4] {
            let row = other * 4..other * 4 + 4;
            assert_eq!(table[row.clone()], moved[row], "the word {other} was moved");
        }
    }

    #[test]
    fn matrices_and_rows_decay_and_biases_do_not() {
        const DECAY: f64 = 0.5;
        for embeddings in [Embeddings::Whole, Embeddings::ByRows] {
            let [before, after, table, moved] = run(embeddings, DECAY);
            let mut bias = Scalar {
                value: before[1],
                ..Default::default()
            };
            let mut row = Scalar {
                value: table[3 * 4 + 2],
                decay: DECAY,
                ..Default::default()
            };
            let mut rest = table[2 * 4 + 2];
            for step in 1..=3 {
                bias.step(2.0 * bias.value, step);
                match embeddings {
                    Embeddings::ByRows if step == 2 => {}
                    _ if step == 2 => row.step(0.0, step),
                    _ => row.step(2.0 * row.value, step),
                }
                if embeddings == Embeddings::Whole {
                    rest -= RATE * DECAY * rest;
                }
            }
            close(after[1], bias.value);
            close(moved[3 * 4 + 2], row.value);
            close(moved[2 * 4 + 2], rest);
        }
    }
}
