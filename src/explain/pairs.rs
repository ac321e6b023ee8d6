//! Sums over two rows of a matrix, for every pair of rows.

use super::Matrix;

/// Columns over which sums are in f32.
const BLOCK: usize = 256;
/// Numbers that are worked on together.
const LANES: usize = 8;
/// Rows that one row is read with.
const ROWS: usize = 4;

/// Σ_f of(z_if, z_jf) for each pair of rows of `z`, `n × D`; symmetric, `n × n`, if `of` is.
///
/// Short sums in f32, added up in f64: several lanes per instruction, and still exact to about 1e-7.
pub(super) fn over_pairs(z: &Matrix, of: impl Fn(f32, f32) -> f32 + Copy) -> Vec<f64> {
    let n = z.rows;
    let mut sums = vec![0.0; n * n];
    for start in (0..z.cols).step_by(BLOCK) {
        let columns = start..z.cols.min(start + BLOCK);
        let row = |i: usize| &z.row(i)[columns.clone()];
        for i in 0..n {
            let mut add = |j: usize, parts: &[f32]| {
                let sums = &mut sums[i * n + j..][..parts.len()];
                for (sum, &part) in sums.iter_mut().zip(parts) {
                    *sum += f64::from(part);
                }
            };
            let mut j = 0;
            while j + ROWS <= i + 1 {
                add(j, &block(row(i), [0, 1, 2, 3].map(|at| row(j + at)), of));
                j += ROWS;
            }
            (j..=i).for_each(|j| add(j, &block(row(i), [row(j)], of)));
        }
    }
    for i in 0..n {
        for j in 0..i {
            sums[j * n + i] = sums[i * n + j];
        }
    }
    sums
}

/// Σ_f of(a_f, b_f) with each of `rows`, which are as long as `a`.
fn block<const J: usize>(
    a: &[f32],
    rows: [&[f32]; J],
    of: impl Fn(f32, f32) -> f32 + Copy,
) -> [f32; J] {
    let (chunks, rest) = a.as_chunks::<LANES>();
    let whole = rows.map(|row| &row.as_chunks::<LANES>().0[..chunks.len()]);
    let mut lanes = [[0.0; LANES]; J];
    for (at, a) in chunks.iter().enumerate() {
        for (sums, row) in lanes.iter_mut().zip(&whole) {
            for lane in 0..LANES {
                sums[lane] += of(a[lane], row[at][lane]);
            }
        }
    }
    let tail = a.len() - rest.len();
    std::array::from_fn(|j| {
        let rest: f32 = rest
            .iter()
            .zip(&rows[j][tail..])
            .map(|(&a, &b)| of(a, b))
            .sum();
        lanes[j].iter().sum::<f32>() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_definition_whatever_the_sizes() {
        for (n, columns) in [(0, 3), (1, 7), (5, 11), (9, 300), (6, 1024)] {
            let z = Matrix::from_fn(n, columns, |i, f| ((i * 31 + f * 17) % 23) as f32 - 9.0);
            let found = over_pairs(&z, |a, b| a * b);
            for i in 0..n {
                for j in 0..n {
                    let terms = z.row(i).iter().zip(z.row(j));
                    let expected: f64 = terms.map(|(&a, &b)| f64::from(a * b)).sum();
                    assert_eq!(found[i * n + j], expected, "{i}, {j} of {n} × {columns}");
                }
            }
        }
    }
}
