//! Which words of a text may take a neuron (method §2.6).

use burn::tensor::{Bool, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::here::numbers;
use crate::kernels;

/// Leaves each neuron to the words of a text that drive it most (the winner-take-all of Makhzani & Frey
/// 2015, over words in place of pixels).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Winners {
    /// The maximum number of words, 1 or more.
    pub count: usize,
    /// Besides the first, only words that are correlated with it: whose attention to or from it is at least this
    /// fraction of the text's strongest, in [0, 1]. With 0 all are.
    #[serde(default)]
    pub correlated: f64,
}

impl Winners {
    /// Whether such winners make sense.
    pub(super) fn is_sound(self) -> bool {
        self.count > 0 && (0.0..=1.0).contains(&self.correlated)
    }

    /// Neurons u, `[B, L, F]`, each silent except at the words that may take it. If several words tie, all of
    /// them keep it.
    ///
    /// # Shapes
    /// - `attention`: `[B, H, L, L]`; rows are queries
    /// - `valid`: 0 for PAD, `[B, L]`; `whole`: there is none
    pub(super) fn of(
        self,
        u: Tensor<3>,
        attention: &Tensor<4>,
        valid: &Tensor<2>,
        whole: bool,
    ) -> Tensor<3> {
        let rule = (self.count, self.correlated);
        if let Some(taken) = kernels::taken(&u, attention, valid, rule) {
            return taken;
        }
        let valid = valid.clone().unsqueeze_dim::<3>(2);
        let u = match whole {
            true => u,
            false => u * valid.clone(),
        };
        let correlated = (self.count > 1 && self.correlated > 0.0).then(|| {
            let correlated = correlation(attention.clone().detach(), &valid);
            correlated.greater_equal_elem(self.correlated).float()
        });
        let given = u.clone().detach();
        let loses = match numbers(given.clone()) {
            Some(numbers) => self.losing_here(&numbers, &given, correlated),
            None => self.losing(given, correlated),
        };
        u.mask_fill(loses, 0.0)
    }

    /// True at the neurons that a word may not take, `[B, L, F]`, with 1 where two words are `correlated`, `[B, L, L]`,
    /// if that matters.
    fn losing(self, given: Tensor<3>, correlated: Option<Tensor<3>>) -> Tensor<3, Bool> {
        let largest = |among: &Tensor<3>| among.clone().max_dim(1).expand(given.dims());
        let reaches = |least: &Tensor<3>| given.clone().greater_equal(least.clone());
        let mut least = largest(&given);
        let first = reaches(&least);
        let (mut among, mut taken) = (given.clone(), Some(first.clone()));
        for _ in 1..self.count.min(given.dims()[1]) {
            among = among.mask_fill(taken.take().unwrap_or_else(|| reaches(&least)), 0.0);
            least = largest(&among);
        }
        let loses = given.clone().lower(least);
        match correlated {
            None => loses,
            Some(correlated) => {
                // Each word's own wins, and those of the words it is correlated with.
                let beside = correlated.matmul(first.float());
                loses.bool_or(beside.lower_elem(0.5))
            }
        }
    }

    /// [`losing`](Self::losing) from the numbers of `given`, which are in this memory.
    fn losing_here(
        self,
        u: &[f32],
        given: &Tensor<3>,
        correlated: Option<Tensor<3>>,
    ) -> Tensor<3, Bool> {
        let dims @ [_, length, width] = given.dims();
        let correlated = correlated.and_then(numbers);
        let mut loses = Vec::with_capacity(u.len());
        for (text, u) in u.chunks_exact(length * width).enumerate() {
            let squares = length * length;
            let correlated = correlated
                .as_ref()
                .map(|all| &all[text * squares..][..squares]);
            self.losing_of_text(u, width, correlated, &mut loses);
        }
        Tensor::from_data(TensorData::new(loses, dims), &given.device())
    }

