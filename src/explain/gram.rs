//! Inner products of a matrix's rows, computed once for every measure that
//! compares words by direction.

use super::Matrix;
use super::pairs::over_pairs;

/// The Gram matrix `G_ij = z_i · z_j` of `n` rows, in f64.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    size: usize,
    values: Vec<f64>,
}

impl Gram {
    /// Inner products of all pairs of the rows of `z`, `n × D`.
    pub fn of(z: &Matrix) -> Self {
        Self {
            size: z.rows,
            values: over_pairs(z, |a, b| a * b),
        }
    }

    /// Number of rows, `n`.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Row `i`: the `n` inner products of row `z_i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.size..(i + 1) * self.size]
    }

    /// `z_i · z_j`.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.row(i)[j]
    }

    /// Cosines of all pairs, `n × n`, each in [−1, 1]; 0 where a row is zero.
    pub fn cosine(&self) -> Matrix {
        let norms: Vec<f64> = (0..self.size).map(|i| self.at(i, i).sqrt()).collect();
        Matrix::from_fn(self.size, self.size, |i, j| {
            let scale = norms[i] * norms[j];
            if scale > 0.0 {
                (self.at(i, j) / scale).clamp(-1.0, 1.0) as f32
            } else {
                0.0
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_rows_longer_than_one_block() {
        let gram = Gram::of(&Matrix::from_fn(
            2,
            11,
            |i, j| if i == 0 { 1.0 } else { j as f32 },
        ));
        assert_eq!(gram.row(0), [11.0, 55.0]);
        assert_eq!(gram.row(1), [55.0, 385.0]);
    }

    #[test]
    fn cosine_of_a_zero_row_is_zero_even_with_itself() {
        let cosine = Gram::of(&Matrix::new(3, 2, vec![3., 4., 0., 0., 8., 6.])).cosine();
        assert_eq!(cosine.row(0), [1.0, 0.0, 0.96]);
        assert_eq!(cosine.row(1), [0.0; 3]);
    }
}
