//! Neuron allocation: how a layer's active neurons are divided among the words.

use super::{Allocation, Matrix};

/// An [`Allocation`] and what follows from it for each of the `n` words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Allocated {
    /// The allocation itself.
    pub allocation: Allocation,
    /// N_i, the fractional number of neurons that each word owns, `n`; sums to the number of
    /// active neurons.
    pub counts: Vec<f64>,
    /// Number of neurons whose largest owner each word is, `n`.
    pub owned: Vec<usize>,
}

/// Of neurons that may be negative, as GELU's, hardly any is ever 0: one is active if it has more than this part of all
/// energy, Σ_jf u_jf².
const ACTIVE: f64 = 1e-5;

/// Divides the active neurons of `u`, `n × F`, among its rows (method §4.1).
///
/// The share of word `i` in neuron `f` is `u_if² / Σ_j u_jf²`; a neuron is active where the
/// sum is not 0, or more than [`ACTIVE`] of all, and is grouped with the word that has its largest share.
pub fn allocate(u: &Matrix) -> Allocated {
    let columns = Columns::of(u);
    let order = columns.active_by_owner();
    let mut values = Vec::with_capacity(u.rows * order.len());
    let mut counts = vec![0.0; u.rows];
    let mut squared_shares = vec![0.0; order.len()];
    for (i, count) in counts.iter_mut().enumerate() {
        let row = u.row(i);
        for (&neuron, squared) in order.iter().zip(&mut squared_shares) {
            if row[neuron] == 0.0 {
                values.push(0.0); // Where a neuron is left to a word or two, most are.
                continue;
            }
            let share = square(row[neuron]) / columns.energy[neuron];
            *count += share;
            *squared += share * share;
            values.push(share as f32);
        }
    }
    let mut owned = vec![0; u.rows];
    for &neuron in &order {
        owned[columns.owner[neuron] as usize] += 1;
    }
    let allocation = Allocation {
        width: u.cols,
        neurons: order.iter().map(|&neuron| neuron as u32).collect(),
        owner: order.iter().map(|&neuron| columns.owner[neuron]).collect(),
        // At least 1 in exact arithmetic; rounding may fall short by an ulp.
        polysemanticity: squared_shares
            .iter()
            .map(|sum| sum.recip().max(1.0))
            .collect(),
        shares: Matrix::new(u.rows, order.len(), values),
        ..Allocation::default()
    };
    Allocated {
        allocation,
        counts,
        owned,
    }
}

/// What has to be known about every neuron before it can be allocated, `F` values each.
struct Columns {
    /// Σ_j u_jf².
    energy: Vec<f64>,
    /// How much an active neuron has more than.
    least: f64,
    /// The largest u_jf².
    largest: Vec<f64>,
    /// The first word that has it.
    owner: Vec<u32>,
}

impl Columns {
    fn of(u: &Matrix) -> Self {
        let mut columns = Self {
            energy: vec![0.0; u.cols],
            least: 0.0,
            largest: vec![0.0; u.cols],
            owner: vec![0; u.cols],
        };
        for i in 0..u.rows {
            let row = u.row(i).iter().enumerate();
            for (f, &value) in row.filter(|(_, value)| **value != 0.0) {
                let energy = square(value);
                columns.energy[f] += energy;
                if energy > columns.largest[f] {
                    columns.largest[f] = energy;
                    columns.owner[f] = i as u32;
                }
            }
        }
        if u.values.iter().any(|&value| value < 0.0) {
            columns.least = ACTIVE * columns.energy.iter().sum::<f64>();
        }
        columns
    }

    /// The active neurons by owner, then by decreasing share of the owner, then by index.
    fn active_by_owner(&self) -> Vec<usize> {
        let mut active: Vec<(u32, f64, usize)> = (0..self.energy.len())
            .filter(|&f| self.energy[f] > self.least)
            .map(|f| (self.owner[f], self.largest[f] / self.energy[f], f))
            .collect();
        active.sort_unstable_by(|(owner, share, f), (other, its, g)| {
            let by_share = || its.total_cmp(share);
            owner.cmp(other).then_with(by_share).then(f.cmp(g))
        });
        active.into_iter().map(|(_, _, f)| f).collect()
    }
}

/// Exact: the square of an f32 fits an f64.
fn square(value: f32) -> f64 {
    f64::from(value) * f64::from(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two words and four neurons: shared 1:4, dead, word 0's alone, shared equally.
    fn by_hand() -> Allocated {
        allocate(&Matrix::new(2, 4, vec![1., 0., 3., 2., 2., 0., 0., 2.]))
    }

    #[test]
    fn neurons_are_grouped_by_owner_and_the_dead_one_is_left_out() {
        let allocation = by_hand().allocation;
        assert_eq!(allocation.width, 4);
        assert_eq!(allocation.neurons, [2, 3, 0]);
        assert_eq!(allocation.owner, [0, 0, 1], "a tie goes to the first word");
        assert_eq!(allocation.owned_by(0), [2, 3]);
        assert_eq!(allocation.owned_by(1), [0]);
        assert!(allocation.owned_by(2).is_empty());
    }

    #[test]
    fn shares_are_parts_of_the_energy() {
        let shares = by_hand().allocation.shares;
        assert_eq!(shares.row(0), [1.0, 0.5, 0.2]);
        assert_eq!(shares.row(1), [0.0, 0.5, 0.8]);
    }

    #[test]
    fn counts_follow_from_the_shares() {
        let allocated = by_hand();
        assert!((allocated.counts[0] - 1.7).abs() < 1e-15);
        assert!((allocated.counts[1] - 1.3).abs() < 1e-15);
        assert_eq!(allocated.owned, [2, 1]);
    }

    #[test]
    fn polysemanticity_is_the_effective_number_of_words() {
        let m = by_hand().allocation.polysemanticity;
        assert_eq!(m[..2], [1.0, 2.0]);
        assert!((m[2] - 1.0 / 0.68).abs() < 1e-15);
    }

    #[test]
    fn dead_layers_and_empty_texts_are_allocated_nothing() {
        let dead = allocate(&Matrix::new(2, 3, vec![0.0; 6]));
        assert_eq!((dead.counts, dead.allocation.width), (vec![0.0; 2], 3));
        assert!(dead.allocation.neurons.is_empty());
        assert_eq!(allocate(&Matrix::default()), Allocated::default());
    }
}