    /// The same of one text, `L × F`.
    fn losing_of_text(
        self,
        u: &[f32],
        width: usize,
        correlated: Option<&[f32]>,
        loses: &mut Vec<bool>,
    ) {
        let rows = || u.chunks_exact(width);
        let length = rows().len();
        let first = largest_below(&vec![f32::INFINITY; width], rows());
        let mut least = first.clone();
        for _ in 1..self.count.min(length) {
            least = largest_below(&least, rows());
        }
        for (i, row) in rows().enumerate() {
            let start = loses.len();
            loses.extend(row.iter().zip(&least).map(|(u, least)| u < least));
            let Some(correlated) = correlated else {
                continue;
            };
            let mut beside = vec![false; width];
            let of_word = rows().zip(&correlated[i * length..]);
            for (other, _) in of_word.filter(|(_, correlated)| **correlated > 0.5) {
                let wins = other.iter().zip(&first).map(|(u, first)| u >= first);
                beside
                    .iter_mut()
                    .zip(wins)
                    .for_each(|(beside, wins)| *beside |= wins);
            }
            loses[start..]
                .iter_mut()
                .zip(beside)
                .for_each(|(loses, beside)| *loses |= !beside);
        }
    }
}

/// The largest value of each column, where those that reach `least` count as 0.
fn largest_below<'a>(least: &[f32], rows: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut largest = vec![f32::NEG_INFINITY; least.len()];
    for row in rows {
        for ((largest, &u), &least) in largest.iter_mut().zip(row).zip(least) {
            let u = if u >= least { 0.0 } else { u };
            *largest = if u > *largest { u } else { *largest };
        }
    }
    largest
}

/// How strongly two words are correlated, in [0, 1], `[B, L, L]`; 1 for a word with itself, 0 with PAD.
fn correlation(attention: Tensor<4>, valid: &Tensor<3>) -> Tensor<3> {
    let length = attention.dims()[2];
    let itself: Tensor<3> = Tensor::<2>::eye(length, &attention.device()).unsqueeze();
    let words = valid.clone().matmul(valid.clone().swap_dims(1, 2));
    let attention: Tensor<3> = attention.mean_dim(1).squeeze_dim(1);
    relative_to_strongest_pair(attention * words * (itself.clone().neg() + 1.0)) + itself
}

/// â: how strongly the more attentive of two words attends to the other, relative to the strongest pair
/// of the text, given the `attention` between eligible pairs; both `[B, L, L]`.
pub(crate) fn relative_to_strongest_pair(attention: Tensor<3>) -> Tensor<3> {
    let [texts, length, _] = attention.dims();
    let either = attention.clone().max_pair(attention.swap_dims(1, 2));
    let strongest = either.clone().reshape([texts, length * length]);
    let strongest = strongest.max_dim(1).reshape([texts, 1, 1]);
    either / strongest.clamp_min(LEAST)
}

/// In a text of one word the strongest attention is 0, and nothing is correlated.
const LEAST: f64 = 1e-30;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution};

    #[test]
    fn one_pass_over_numbers_finds_the_losers_that_tensors_find() {
        let device = Device::flex();
        device.seed(1);
        for (dims, count, correlated) in [
            ([1, 1, 3], 2, 0.5),
            ([2, 5, 17], 1, 0.0),
            ([2, 5, 17], 2, 0.0),
            ([3, 7, 40], 2, 0.6),
            ([1, 4, 9], 9, 0.3),
        ] {
            let [b, l, _] = dims;
            // Few different values, so that words tie, and some below 0, as GELU's.
            let u: Tensor<3> = Tensor::random(dims, Distribution::Uniform(-2.0, 4.0), &device);
            let u = u.round();
            let pairs: Tensor<3> = Tensor::random([b, l, l], Distribution::Default, &device);
            let itself: Tensor<3> = Tensor::<2>::eye(l, &device).unsqueeze();
            let pairs = pairs + itself;
            let pairs = pairs.greater_equal_elem(correlated).float();
            let pairs = (count > 1 && correlated > 0.0).then_some(pairs);
            let winners = Winners { count, correlated };
            let here = numbers(u.clone()).unwrap();
            let here = winners.losing_here(&here, &u, pairs.clone());
            let [here, tensors] =
                [here, winners.losing(u, pairs)].map(|loses| numbers(loses.float()).unwrap());
            assert!(tensors.contains(&1.0) || l == 1);
            assert_eq!(here, tensors, "{dims:?}, {winners:?}");
        }
    }

    #[test]
    fn a_tie_is_kept_by_all() {
        let u = TensorData::new(vec![1f32, 2., 1., 0., 1., 2.], [1, 3, 2]);
        let u: Tensor<3> = Tensor::from_data(u, &Device::flex());
        let winners = Winners {
            count: 1,
            correlated: 0.0,
        };
        let here = winners.losing_here(&numbers(u.clone()).unwrap(), &u, None);
        let loses = numbers(here.float()).unwrap();
        assert_eq!(loses, [0., 0., 0., 1., 0., 0.]);
    }
}
