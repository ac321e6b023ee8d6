//! Evidence: what each neuron, at each word, says for or against a class; an exact part of its logit
//! (method §4.2, §4.4).

use super::{Matrix, TraceNumbers, argmax};

/// What a class is measured by: its log-odds if there are two, which is twice the centred logit,
/// otherwise its centred logit.
pub fn margin_factor(classes: usize) -> f64 {
    if classes == 2 { 2.0 } else { 1.0 }
}

/// Logits minus their mean over the classes, `K`.
pub fn centred(logits: &[f32]) -> Vec<f64> {
    let mean = logits.iter().map(|&logit| f64::from(logit)).sum::<f64>() / logits.len() as f64;
    logits
        .iter()
        .map(|&logit| f64::from(logit) - mean)
        .collect()
}

/// e_in, what neuron n of the block that is shown adds at word i to the margin of `class`, `n × F`.
pub fn evidence(trace: &TraceNumbers, class: usize) -> Matrix {
    let u = &trace.shown_layer().neurons;
    let factor = margin_factor(trace.logits.len()) as f32;
    if let Some(below) = trace.below() {
        let votes = &below.votes[class].values;
        let said = u
            .values
            .iter()
            .zip(votes)
            .map(|(u, vote)| factor * u * vote);
        return Matrix::new(u.rows, u.cols, said.collect());
    }
    let votes = trace.votes.row(class);
    let mut values = Vec::with_capacity(u.values.len());
    for (i, scale) in trace.scales.iter().enumerate() {
        let said = u.row(i).iter().zip(votes);
        values.extend(said.map(|(u, vote)| factor * scale * u * vote));
    }
    Matrix::new(u.rows, u.cols, values)
}

/// z_in = u_in·‖q_n‖, `n × F`: the neurons weighted by how far their votes separate the classes, whichever
/// way. Scaling a neuron by a factor and its votes by the inverse leaves it unchanged.
pub fn weighed(trace: &TraceNumbers) -> Matrix {
    let u = &trace.shown_layer().neurons;
    if let Some(below) = trace.below() {
        return Matrix::from_fn(u.rows, u.cols, |i, n| {
            let squares = below
                .votes
                .iter()
                .map(|votes| f64::from(votes.at(i, n)).powi(2));
            u.at(i, n) * squares.sum::<f64>().sqrt() as f32
        });
    }
    let votes = &trace.votes;
    let norm = |n: usize| {
        let squares = (0..votes.rows).map(|class| f64::from(votes.at(class, n)).powi(2));
        squares.sum::<f64>().sqrt() as f32
    };
    let norms: Vec<f32> = (0..votes.cols).map(norm).collect();
    let mut values = Vec::with_capacity(u.values.len());
    for i in 0..u.rows {
        values.extend(u.row(i).iter().zip(&norms).map(|(u, norm)| u * norm));
    }
    Matrix::new(u.rows, u.cols, values)
}

/// The class that each neuron of the block that is shown votes for, `F`: below the last, where it votes differently from
/// place to place, the one for which it says most in all.
pub(super) fn voted(trace: &TraceNumbers) -> Vec<u32> {
    let u = &trace.shown_layer().neurons;
    let said = |class: usize, n: usize| match trace.below() {
        None => f64::from(trace.votes.at(class, n)),
        Some(below) => {
            let votes = &below.votes[class];
            let said = (0..u.rows).map(|i| f64::from(u.at(i, n) * votes.at(i, n)));
            said.sum()
        }
    };
    let mut of_neuron = vec![0.0; trace.logits.len()];
    let mut voted = |n| {
        for (class, of_class) in of_neuron.iter_mut().enumerate() {
            *of_class = said(class, n);
        }
        argmax(&of_neuron) as u32
    };
    (0..u.cols).map(&mut voted).collect()
}

/// Each neuron's share of all that is said, Σ_i|e_in| / Σ_in|e_in|, `F`; all 0 if nothing is.
pub fn parts(evidence: &Matrix) -> Vec<f64> {
    let mut of_neurons = vec![0.0; evidence.cols];
    for i in 0..evidence.rows {
        for (sum, &said) in of_neurons.iter_mut().zip(evidence.row(i)) {
            *sum += f64::from(said.abs());
        }
    }
    let all: f64 = of_neurons.iter().sum();
    if all > 0.0 {
        of_neurons.iter_mut().for_each(|sum| *sum /= all);
    }
    of_neurons
}

/// What all neurons say at each word, `n` of `n × F`.
pub(super) fn row_sums(evidence: &Matrix) -> Vec<f64> {
    let sum = |i| evidence.row(i).iter().map(|&said| f64::from(said)).sum();
    (0..evidence.rows).map(sum).collect()
}

/// c_i of each word, towards the predicted class, `n`; `None` if the trace has no contributions.
pub fn word_contributions(trace: &TraceNumbers) -> Option<Vec<f64>> {
    let class = argmax(&trace.logits);
    let factor = margin_factor(trace.logits.len());
    let parts = trace.contributions.as_ref()?;
    let of_word = |k| f64::from(parts.of_word(k)[class]) * factor;
    Some((0..trace.ids.len()).map(of_word).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::LayerNumbers;

    fn trace() -> TraceNumbers {
        TraceNumbers {
            ids: vec![7, 8],
            keep: vec![1.0; 2],
            embedding: Matrix::new(2, 1, vec![1.0; 2]),
            layers: vec![LayerNumbers {
                attention: vec![],
                neurons: Matrix::new(2, 3, vec![1., 0., 2., 3., 4., 0.]),
            }],
            logits: vec![1.0, 4.0],
            votes: Matrix::new(2, 3, vec![-1., 3., 0., 1., -3., 0.]),
            scales: vec![0.5, 0.25],
            padding_neurons: vec![],
            contributions: None,
        }
    }

    #[test]
    fn evidence_by_hand() {
        // Of two classes the log-odds: twice the scale times activation times vote.
        let said = evidence(&trace(), 1);
        assert_eq!(said.row(0), [1.0, 0.0, 0.0]);
        assert_eq!(said.row(1), [1.5, -6.0, 0.0]);
        assert_eq!(parts(&said), [2.5 / 8.5, 6.0 / 8.5, 0.0]);
    }

    #[test]
    fn neurons_are_weighed_by_their_votes() {
        let root = 2f32.sqrt();
        let z = weighed(&trace());
        assert_eq!(z.row(0), [root, 0.0, 0.0]);
        assert_eq!(z.row(1), [3.0 * root, 4.0 * 18f32.sqrt(), 0.0]);
    }

    #[test]
    fn silence_has_no_parts() {
        assert_eq!(parts(&Matrix::new(1, 2, vec![0.0; 2])), [0.0; 2]);
        assert_eq!(centred(&[1.0, 4.0]), [-1.5, 1.5]);
    }
}
