//! What the strengths of neurons do to a prediction, without another pass (method §4.7).

use super::prediction::{argmax, probabilities};
use super::{Changes, Matrix, Prediction, TraceNumbers};

/// What each neuron of the last block adds to the logits of a text, in a model whose head reads nothing but the
/// neurons: there the logits are a sum, and what a neuron's strength does to it is exact.
#[derive(Clone, Debug, PartialEq)]
pub struct Steering {
    /// Logits of the whole model, `K`.
    logits: Vec<f64>,
    /// What each neuron says about each class at all places, padding's among them, `F × K`; centred over the
    /// classes.
    said: Matrix,
}

impl Steering {
    /// That of one pass of a whole model whose head reads the neurons.
    pub fn of(trace: &TraceNumbers) -> Self {
        let u = &trace.last_layer().neurons;
        let mut pooled = trace.padding_neurons.clone();
        pooled.resize(u.cols, 0.0);
        for (i, scale) in trace.scales.iter().enumerate() {
            for (sum, activation) in pooled.iter_mut().zip(u.row(i)) {
                *sum += scale * activation;
            }
        }
        let votes = &trace.votes;
        Self {
            logits: trace.logits.iter().map(|&logit| logit.into()).collect(),
            said: Matrix::from_fn(u.cols, votes.rows, |n, class| {
                pooled[n] * votes.at(class, n)
            }),
        }
    }

    /// The answer with `changes`; `None` if they are not of neurons alone, or there is no such neuron.
    ///
    /// # Panics
    /// If there is not one class for each logit.
    pub fn predict(&self, classes: &[String], changes: &Changes) -> Option<Prediction> {
        assert_eq!(classes.len(), self.logits.len(), "one logit per class");
        let is_here = |&neuron: &usize| neuron < self.said.rows;
        if !changes.is_of_neurons() || !changes.neurons.keys().all(is_here) {
            return None;
        }
        let mut logits = self.logits.clone();
        for (&neuron, strength) in &changes.neurons {
            for (logit, said) in logits.iter_mut().zip(self.said.row(neuron)) {
                *logit += f64::from((strength - 1.0) * said);
            }
        }
        let odds = probabilities(logits.iter().copied());
        Some(Prediction {
            predicted: argmax(&logits),
            ..Prediction::of(classes, odds.iter().map(|&p| p as f32).collect())
        })
    }

    /// The fewest neurons without which another class is predicted, those that say most first; `None` if there is
    /// no such set.
    ///
    /// Whether a rival class wins depends only on the sum of what the neurons say for the predicted class minus what
    /// they say for the rival: for each rival, no set of so many takes more away than those that say most.
    pub fn fewest_to_flip(&self) -> Option<Vec<usize>> {
        let predicted = argmax(&self.logits);
        let rivals = (0..self.logits.len()).filter(|&class| class != predicted);
        rivals
            .filter_map(|rival| self.fewest_for(predicted, rival))
            .min_by_key(Vec::len)
    }

    /// The fewest neurons without which `rival` is ahead of `predicted`.
    fn fewest_for(&self, predicted: usize, rival: usize) -> Option<Vec<usize>> {
        let mut lead = self.logits[predicted] - self.logits[rival];
        let adds = |n: usize| f64::from(self.said.at(n, predicted) - self.said.at(n, rival));
        let mut neurons: Vec<usize> = (0..self.said.rows).filter(|&n| adds(n) > 0.0).collect();
        neurons.sort_by(|&a, &b| adds(b).total_cmp(&adds(a)));
        // On a tie the first class is predicted.
        let is_behind = |lead: f64| lead < 0.0 || (lead == 0.0 && rival < predicted);
        let count = neurons.iter().position(|&n| {
            lead -= adds(n);
            is_behind(lead)
        })?;
        neurons.truncate(count + 1);
        Some(neurons)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn steering(logits: &[f64], said: &[f32]) -> Steering {
        Steering {
            logits: logits.to_vec(),
            said: Matrix::new(said.len() / logits.len(), logits.len(), said.to_vec()),
        }
    }

    fn classes(count: usize) -> Vec<String> {
        (0..count).map(|class| class.to_string()).collect()
    }

    fn changes(neurons: impl Iterator<Item = (usize, f32)>) -> Changes {
        Changes {
            neurons: neurons.collect(),
            ..Changes::NONE
        }
    }

    #[test]
    fn what_is_no_neuron_of_the_model_takes_a_pass() {
        let steering = steering(&[1.0, 0.0], &[0.5, -0.5]);
        for (changes, is_known) in [("neuron:0=2", true), ("neuron:1", false), ("head:0", false)] {
            let found = steering.predict(&classes(2), &changes.parse().unwrap());
            assert_eq!(found.is_some(), is_known, "{changes}");
        }
    }

    #[test]
    fn strengths_by_hand() {
        let steering = steering(&[1.0, 0.0], &[0.5, -0.5, -0.25, 0.25]);
        let odds = |strengths: &[(usize, f32)]| {
            let p = steering
                .predict(&classes(2), &changes(strengths.iter().copied()))
                .unwrap()
                .probabilities;
            (p[0] / p[1]).ln()
        };
        assert!((odds(&[]) - 1.0).abs() < 1e-6);
        assert!((odds(&[(0, 0.0)]) - 0.0).abs() < 1e-6);
        assert!((odds(&[(0, 3.0), (1, 0.0)]) - 3.5).abs() < 1e-6);
    }

    #[test]
    fn the_one_that_says_most_flips_the_class_alone() {
        let said = [0.1, -0.1, 0.6, -0.6, -0.5, 0.5];
        assert_eq!(steering(&[1.0, 0.0], &said).fewest_to_flip(), Some(vec![1]));
        assert_eq!(steering(&[2.0, 0.0], &said).fewest_to_flip(), None);
        // The first class wins a tie.
        let half = [0.5, -0.5];
        assert_eq!(steering(&[1.0, 0.0], &half).fewest_to_flip(), None);
        assert_eq!(
            steering(&[0.0, 1.0], &[-0.5, 0.5]).fewest_to_flip(),
            Some(vec![0])
        );
    }

    proptest! {
        /// Against all sets of neurons.
        #[test]
        fn no_smaller_set_flips_the_class(
            logits in prop::collection::vec(-1f64..1.0, 3),
            said in prop::collection::vec(-1f32..1.0, 3 * 8),
        ) {
            let steering = steering(&logits, &said);
            let predicted = argmax(&logits);
            let flips = |set: u32| {
                let off = changes((0..8).filter(|n| set >> n & 1 == 1).map(|n| (n, 0.0)));
                steering.predict(&classes(3), &off).unwrap().predicted != predicted
            };
            let fewest = (0..256).filter(|&set| flips(set)).map(u32::count_ones).min();
            let found = steering.fewest_to_flip();
            prop_assert_eq!(found.as_ref().map(|found| found.len() as u32), fewest);
            if let Some(found) = found {
                prop_assert!(flips(found.iter().map(|n| 1 << n).sum()));
            }
        }
    }
}
