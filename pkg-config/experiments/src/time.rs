//! How long steps took, and how long the others may take.

use workspace::duration::duration;

use crate::step::Step;

/// Steps that are done, and the seconds that they took.
#[derive(Default)]
pub(crate) struct Times(Vec<(String, String, f64)>);

/// What several steps may take.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Estimate {
    /// Seconds of those steps about which something is known.
    pub(crate) seconds: f64,
    /// The other steps.
    pub(crate) unknown: usize,
}

impl Times {
    /// Remembers what a step took.
    pub(crate) fn add(&mut self, step: &Step, seconds: f64) {
        self.0
            .push((step.variant.clone(), step.name.clone(), seconds));
    }

    /// The mean of what other seeds of the variant took, or otherwise the same step of other variants.
    pub(crate) fn of(&self, step: &Step) -> Option<f64> {
        let alike = self.0.iter().filter(|(_, name, _)| *name == step.name);
        let same = alike
            .clone()
            .filter(|(variant, ..)| *variant == step.variant);
        mean(same.map(|known| known.2)).or_else(|| mean(alike.map(|known| known.2)))
    }

    /// What `steps` may take, `jobs` at a time.
    pub(crate) fn estimate<'a>(
        &self,
        steps: impl Iterator<Item = &'a Step>,
        jobs: usize,
    ) -> Estimate {
        let mut estimate = Estimate::default();
        for step in steps {
            match self.of(step) {
                Some(seconds) => estimate.seconds += seconds / jobs as f64,
                None => estimate.unknown += 1,
            }
        }
        estimate
    }
}

impl std::fmt::Display for Estimate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.unknown, self.seconds > 0.0) {
            (0, _) => write!(f, "about {}", duration(self.seconds)),
            (_, false) => write!(f, "unknown"),
            (unknown, true) => write!(
                f,
                "about {}, not counting {unknown} of unknown length",
                duration(self.seconds)
            ),
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(variant: &str, name: &str) -> Step {
        Step {
            variant: variant.to_owned(),
            seed: 1,
            name: name.to_owned(),
            words: Vec::new(),
            needs: Vec::new(),
        }
    }

    #[test]
    fn estimates_by_hand() {
        let mut times = Times::default();
        let all = [
            step("plain", "train"),
            step("safr", "train"),
            step("safr", "whole"),
        ];
        assert_eq!(times.estimate(all.iter(), 2).to_string(), "unknown");
        times.add(&all[0], 100.0);
        times.add(&all[0], 200.0);
        assert_eq!(times.of(&all[0]), Some(150.0));
        assert_eq!(times.of(&all[1]), Some(150.0), "of another variant");
        times.add(&all[1], 300.0);
        assert_eq!(times.of(&all[1]), Some(300.0));
        let estimate = times.estimate(all.iter(), 2);
        let expected = Estimate {
            seconds: 225.0,
            unknown: 1,
        };
        assert_eq!(estimate, expected);
        assert_eq!(
            estimate.to_string(),
            "about 3m 45s, not counting 1 of unknown length"
        );
        assert_eq!(
            times.estimate(all[..1].iter(), 1).to_string(),
            "about 2m 30s"
        );
    }
}
