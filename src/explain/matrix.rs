//! A dense row-major matrix of plain numbers, the only two-dimensional shape
//! that leaves the model.

use serde::{Deserialize, Serialize};

/// Row-major matrix of `rows × cols` values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// `rows · cols` values, row after row.
    pub values: Vec<f32>,
}

impl Matrix {
    /// Wraps `values` as a `rows × cols` matrix.
    ///
    /// # Panics
    /// If `values` does not hold `rows · cols` numbers.
    pub fn new(rows: usize, cols: usize, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), rows * cols, "a {rows}×{cols} matrix");
        Self { rows, cols, values }
    }

    /// Builds a matrix from a function of row and column.
    pub fn from_fn(rows: usize, cols: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let mut values = Vec::with_capacity(rows * cols);
        for i in 0..rows {
            values.extend((0..cols).map(|j| value(i, j)));
        }
        Self { rows, cols, values }
    }

    /// Row `i` as a slice of `cols` values.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.cols..(i + 1) * self.cols]
    }

    /// The value in row `i`, column `j`.
    pub fn at(&self, i: usize, j: usize) -> f32 {
        self.values[i * self.cols + j]
    }
}
