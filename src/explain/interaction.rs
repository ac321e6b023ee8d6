//! How words relate pair by pair: neurons they share, attention they pay.

use wide::f32x8;

use super::Matrix;
use super::pairs::over_pairs;

/// S_ik = Σ_f min(α_if, α_kf) / min(N_i, N_k), `n × n`: the part of the neurons of the word with
/// fewer of them that the pair shares, in [0, 1] and symmetric (method §4.1).
///
/// `shares` is α, `n × a`, and `counts` N, `n`. A word without neurons shares none, not even
/// with itself; every other word shares all of its own.
pub fn sharing(shares: &Matrix, counts: &[f64]) -> Matrix {
    let n = shares.rows;
    let overlaps = over_pairs(shares, f32x8::fast_min);
    Matrix::from_fn(n, n, |i, k| match counts[i].min(counts[k]) {
        least if least <= 0.0 => 0.0,
        _ if i == k => 1.0,
        least => (overlaps[i * n + k] / least).min(1.0) as f32,
    })
}

/// How many neurons the pairs of `sharing` have in common, S_ik·min(N_i, N_k), `n × n`; `counts` is N, `n`.
pub fn shared(sharing: &Matrix, counts: &[f64]) -> Matrix {
    Matrix::from_fn(sharing.rows, sharing.cols, |i, k| {
        (f64::from(sharing.at(i, k)) * counts[i].min(counts[k])) as f32
    })
}

/// [`sharing`] with each of the `a` neurons weighted by its share of the evidence, `weights`, `a`:
/// Σ_f w_f·min(α_if, α_kf) / min(Σ_f w_f·α_if, Σ_f w_f·α_kf).
pub fn weighted_sharing(shares: &Matrix, weights: &[f64]) -> Matrix {
    let weighted = Matrix::from_fn(shares.rows, shares.cols, |i, f| {
        (f64::from(shares.at(i, f)) * weights[f]) as f32
    });
    let counts: Vec<f64> = (0..weighted.rows)
        .map(|i| weighted.row(i).iter().map(|&share| f64::from(share)).sum())
        .collect();
    sharing(&weighted, &counts)
}

/// Mean over heads of one `n × n` attention matrix each.
pub fn mean_over_heads(heads: &[Matrix]) -> Matrix {
    let Some(first) = heads.first() else {
        return Matrix::default();
    };
    Matrix::from_fn(first.rows, first.cols, |i, j| {
        let sum: f64 = heads.iter().map(|head| f64::from(head.at(i, j))).sum();
        (sum / heads.len() as f64) as f32
    })
}

/// Attention that each word receives, `n`: the mean over all queries of the weight on it.
pub fn attention_received(attention: &Matrix) -> Vec<f64> {
    let mean = |j| {
        (0..attention.rows)
            .map(|i| f64::from(attention.at(i, j)))
            .sum::<f64>()
    };
    (0..attention.cols)
        .map(|j| mean(j) / attention.rows as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::Interaction;

    #[test]
    fn sharing_by_hand() {
        // N = 1.7 and 1.3; the pair shares min(1,0) + min(½,½) + min(0.2,0.8) = 0.7.
        let shares = Matrix::new(2, 3, vec![1.0, 0.5, 0.2, 0.0, 0.5, 0.8]);
        let s = sharing(&shares, &[1.7, 1.3]);
        assert_eq!((s.at(0, 0), s.at(1, 1)), (1.0, 1.0));
        assert!((s.at(0, 1) - 0.7 / 1.3).abs() < 1e-7);
        assert_eq!(s.at(0, 1), s.at(1, 0));
    }

    #[test]
    fn all_of_next_to_nothing_is_shared_and_drawn_as_next_to_nothing() {
        let counts = [50.0, 0.0625, 1.5];
        let sharing = Matrix::new(3, 3, vec![1.0, 1.0, 0.5, 1.0, 1.0, 0.0, 0.5, 0.0, 1.0]);
        let shared = shared(&sharing, &counts);
        let expected = [50.0, 0.0625, 0.75, 0.0625, 0.0625, 0.0, 0.75, 0.0, 1.5];
        assert_eq!(shared.values, expected);
        let interaction = Interaction {
            sharing,
            shared,
            ..Interaction::default()
        };
        let faded = [1.0, 0.0625, 0.5, 0.0625, 0.0625, 0.0, 0.5, 0.0, 1.0];
        assert_eq!(interaction.faded().values, faded);
    }

    #[test]
    fn neurons_that_say_nothing_are_not_shared() {
        // The second neuron, which both have, says nothing: what is left is 0.2 of 0.2 and 0.8.
        let shares = Matrix::new(2, 3, vec![1.0, 0.5, 0.2, 0.0, 0.5, 0.8]);
        let s = weighted_sharing(&shares, &[0.0, 0.0, 1.0]);
        assert!((s.at(0, 1) - 1.0).abs() < 1e-6);
        let s = weighted_sharing(&shares, &[0.75, 0.0, 0.25]);
        assert!((s.at(0, 1) - 0.05 / 0.2).abs() < 1e-6);
    }

    #[test]
    fn a_word_without_neurons_shares_nothing() {
        let s = sharing(&Matrix::new(2, 1, vec![0.0, 1.0]), &[0.0, 1.0]);
        assert_eq!(s.values, [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn heads_are_averaged_and_columns_received() {
        let heads = [
            Matrix::new(2, 2, vec![1., 0., 0.5, 0.5]),
            Matrix::new(2, 2, vec![0., 1., 0.5, 0.5]),
        ];
        let mean = mean_over_heads(&heads);
        assert_eq!(mean.values, [0.5; 4]);
        assert_eq!(
            attention_received(&Matrix::new(2, 2, vec![1., 0., 0.5, 0.5])),
            [0.75, 0.25]
        );
    }
}
