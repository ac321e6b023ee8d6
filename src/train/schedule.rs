//! How the step size, and the weight of everything but cross-entropy, change during a run.

use serde::{Deserialize, Serialize};

/// Changes during a run, by the completed fraction of its maximum number of steps (all epochs, whether
/// or not patience ends it sooner).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Fraction of the run over which the weights of everything but cross-entropy rise linearly from
    /// 0, in [0, 1]: the gate chooses what to keep once the model has seen what helps.
    pub ramp: f64,
    /// Fraction of the run over which the step size rises linearly from 0, in [0, 1].
    #[serde(default)]
    pub warm_up: f64,
    /// Whether the step size then falls linearly to 0.
    pub decay: bool,
}

impl Schedule {
    /// Factor of the weights of everything but cross-entropy when `part` of the run is done.
    pub(super) fn weight(&self, part: f64) -> f64 {
        if part < self.ramp {
            part / self.ramp
        } else {
            1.0
        }
    }

    /// Factor of the step size when `part` of the run is done.
    pub(super) fn rate(&self, part: f64) -> f64 {
        if part < self.warm_up {
            part / self.warm_up
        } else if self.decay {
            (1.0 - part) / (1.0 - self.warm_up).max(f64::MIN_POSITIVE)
        } else {
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_rise_and_steps_fall_in_straight_lines() {
        let schedule = Schedule {
            ramp: 0.5,
            warm_up: 0.0,
            decay: true,
        };
        let weights = [0.0, 0.25, 0.5, 1.0].map(|part| schedule.weight(part));
        assert_eq!(weights, [0.0, 0.5, 1.0, 1.0]);
        assert_eq!(
            [0.0, 0.25, 1.0].map(|part| schedule.rate(part)),
            [1.0, 0.75, 0.0]
        );
    }

    #[test]
    fn steps_rise_before_they_fall_or_stay() {
        let falling = Schedule {
            warm_up: 0.2,
            decay: true,
            ..Schedule::default()
        };
        let rates = [0.0, 0.1, 0.2, 0.6, 1.0].map(|part| falling.rate(part));
        assert_eq!(rates, [0.0, 0.5, 1.0, 0.5, 0.0]);
        let constant = Schedule {
            decay: false,
            ..falling
        };
        assert_eq!([0.1, 0.6].map(|part| constant.rate(part)), [0.5, 1.0]);
        let rising = Schedule {
            warm_up: 1.0,
            ..falling
        };
        assert_eq!([0.5, 1.0].map(|part| rising.rate(part)), [0.5, 0.0]);
    }

    #[test]
    fn nothing_changes_by_default() {
        let schedule = Schedule::default();
        for part in [0.0, 0.5, 1.0] {
            assert_eq!((schedule.weight(part), schedule.rate(part)), (1.0, 1.0));
        }
    }
}
