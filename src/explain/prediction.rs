//! Class probabilities from the model's scores.

use super::Prediction;

/// Softmax of `logits`, `K` values that sum to 1; safe for scores of any size.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let probabilities = probabilities(logits.iter().map(|&logit| logit.into()));
    probabilities.iter().map(|&p| p as f32).collect()
}

/// [`softmax`] in double precision, for differences between probabilities.
pub(super) fn probabilities(logits: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let largest = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = logits.map(|score| (score - largest).exp()).collect();
    let sum: f64 = odds.iter().sum();
    odds.iter().map(|odd| odd / sum).collect()
}

/// Index of the largest value, on a tie the first.
pub fn argmax<T: PartialOrd>(values: &[T]) -> usize {
    let mut largest = 0;
    for (at, value) in values.iter().enumerate() {
        if *value > values[largest] {
            largest = at;
        }
    }
    largest
}

/// The model's answer, from one score per class; on a tie the first class is predicted.
///
/// # Panics
/// If there are no classes, or not one score for each.
pub fn predict(classes: &[String], logits: &[f32]) -> Prediction {
    assert!(!classes.is_empty(), "a classifier has classes");
    assert_eq!(classes.len(), logits.len(), "one score per class");
    // From the logits, since probabilities that round to 1 tie.
    Prediction {
        predicted: argmax(logits),
        ..Prediction::of(classes, softmax(logits))
    }
}

impl Prediction {
    /// The answer that `probabilities`, one for each of the `classes`, give; on a tie the first class is
    /// predicted.
    pub fn of(classes: &[String], probabilities: Vec<f32>) -> Self {
        Self {
            classes: classes.to_vec(),
            predicted: argmax(&probabilities),
            probabilities,
        }
    }

    /// Name of the predicted class.
    pub fn class(&self) -> &str {
        &self.classes[self.predicted]
    }
}

/// −ln of the softmax of `logits`, `K` values, at `class`, in nats; finite even if the probability
/// itself rounds to 0.
pub fn negative_log_likelihood(logits: &[f32], class: usize) -> f64 {
    log_sum(logits.iter().map(|&logit| logit.into())) - f64::from(logits[class])
}

/// Log-odds ln p/(1 − p) of the class `class` of at least two, from `logits`, `K` values; finite even if
/// the probability rounds to 0 or 1.
pub fn log_odds(logits: &[f32], class: usize) -> f64 {
    let others = logits
        .iter()
        .enumerate()
        .filter(|&(other, _)| other != class);
    f64::from(logits[class]) - log_sum(others.map(|(_, &logit)| logit.into()))
}

/// Log of the sum of exponentials.
fn log_sum(logits: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    logits
        .map(|logit| (logit - largest).exp())
        .sum::<f64>()
        .ln()
        + largest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_by_hand() {
        let p = softmax(&[0.0, 3.0_f32.ln()]);
        assert!((p[0] - 0.25).abs() < 1e-7 && (p[1] - 0.75).abs() < 1e-7);
    }

    #[test]
    fn huge_scores_stay_finite() {
        assert_eq!(softmax(&[f32::MAX, -f32::MAX]), [1.0, 0.0]);
        assert_eq!(softmax(&[-1e30, -1e30]), [0.5, 0.5]);
    }

    #[test]
    fn likelihood_by_hand() {
        // Odds 1 : 3.
        let logits = [0.0, 3.0_f32.ln()];
        assert!((negative_log_likelihood(&logits, 0) - 4.0_f64.ln()).abs() < 1e-7);
        assert!((negative_log_likelihood(&logits, 1) - (4.0_f64 / 3.0).ln()).abs() < 1e-7);
        assert_eq!(negative_log_likelihood(&[0.0, 1000.0], 0), 1000.0);
    }

    #[test]
    fn log_odds_by_hand() {
        // Odds 1 : 3 : 4.
        let logits = [0.0, 3.0_f32.ln(), 4.0_f32.ln()];
        assert!((log_odds(&logits, 0) - (1.0_f64 / 7.0).ln()).abs() < 1e-7);
        assert!(log_odds(&logits, 2).abs() < 1e-7);
        assert_eq!(log_odds(&[0.0, 1000.0], 1), 1000.0);
        assert_eq!(log_odds(&[-2.5, 1000.0], 0), -1002.5);
    }

    #[test]
    fn the_first_of_equals_is_predicted() {
        let classes = ["negative", "positive"].map(String::from);
        assert_eq!(predict(&classes, &[1.0, 1.0]).predicted, 0);
        assert_eq!(predict(&classes, &[1.0, 2.0]).predicted, 1);
        let barely = predict(&classes, &[0.0, 1e-12]);
        assert_eq!((barely.predicted, barely.probabilities), (1, vec![0.5; 2]));
    }
}
