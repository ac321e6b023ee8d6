//! Capacity: how much of a dimension a word has to itself.

use super::{Gram, Matrix};

/// Capacity of each row of `z`, `n × D`: `C_i = (z_i·z_i)² / Σ_j (z_i·z_j)²`, `n`
/// values in [0, 1] (method §4.1; Scherlis et al., arXiv 2210.01892, §2).
///
/// 1 if and only if the row is orthogonal to all others; 0 for a zero row.
pub fn capacity(z: &Matrix) -> Vec<f64> {
    capacity_of(&Gram::of(z))
}

/// [`capacity`] if the inner products are already known.
pub(super) fn capacity_of(gram: &Gram) -> Vec<f64> {
    (0..gram.size())
        .map(|i| {
            let own = gram.at(i, i);
            let all: f64 = gram.row(i).iter().map(|product| product * product).sum();
            if own > 0.0 { own * own / all } else { 0.0 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orthogonal_rows_have_a_dimension_each() {
        assert_eq!(
            capacity(&Matrix::new(2, 2, vec![3., 0., 0., 5.])),
            [1.0, 1.0]
        );
    }

    #[test]
    fn equal_rows_divide_one_dimension() {
        let z = Matrix::new(3, 2, vec![1., 2., 1., 2., 1., 2.]);
        assert!(capacity(&z).iter().all(|c| (c - 1.0 / 3.0).abs() < 1e-15));
    }

    #[test]
    fn unequal_lengths_by_hand() {
        // (1,0) and (1,1): 1/(1+1) and 4/(1+4).
        assert_eq!(
            capacity(&Matrix::new(2, 2, vec![1., 0., 1., 1.])),
            [0.5, 0.8]
        );
    }

    #[test]
    fn a_zero_row_has_none_and_takes_none() {
        assert_eq!(
            capacity(&Matrix::new(2, 2, vec![0., 0., 0., 7.])),
            [0.0, 1.0]
        );
    }

    #[test]
    fn no_rows_no_capacity() {
        assert!(capacity(&Matrix::default()).is_empty());
    }
}
