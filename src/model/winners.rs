//! Which words of a text may take a neuron (method §2.6).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

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
    /// - `valid`: 0 for PAD, `[B, L]`
    pub(super) fn of(self, u: Tensor<3>, attention: &Tensor<4>, valid: &Tensor<2>) -> Tensor<3> {
        let rule = (self.count, self.correlated);
        if let Some(taken) = kernels::taken(&u, attention, valid, rule) {
            return taken;
        }
        let valid = valid.clone().unsqueeze_dim::<3>(2);
        let u = u * valid.clone();
        let given = u.clone().detach();
        let largest = |among: &Tensor<3>| among.clone().max_dim(1).expand(given.dims());
        let reaches = |least: &Tensor<3>| given.clone().greater_equal(least.clone());
        let mut least = largest(&given);
        let first = reaches(&least);
        let (mut among, mut taken) = (given.clone(), Some(first.clone()));
        for _ in 1..self.count.min(given.dims()[1]) {
            among = among.mask_fill(taken.take().unwrap_or_else(|| reaches(&least)), 0.0);
            least = largest(&among);
        }
        let mut loses = given.clone().lower(least);
        if self.count > 1 && self.correlated > 0.0 {
            let correlated = correlation(attention.clone().detach(), &valid);
            let correlated = correlated.greater_equal_elem(self.correlated).float();
            // Each word's own wins, and those of the words it is correlated with.
            let beside = correlated.matmul(first.float());
            loses = loses.bool_or(beside.lower_elem(0.5));
        }
        u.mask_fill(loses, 0.0)
    }
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
