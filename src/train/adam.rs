//! Adam (Kingma & Ba 2015) on one flat vector of all parameters, and row by row on the word table.
//!
//! One vector, since a bias takes as many GPU launches as all parameters together; rows,
//! since a batch holds some hundreds of the table's thousands of words. A word that is not in a batch
//! is not moved and its moments do not decay (the rule of PyTorch's SparseAdam).

use burn::module::Param;
use burn::tensor::{Gradients, IndexingUpdateOp, Int, Tensor, TensorData};

use super::flat::Flat;
use crate::model::{Array, Classifier, ReadError, Weights, read};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The part of the word table that a step moves.
pub(super) struct Rows {
    /// Ids of the words, `[U]`.
    pub(super) types: Tensor<1, Int>,
    /// Their rows as they went into the forward pass, `[U, R]`; a leaf.
    pub(super) leaf: Tensor<2>,
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
    /// The first of `model`'s parameters that is in the flat vector. The embeddings come
    /// first.
    fn first_flat(self, model: &Classifier) -> u64 {
        match self {
            Self::Whole => 0,
            Self::ByRows => 1,
            Self::Frozen => 1 + u64::from(model.projection.is_some()),
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
}

impl Adam {
    /// A fresh optimiser for `model`.
    pub(super) fn new(model: &Classifier, embeddings: Embeddings) -> Self {
        let (flat, values) = Flat::of(model, embeddings.first_flat(model));
        let by_rows = embeddings == Embeddings::ByRows;
        let table = by_rows.then(|| Moments::zeros(&model.words.val().without_autodiff()));
        Self {
            steps: 0,
            embeddings,
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

    /// One step of size `rate`: returns the model moved.
    pub(super) fn step(
        &mut self,
        mut model: Classifier,
        rows: Option<&Rows>,
        mut gradients: Gradients,
        rate: f64,
    ) -> Classifier {
        self.steps += 1;
        let scale = Scale::new(rate, self.steps);
        if let Some(rows) = rows
            && let Some(gradient) = rows.leaf.grad_remove(&mut gradients)
            && let Some(table) = self.table.take()
        {
            let (table, change) = table.step_rows(&rows.types, gradient, &scale);
            self.table = Some(table);
            let words = model.words.val().without_autodiff();
            let words = words.select_assign(0, rows.types.clone(), change, IndexingUpdateOp::Add);
            model.words = Param::initialized(model.words.id, words.autodiff().require_grad());
        }
        let gradient = self.flat.gradients(&model, &mut gradients);
        let change = self.moments.step(gradient, &scale);
        self.values = self.values.clone() + change;
        self.flat.put(model, &self.values)
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
        steps: usize,
        state: &Weights,
    ) -> Option<Self> {
        let fresh = Self::new(model, embeddings);
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

/// Moving averages of the gradient and of its square.
struct Moments<const D: usize> {
    first: Tensor<D>,
    second: Tensor<D>,
}

impl<const D: usize> Moments<D> {
    fn zeros(values: &Tensor<D>) -> Self {
        Self {
            first: values.zeros_like(),
            second: values.zeros_like(),
        }
    }

    /// Takes in a gradient and returns the change of the values.
    fn step(&mut self, gradient: Tensor<D>, scale: &Scale) -> Tensor<D> {
        let square = gradient.clone() * gradient.clone();
        self.first = self.first.clone() * BETA_1 + gradient * (1.0 - BETA_1);
        self.second = self.second.clone() * BETA_2 + square * (1.0 - BETA_2);
        let root = self.second.clone().sqrt() * scale.second + EPSILON;
        self.first.clone() * scale.first / root
    }
}

impl Moments<2> {
    /// [`step`](Self::step) for only the rows `types`, given their gradient `[U, R]`.
    ///
    /// The moments are moved in and returned, so that nobody else holds them and they can be
    /// changed in place.
    fn step_rows(
        self,
        types: &Tensor<1, Int>,
        gradient: Tensor<2>,
        scale: &Scale,
    ) -> (Self, Tensor<2>) {
        let before = Moments {
            first: self.first.clone().select(0, types.clone()),
            second: self.second.clone().select(0, types.clone()),
        };
        let mut after = Moments {
            first: before.first.clone(),
            second: before.second.clone(),
        };
        let change = after.step(gradient, scale);
        let put = |whole: Tensor<2>, after: Tensor<2>, before: Tensor<2>| {
            whole.select_assign(0, types.clone(), after - before, IndexingUpdateOp::Add)
        };
        let moved = Self {
            first: put(self.first, after.first, before.first),
            second: put(self.second, after.second, before.second),
        };
        (moved, change)
    }
}

/// The step size, and the corrections of the moments' bias towards 0.
struct Scale {
    /// −rate / (1 − β₁ᵗ).
    first: f64,
    /// 1 / √(1 − β₂ᵗ).
    second: f64,
}

impl Scale {
    fn new(rate: f64, steps: usize) -> Self {
        let steps = steps as f64;
        Self {
            first: -rate / (1.0 - BETA_1.powf(steps)),
            second: 1.0 / (1.0 - BETA_2.powf(steps)).sqrt(),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::model::{ModelConfig, Reading, Stream, initial_weights};
    use crate::text::Tokenizer;
    use burn::tensor::Device;

    const RATE: f64 = 0.1;

    /// Adam on one number, as Kingma & Ba write it.
    #[derive(Default)]
    struct Scalar {
        value: f64,
        first: f64,
        second: f64,
    }

    impl Scalar {
        fn step(&mut self, gradient: f64, t: i32) {
            self.first = 0.9 * self.first + 0.1 * gradient;
            self.second = 0.999 * self.second + 0.001 * gradient * gradient;
            let first = self.first / (1.0 - 0.9f64.powi(t));
            let second = self.second / (1.0 - 0.999f64.powi(t));
            self.value -= RATE * first / (second.sqrt() + 1e-8);
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
    fn run(embeddings: Embeddings) -> [Vec<f64>; 4] {
        let by_rows = embeddings == Embeddings::ByRows;
        let mut model = model();
        let start = [
            values(&model, "fc.bias"),
            values(&model, "embedding.weight"),
        ];
        let mut adam = Adam::new(&model, embeddings);
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
            let rows = (by_rows && step != 2).then(|| Rows { types, leaf });
            model = adam.step(model, rows.as_ref(), loss.backward(), RATE);
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
        let [before, after, table, moved] = run(Embeddings::Whole);
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
        let [_, _, table, moved] = run(Embeddings::ByRows);
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
}
