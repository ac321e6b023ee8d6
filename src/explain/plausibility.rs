//! How well a ranking or a choice of words agrees with the words that people marked, or with another
//! ranking.

/// Area under the ROC curve: the probability that a marked word has a higher score than one
/// that is not marked, a tie counting half, in [0, 1]. `None` unless there are words of both
/// kinds.
///
/// # Panics
/// If there is not one score for each word.
pub fn auc(scores: &[f64], marked: &[bool]) -> Option<f64> {
    assert_eq!(scores.len(), marked.len(), "one score per word");
    let mut words: Vec<(f64, bool)> = scores.iter().copied().zip(marked.iter().copied()).collect();
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut won) = (0, 0.0);
    for tied in words.chunk_by(|a, b| a.0 == b.0) {
        let positive = tied.iter().filter(|word| word.1).count();
        let negative = tied.len() - positive;
        won += positive as f64 * (below as f64 + negative as f64 / 2.0);
        below += negative;
    }
    let positive = words.len() - below;
    (positive > 0 && below > 0).then(|| won / (positive as f64 * below as f64))
}

/// Token F1 of the `chosen` words against the `marked` ones (DeYoung et al., ERASER, ACL 2020),
/// in [0, 1]; `None` if no word is marked.
///
/// # Panics
/// If the two are not about the same words.
pub fn token_f1(chosen: &[bool], marked: &[bool]) -> Option<f64> {
    assert_eq!(chosen.len(), marked.len(), "one decision per word");
    let count = |words: &[bool]| words.iter().filter(|&&word| word).count();
    let both = chosen.iter().zip(marked).filter(|(c, m)| **c && **m);
    let (both, marked) = (both.count(), count(marked));
    (marked > 0).then(|| 2.0 * both as f64 / (count(chosen) + marked) as f64)
}

/// Spearman's rank correlation of two scores of the same words, in [−1, 1]; words that tie share their
/// ranks. `None` if one of them is the same for all words.
///
/// # Panics
/// If the two are not about the same words.
pub fn rank_correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "two scores per word");
    let [a, b] = [a, b].map(centred_ranks);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let size = (product(&a, &a) * product(&b, &b)).sqrt();
    (size > 0.0).then(|| (product(&a, &b) / size).clamp(-1.0, 1.0))
}

/// Ranks minus their mean: for each score, how many are smaller minus how many are larger, halved.
fn centred_ranks(scores: &[f64]) -> Vec<f64> {
    let count = |is: &dyn Fn(&f64) -> bool| scores.iter().filter(|&other| is(other)).count() as f64;
    let rank = |score: &f64| (count(&|other| other < score) - count(&|other| other > score)) / 2.0;
    scores.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_by_hand_with_ties() {
        // Marked: 3 and 1; others: 1 and 0. Pairs: 3>1, 3>0, 1=1, 1>0 → 3.5 of 4.
        let marked = [true, false, true, false];
        assert_eq!(auc(&[3.0, 1.0, 1.0, 0.0], &marked), Some(0.875));
    }

    #[test]
    fn perfect_wrong_and_blind_rankings() {
        let marked = [true, true, false];
        assert_eq!(auc(&[3.0, 2.0, 1.0], &marked), Some(1.0));
        assert_eq!(auc(&[1.0, 2.0, 3.0], &marked), Some(0.0));
        assert_eq!(auc(&[7.0; 3], &marked), Some(0.5));
    }

    #[test]
    fn words_of_one_kind_cannot_be_ranked_apart() {
        assert_eq!(auc(&[1.0, 2.0], &[true, true]), None);
        assert_eq!(auc(&[1.0, 2.0], &[false, false]), None);
        assert_eq!(auc(&[], &[]), None);
    }

    #[test]
    fn rank_correlation_by_hand() {
        // Ranks 1 2 3 4 and 2 1 4 3: 1 − 6·4/(4·15).
        let rho = rank_correlation(&[0.1, 0.2, 0.7, 9.0], &[5.0, -1.0, 8.0, 7.0]);
        assert!((rho.unwrap() - 0.6).abs() < 1e-15);
        // Ranks −1 0 1 and ½ ½ −1: −1.5/√(2 · 1.5).
        let rho = rank_correlation(&[1.0, 2.0, 3.0], &[4.0, 4.0, 0.0]);
        assert!((rho.unwrap() + 1.5 / 3f64.sqrt()).abs() < 1e-15);
        assert_eq!(rank_correlation(&[1.0, 2.0], &[10.0, 20.0]), Some(1.0));
        assert_eq!(rank_correlation(&[1.0, 2.0], &[2.0, 1.0]), Some(-1.0));
    }

    #[test]
    fn what_tells_no_words_apart_has_no_rank_correlation() {
        assert_eq!(rank_correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(rank_correlation(&[3.0], &[1.0]), None);
        assert_eq!(rank_correlation(&[], &[]), None);
    }

    #[test]
    fn f1_by_hand() {
        // Chosen 3, marked 2, both 1: precision 1/3, recall 1/2, F1 = 2/5.
        let chosen = [true, true, true, false];
        let marked = [true, false, false, true];
        assert_eq!(token_f1(&chosen, &marked), Some(0.4));
        assert_eq!(token_f1(&[false; 4], &marked), Some(0.0));
        assert_eq!(token_f1(&chosen, &[false; 4]), None);
    }
}
