//! Norms and cosines whose slope at 0 is 0.
//!
//! A square root has an infinite slope at 0, which in a backward pass makes NaN of a closed gate
//! or a dead row; PyTorch defines the slope of a norm at 0 as 0, and so do we (method §3.2).

use burn::tensor::Tensor;

use super::pairs::pairs_where;

/// √`squares`, elementwise; value and slope are 0 where a square is 0.
pub(super) fn root<const D: usize>(squares: Tensor<D>) -> Tensor<D> {
    let zero = squares.clone().equal_elem(0.0);
    squares
        .mask_fill(zero.clone(), 1.0)
        .sqrt()
        .mask_fill(zero, 0.0)
}

/// `values` / `whole`, broadcast; where the whole is 0, the values are 0 and stay 0.
pub(super) fn relative<const D: usize>(values: Tensor<D>, whole: Tensor<D>) -> Tensor<D> {
    let none = whole.clone().equal_elem(0.0);
    values / whole.mask_fill(none, 1.0)
}

/// Cosines of all pairs of rows, `[…, L, D]` → `[…, L, L]`; 0 with a zero row.
///
/// They are read off the products of all pairs, so that rows of a thousand neurons are gone
/// through only a few times, forwards and backwards.
pub(super) fn cosines<const D: usize>(z: Tensor<D>) -> Tensor<D> {
    // Dividing by the largest entry first keeps the squares of tiny vectors from vanishing.
    let largest = z.clone().detach().max_abs_dim(D - 1);
    let dead = largest.clone().equal_elem(0.0);
    let z = z / largest.mask_fill(dead.clone(), 1.0);
    let products = z.clone().matmul(z.swap_dims(D - 2, D - 1));
    let eye = pairs_where(products.dims()[D - 1], &products.device(), |i, j| i == j);
    let squares = (products.clone() * eye.unsqueeze()).sum_dim(D - 1);
    let length = squares.mask_fill(dead, 1.0).sqrt();
    products / length.clone() / length.swap_dims(D - 2, D - 1)
}
