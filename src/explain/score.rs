//! The redistribution score: do important words have neurons of their own, and
//! do correlated words share theirs?

use serde::{Deserialize, Serialize};

use super::{Matrix, Selection, mean};

/// The four means of a text's redistribution score (method §5.3, our own definition).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RedistributionScore {
    /// Mean capacity of the important words, in [0, 1].
    pub important_capacity: f64,
    /// Mean capacity of the other words, in [0, 1].
    pub other_capacity: f64,
    /// Mean sharing of the correlated pairs, in [0, 1].
    pub correlated_sharing: f64,
    /// Mean sharing of the other pairs, in [0, 1].
    pub other_sharing: f64,
}

impl RedistributionScore {
    /// How much more monosemantic the important words are, in [−1, 1].
    pub fn mono(&self) -> f64 {
        self.important_capacity - self.other_capacity
    }

    /// How much more polysemantic the correlated pairs are, in [−1, 1].
    pub fn poly(&self) -> f64 {
        self.correlated_sharing - self.other_sharing
    }

    /// `mono + poly`, in [−2, 2].
    pub fn total(&self) -> f64 {
        self.mono() + self.poly()
    }
}

/// Scores one text from its words' `capacity`, `n`, and `sharing`, `n × n`; `None` if a
/// side of a comparison is empty (fewer than three words, all or no words important).
pub fn redistribution_score(
    capacity: &[f64],
    sharing: &Matrix,
    selection: &Selection,
) -> Option<RedistributionScore> {
    let important = &selection.important;
    let others: Vec<f64> = important.iter().map(|weight| 1.0 - weight).collect();
    let sharing_of =
        |pairs: &[(usize, usize)]| mean(pairs.iter().map(|&(i, k)| f64::from(sharing.at(i, k))));
    Some(RedistributionScore {
        important_capacity: weighted_mean(capacity, important)?,
        other_capacity: weighted_mean(capacity, &others)?,
        correlated_sharing: sharing_of(&selection.correlated)?,
        other_sharing: sharing_of(&selection.others)?,
    })
}

/// Mean of `values` with `weights` ≥ 0; `None` if none has a weight.
fn weighted_mean(values: &[f64], weights: &[f64]) -> Option<f64> {
    let weight: f64 = weights.iter().sum();
    let sum: f64 = values
        .iter()
        .zip(weights)
        .map(|(value, weight)| value * weight)
        .sum();
    (weight > 0.0).then(|| sum / weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(important: [f64; 3]) -> Selection {
        Selection {
            important: important.to_vec(),
            correlated: vec![(0, 1)],
            others: vec![(0, 2), (1, 2)],
        }
    }

    #[test]
    fn score_by_hand() {
        let sharing = Matrix::new(3, 3, vec![1., 0.75, 0.25, 0.75, 1., 0.5, 0.25, 0.5, 1.]);
        let selection = selection([1.0, 0.0, 0.0]);
        let score = redistribution_score(&[0.75, 0.5, 0.0], &sharing, &selection).unwrap();
        assert_eq!(
            (score.mono(), score.poly(), score.total()),
            (0.5, 0.375, 0.875)
        );
    }

    /// Half of the first and half of the second are important: (0.75 + 0.5)/2 against
    /// (0.75/2 + 0.5/2 + 0)/2. Equal parts of all words distinguish nothing.
    #[test]
    fn words_that_count_in_part() {
        let sharing = Matrix::new(3, 3, vec![1.0; 9]);
        let mono = |important| {
            let score = redistribution_score(&[0.75, 0.5, 0.0], &sharing, &selection(important));
            score.unwrap().mono()
        };
        assert_eq!(mono([0.5, 0.5, 0.0]), 0.625 - 0.3125);
        assert!(mono([0.2; 3]).abs() < 1e-12);
    }

    #[test]
    fn a_text_with_an_empty_side_has_no_score() {
        let sharing = Matrix::new(3, 3, vec![1.0; 9]);
        for important in [[1.0; 3], [0.0; 3]] {
            assert_eq!(
                redistribution_score(&[1.0; 3], &sharing, &selection(important)),
                None
            );
        }
        let pair = Selection {
            important: vec![1.0, 0.0],
            correlated: vec![(0, 1)],
            others: vec![],
        };
        assert_eq!(
            redistribution_score(&[1.0; 2], &Matrix::new(2, 2, vec![1.0; 4]), &pair),
            None
        );
    }
}
