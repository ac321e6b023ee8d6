//! Signs of a collapsed representation: rows that shrink, attention that is uniform everywhere or
//! turns to one word (method §5.5).

use super::{Matrix, attention_received, mean, mean_over_heads};

/// Mean Euclidean norm of the rows of `z`, `n × D`; `None` without rows.
pub fn mean_norm(z: &Matrix) -> Option<f64> {
    mean((0..z.rows).map(|i| {
        let squares = z.row(i).iter().map(|&value| f64::from(value).powi(2));
        squares.sum::<f64>().sqrt()
    }))
}

/// Mean over heads and words of the entropy of a word's attention, divided by ln n, in [0, 1]: 0 if
/// every word attends to one, 1 if it attends to all equally. `heads` holds one `n × n` matrix
/// per head; `None` for fewer than two words.
pub fn attention_entropy(heads: &[Matrix]) -> Option<f64> {
    let words = heads.first()?.rows;
    if words < 2 {
        return None;
    }
    let rows = heads
        .iter()
        .flat_map(|head| (0..words).map(|i| entropy(head.row(i))));
    Some((mean(rows)? / (words as f64).ln()).min(1.0))
}

/// Entropy of a distribution in nats.
fn entropy(distribution: &[f32]) -> f64 {
    distribution
        .iter()
        .filter(|&&part| part > 0.0)
        .map(|&part| -f64::from(part) * f64::from(part.ln()))
        .sum()
}

/// The largest share of all attention, head mean, that one word receives, in [1/n, 1]: 1 if all
/// queries turn to the same key. `None` for fewer than two words.
pub fn largest_key_mass(heads: &[Matrix]) -> Option<f64> {
    let received = attention_received(&mean_over_heads(heads));
    (received.len() >= 2).then(|| received.into_iter().fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_by_hand() {
        // 5 and 13.
        let z = Matrix::new(2, 2, vec![3., -4., 5., 12.]);
        assert_eq!(mean_norm(&z), Some(9.0));
        assert_eq!(mean_norm(&Matrix::default()), None);
    }

    #[test]
    fn entropy_by_hand() {
        // Rows: even over two of two, then all on one; the other head all even: (1 + 0 + 1 + 1)/4.
        let heads = [
            Matrix::new(2, 2, vec![0.5, 0.5, 0.0, 1.0]),
            Matrix::new(2, 2, vec![0.5; 4]),
        ];
        assert!((attention_entropy(&heads).unwrap() - 0.75).abs() < 1e-7);
    }

    #[test]
    fn key_mass_by_hand() {
        // Head means: rows (½, ½), (¼, ¾); received (3/8, 5/8).
        let heads = [
            Matrix::new(2, 2, vec![1.0, 0.0, 0.5, 0.5]),
            Matrix::new(2, 2, vec![0.0, 1.0, 0.0, 1.0]),
        ];
        assert_eq!(largest_key_mass(&heads), Some(0.625));
    }

    #[test]
    fn the_extremes_are_collapse_and_even_attention() {
        let collapsed = [Matrix::from_fn(3, 3, |_, k| f32::from(u8::from(k == 1)))];
        assert_eq!(attention_entropy(&collapsed), Some(0.0));
        assert_eq!(largest_key_mass(&collapsed), Some(1.0));
        let even = [Matrix::new(4, 4, vec![0.25; 16])];
        assert!((attention_entropy(&even).unwrap() - 1.0).abs() < 1e-7);
        assert_eq!(largest_key_mass(&even), Some(0.25));
    }

    #[test]
    fn one_word_says_nothing_of_collapse() {
        let one = [Matrix::new(1, 1, vec![1.0])];
        assert_eq!(attention_entropy(&one), None);
        assert_eq!(largest_key_mass(&one), None);
        assert_eq!(largest_key_mass(&[]), None);
    }
}
