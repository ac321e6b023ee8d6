//! A classifier's answers compared with the labels, and what many of them say about it.
//!
//! Every function takes a weight for each answer, so that a bootstrap resample, in which a text
//! occurs several times or not at all, is measured in the same way as the data set.

use serde::{Deserialize, Serialize};

use crate::explain::{argmax, negative_log_likelihood, softmax};

/// Bins of equal width over which [`calibration_error`] is taken.
pub const CALIBRATION_BINS: usize = 15;

/// What a classifier says about one text, and what is true.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Index of the true class.
    pub label: usize,
    /// Index of the most probable class, on a tie the first.
    pub predicted: usize,
    /// Probability of the predicted class.
    pub confidence: f32,
    /// −ln of the probability of the true class.
    pub negative_log_likelihood: f64,
}

impl Answer {
    /// The answer that `logits`, `K` scores, give for a text of class `label`.
    pub fn new(logits: &[f32], label: usize) -> Self {
        let predicted = argmax(logits);
        Self {
            label,
            predicted,
            confidence: softmax(logits)[predicted],
            negative_log_likelihood: negative_log_likelihood(logits, label),
        }
    }

    pub(super) fn is_correct(&self) -> bool {
        self.predicted == self.label
    }

    pub(super) fn largest_class(&self) -> usize {
        self.label.max(self.predicted)
    }
}

/// Share of the answers that are right, in [0, 1]; `None` without weight.
pub fn accuracy(answers: &[Answer], weights: &[f64]) -> Option<f64> {
    weighted_mean(answers, weights, |answer| f64::from(answer.is_correct()))
}

/// What always predicting the commonest class would reach: its share of the labels, in [0, 1]; `None` without
/// weight.
pub fn majority_accuracy(answers: &[Answer], weights: &[f64]) -> Option<f64> {
    let classes = answers.iter().map(Answer::largest_class).max()? + 1;
    let mut of_class = vec![0.0; classes];
    for (answer, weight) in answers.iter().zip(weights) {
        of_class[answer.label] += weight;
    }
    let total: f64 = weights.iter().sum();
    let largest = of_class.into_iter().max_by(f64::total_cmp)?;
    (total > 0.0).then(|| largest / total)
}

/// Mean −ln of the probability of the true class, in nats; `None` without weight.
pub fn mean_negative_log_likelihood(answers: &[Answer], weights: &[f64]) -> Option<f64> {
    weighted_mean(answers, weights, |answer| answer.negative_log_likelihood)
}

/// Mean of the classes' F1 scores, in [0, 1], over the classes that are a label or an answer;
/// `None` without weight.
pub fn macro_f1(answers: &[Answer], weights: &[f64]) -> Option<f64> {
    let classes = answers.iter().map(Answer::largest_class).max()? + 1;
    let mut hits = vec![0.0; classes];
    let mut mentions = vec![0.0; classes];
    for (answer, weight) in answers.iter().zip(weights) {
        mentions[answer.label] += weight;
        mentions[answer.predicted] += weight;
        if answer.is_correct() {
            hits[answer.label] += weight;
        }
    }
    // Hits and misses of both kinds: 2·TP + FN + FP = mentions.
    let scores = hits.iter().zip(&mentions);
    crate::explain::mean(
        scores
            .filter(|(_, mentions)| **mentions > 0.0)
            .map(|(hits, mentions)| 2.0 * hits / mentions),
    )
}

/// Expected calibration error over [`CALIBRATION_BINS`] bins of confidence: the mean over answers
/// of |accuracy − mean confidence| of their bin, in [0, 1] (Guo et al., ICML 2017, eq. 3); `None`
/// without weight.
pub fn calibration_error(answers: &[Answer], weights: &[f64]) -> Option<f64> {
    let mut excess = [0.0; CALIBRATION_BINS];
    for (answer, weight) in answers.iter().zip(weights) {
        let confidence = f64::from(answer.confidence);
        // Bin m covers (m/15, (m + 1)/15].
        let bin = (confidence * CALIBRATION_BINS as f64).ceil() as usize;
        let bin = bin.clamp(1, CALIBRATION_BINS) - 1;
        excess[bin] += weight * (f64::from(answer.is_correct()) - confidence);
    }
    let total: f64 = weights.iter().sum();
    (total > 0.0).then(|| excess.iter().map(|bin| bin.abs()).sum::<f64>() / total)
}

