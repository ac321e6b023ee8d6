//! Which words and pairs of a text the redistribution score compares.

use std::cmp::Ordering;

use super::Matrix;

/// The two sides of each comparison of method §5.3, for a text of `n` words.
///
/// It is a separate value so that one model can be scored with another's selection.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// How far each word counts as important, `n`, in [0, 1]; a fraction for words that share the
    /// last rank with more words than fit.
    pub important: Vec<f64>,
    /// Pairs `(i, k)`, `i < k`, in which one word is the other's strongest partner.
    pub correlated: Vec<(usize, usize)>,
    /// All other pairs of different words.
    pub others: Vec<(usize, usize)>,
}

impl Selection {
    /// Selects the pairs by `attention`, the `n × n` mean over heads, made symmetric: each
    /// word's strongest partner, on a tie the first. Pairs with equal `ids`, `n`, are on
    /// neither side, as they are in neither loss.
    pub fn new(important: Vec<f64>, attention: &Matrix, ids: &[u32]) -> Self {
        let n = ids.len();
        let partners: Vec<_> = (0..n)
            .map(|i| strongest_partner(i, attention, ids))
            .collect();
        let are_partners = |i: usize, k: usize| partners[i] == Some(k) || partners[k] == Some(i);
        let (correlated, others) = (0..n)
            .flat_map(|i| (i + 1..n).map(move |k| (i, k)))
            .filter(|&(i, k)| ids[i] != ids[k])
            .partition(|&(i, k)| are_partners(i, k));
        Self {
            important,
            correlated,
            others,
        }
    }
}

/// Important words by the gate: keep probability at least one half.
pub fn kept(keep: &[f32]) -> Vec<bool> {
    keep.iter().map(|&keep| keep >= 0.5).collect()
}

/// Words that count fully or not at all, as weights.
pub fn weights_of(words: &[bool]) -> Vec<f64> {
    words
        .iter()
        .map(|&word| f64::from(u8::from(word)))
        .collect()
}

/// Important words by rank: the `fraction` in [0, 1] with the highest keep probability, rounded to
/// the nearest number of words. Words that tie for the last places share them equally: a gate
/// that is fully open, as f32 sees it, chooses no words, and must not choose the first ones.
pub fn most_kept(keep: &[f32], fraction: f64) -> Vec<f64> {
    let mut ranked = keep.to_vec();
    ranked.sort_by(|a, b| b.total_cmp(a));
    let places = (keep.len() as f64 * fraction).round() as usize;
    let Some(&last) = ranked[..places].last() else {
        return vec![0.0; keep.len()];
    };
    let above = ranked.iter().filter(|&&keep| keep > last).count();
    let tied = ranked.iter().filter(|&&keep| keep == last).count();
    let part = (places - above) as f64 / tied as f64;
    let weight = |&keep: &f32| match keep.total_cmp(&last) {
        Ordering::Greater => 1.0,
        Ordering::Equal => part,
        Ordering::Less => 0.0,
    };
    keep.iter().map(weight).collect()
}

/// The different word with which word `i` exchanges most attention.
fn strongest_partner(i: usize, attention: &Matrix, ids: &[u32]) -> Option<usize> {
    let exchange = |k: usize| attention.at(i, k) + attention.at(k, i);
    let mut strongest = None;
    for k in (0..ids.len()).filter(|&k| ids[k] != ids[i]) {
        if strongest.is_none_or(|best| exchange(k) > exchange(best)) {
            strongest = Some(k);
        }
    }
    strongest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_by_hand() {
        // Exchanges: 01 → 0.9, 02 → 0.2, 03 → 0.1, 12 → 0.3, 13 → 0.4, 23 → 0.8; words 2 and
        // 3 are the same, so that 2 turns to 1, and so does 3.
        let symmetric = [
            [0.0, 0.45, 0.1, 0.05],
            [0.45, 0.0, 0.15, 0.2],
            [0.1, 0.15, 0.0, 0.4],
            [0.05, 0.2, 0.4, 0.0],
        ];
        let attention = Matrix::from_fn(4, 4, |i, k| symmetric[i][k]);
        let selection = Selection::new(vec![1.0; 4], &attention, &[5, 6, 7, 7]);
        assert_eq!(selection.correlated, [(0, 1), (1, 2), (1, 3)]);
        assert_eq!(selection.others, [(0, 2), (0, 3)]);
    }

    #[test]
    fn a_text_of_one_word_repeated_has_no_pairs() {
        let selection = Selection::new(vec![1.0; 2], &Matrix::new(2, 2, vec![0.5; 4]), &[3, 3]);
        assert!(selection.correlated.is_empty() && selection.others.is_empty());
    }

    #[test]
    fn importance_by_gate_and_by_rank() {
        let keep = [0.5, 0.9, 0.1, 0.9, 0.2];
        assert_eq!(kept(&keep), [true, true, false, true, false]);
        assert_eq!(most_kept(&keep, 0.0), [0.0; 5]);
        assert_eq!(most_kept(&keep, 0.4), [0.0, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(most_kept(&keep, 0.6), [1.0, 1.0, 0.0, 1.0, 0.0]);
        assert_eq!(most_kept(&keep, 1.0), [1.0; 5]);
    }

    #[test]
    fn words_that_tie_share_the_last_places() {
        let keep = [0.5, 0.9, 0.1, 0.9, 0.2];
        assert_eq!(most_kept(&keep, 0.2), [0.0, 0.5, 0.0, 0.5, 0.0]);
        let open = [1.0; 5];
        assert_eq!(most_kept(&open, 0.4), [0.4; 5]);
        let half_open = [1.0, 1.0, 0.3, 0.3, 0.3];
        assert_eq!(
            most_kept(&half_open, 0.6),
            [1.0, 1.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]
        );
    }
}
