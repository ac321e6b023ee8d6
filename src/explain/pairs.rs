//! Sums over two rows of a matrix, for every pair of rows.

use wide::f32x8;

use super::Matrix;

/// Columns over which sums are in f32.
const BLOCK: usize = 256;
/// Rows that one row is read with.
const ROWS: usize = 4;

/// Σ_f of(z_if, z_jf) for each pair of rows of `z`, `n × D`; symmetric, `n × n`, if `of` is. It must be 0 where one of the
/// two is.
///
/// Short sums in f32, added up in f64: eight at a time, and still exact to about 1e-7. Eights of zeros are passed over: where
/// each neuron is left to a word or two, most are.
pub(super) fn over_pairs(z: &Matrix, of: impl Fn(f32x8, f32x8) -> f32x8 + Copy) -> Vec<f64> {
    let n = z.rows;
    let mut sums = vec![0.0; n * n];
    for start in (0..z.cols).step_by(BLOCK) {
        let rows: Vec<Vec<f32x8>> = (0..n)
            .map(|i| eights(&z.row(i)[start..z.cols.min(start + BLOCK)]))
            .collect();
        for i in 0..n {
            let some: Vec<_> = (0..)
                .zip(&rows[i])
                .filter(|(_, eight)| **eight != f32x8::ZERO)
                .collect();
            let mut j = 0;
            while j <= i {
                let count = ROWS.min(i + 1 - j);
                // Where fewer are left, the first of them takes the others' places.
                let row = |at: usize| &rows[j + if at < count { at } else { 0 }][..];
                let parts = sums_with(&some, [row(0), row(1), row(2), row(3)], of);
                for at in 0..count {
                    sums[i * n + j + at] += f64::from(parts[at]);
                }
                j += count;
            }
        }
    }
    for i in 0..n {
        for j in 0..i {
            sums[j * n + i] = sums[i * n + j];
        }
    }
    sums
}

/// A row, eight numbers at a time; 0 where there are no more.
fn eights(row: &[f32]) -> Vec<f32x8> {
    let (whole, rest) = row.as_chunks::<8>();
    let last = (!rest.is_empty()).then(|| f32x8::from(rest));
    whole.iter().copied().map(f32x8::new).chain(last).collect()
}

/// Σ_f of(a_f, b_f) with each of `rows`, from the places and values of the eights of `a` that are not 0.
fn sums_with(
    a: &[(usize, &f32x8)],
    [first, second, third, fourth]: [&[f32x8]; ROWS],
    of: impl Fn(f32x8, f32x8) -> f32x8,
) -> [f32; ROWS] {
    let mut sums = [f32x8::ZERO; ROWS];
    for &(at, &a) in a {
        sums[0] += of(a, first[at]);
        sums[1] += of(a, second[at]);
        sums[2] += of(a, third[at]);
        sums[3] += of(a, fourth[at]);
    }
    [
        total(sums[0]),
        total(sums[1]),
        total(sums[2]),
        total(sums[3]),
    ]
}

fn total(lanes: f32x8) -> f32 {
    let [a, b, c, d, e, f, g, h] = lanes.to_array();
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_definition_whatever_the_sizes() {
        for (n, columns) in [(0, 3), (1, 7), (5, 11), (9, 300), (6, 1024)] {
            // Every other eight of some rows is 0.
            let is_silent = |i: usize, f: usize| i.is_multiple_of(2) && (f / 8).is_multiple_of(2);
            let value = |i: usize, f: usize| ((i * 31 + f * 17) % 23) as f32 - 9.0;
            let z = Matrix::from_fn(
                n,
                columns,
                |i, f| if is_silent(i, f) { 0.0 } else { value(i, f) },
            );
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