fn weighted_mean(
    answers: &[Answer],
    weights: &[f64],
    value: impl Fn(&Answer) -> f64,
) -> Option<f64> {
    let total: f64 = weights.iter().sum();
    let sum: f64 = answers
        .iter()
        .zip(weights)
        .map(|(answer, weight)| weight * value(answer))
        .sum();
    (total > 0.0).then(|| sum / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(label: usize, predicted: usize, confidence: f32) -> Answer {
        Answer {
            label,
            predicted,
            confidence,
            negative_log_likelihood: 0.0,
        }
    }

    #[test]
    fn an_answer_by_hand() {
        // Odds 1 : 3 : 0.
        let answer = Answer::new(&[0.0, 3.0_f32.ln(), -200.0], 0);
        assert_eq!((answer.label, answer.predicted), (0, 1));
        assert!((answer.confidence - 0.75).abs() < 1e-6);
        assert!((answer.negative_log_likelihood - 4.0_f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn accuracy_and_macro_f1_by_hand() {
        // Class 0: TP 2, FP 1, FN 0 → 4/5. Class 1: TP 0, FP 1, FN 1 → 0. Class 2: TP 0, FP 0,
        // FN 1 → 0. Class 3 does not occur.
        let answers = [
            answer(0, 0, 0.9),
            answer(0, 0, 0.9),
            answer(1, 0, 0.9),
            answer(2, 1, 0.9),
        ];
        let ones = [1.0; 4];
        assert_eq!(accuracy(&answers, &ones), Some(0.5));
        assert!((macro_f1(&answers, &ones).unwrap() - 0.8 / 3.0).abs() < 1e-15);
        // Without the last two, class 0 alone is left.
        assert_eq!(macro_f1(&answers, &[1.0, 1.0, 0.0, 0.0]), Some(1.0));
    }

    #[test]
    fn the_commonest_class_by_hand() {
        let answers = [answer(0, 1, 0.9), answer(2, 1, 0.9), answer(2, 2, 0.9)];
        assert_eq!(majority_accuracy(&answers, &[1.0; 3]), Some(2.0 / 3.0));
        assert_eq!(majority_accuracy(&answers, &[4.0, 0.0, 1.0]), Some(0.8));
    }

    #[test]
    fn calibration_by_hand() {
        // Bin (0.8, 0.867]: 0.85 right, 0.85 wrong → |1 − 1.7| = 0.7. Bin (0.533, 0.6]: 0.6 right
        // → 0.4. Over 3 answers: 1.1/3.
        let answers = [answer(0, 0, 0.85), answer(0, 1, 0.85), answer(1, 1, 0.6)];
        let error = calibration_error(&answers, &[1.0; 3]).unwrap();
        assert!((error - 1.1 / 3.0).abs() < 1e-7, "{error}");
    }

    #[test]
    fn bounds_of_confidence_have_a_bin() {
        assert_eq!(calibration_error(&[answer(0, 0, 1.0)], &[1.0]), Some(0.0));
        assert_eq!(calibration_error(&[answer(0, 1, 0.0)], &[1.0]), Some(0.0));
    }

    #[test]
    fn a_weight_of_two_is_the_same_answer_twice() {
        let [a, b] = [answer(0, 1, 0.7), answer(1, 1, 0.6)];
        for measure in [accuracy, majority_accuracy, macro_f1, calibration_error] {
            let weighted = measure(&[a, b], &[2.0, 1.0]).unwrap();
            let twice = measure(&[a, b, a], &[1.0; 3]).unwrap();
            assert!((weighted - twice).abs() < 1e-15);
        }
    }

    #[test]
    fn no_answers_no_measures() {
        for measure in [
            accuracy,
            majority_accuracy,
            macro_f1,
            mean_negative_log_likelihood,
            calibration_error,
        ] {
            assert_eq!(measure(&[], &[]), None);
            assert_eq!(measure(&[answer(0, 0, 0.5)], &[0.0]), None);
        }
    }
}
