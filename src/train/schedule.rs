//! How the step size, and the weight of everything beside cross-entropy, change along a run.

use serde::{Deserialize, Serialize};

/// Changes along a run, by the part of its most steps (all epochs, whether patience ends it sooner
/// or not) that is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Part of the run over which the weights of all that is beside cross-entropy rise in a straight
    /// line from 0, in [0, 1]: what to keep is chosen once the model has seen what helps.
    pub ramp: f64,
    /// Whether the step size falls in a straight line to 0.
    pub decay: bool,
}

impl Schedule {
    /// Factor of the weights of what is beside cross-entropy, `part` of the run being behind.
    pub(super) fn weight(&self, part: f64) -> f64 {
        if part < self.ramp {
            part / self.ramp
        } else {
            1.0
        }
    }

    /// Factor of the step size, `part` of the run being behind.
    pub(super) fn rate(&self, part: f64) -> f64 {
        if self.decay { 1.0 - part } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_rise_and_steps_fall_in_straight_lines() {
        let schedule = Schedule {
            ramp: 0.5,
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
    fn nothing_changes_by_default() {
        let schedule = Schedule::default();
        for part in [0.0, 0.5, 1.0] {
            assert_eq!((schedule.weight(part), schedule.rate(part)), (1.0, 1.0));
        }
    }
}
