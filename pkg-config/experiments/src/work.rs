//! Runs steps several at a time, each after those that make the models it reads.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::runs::State;
use crate::step::Step;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Waiting,
    Running,
    Done,
    Failed,
}

/// Those of the steps at the places `chosen` that are to be run: those not done, and with `renew` those that
/// changed and those made from them; without it, steps that need a changed model wait.
pub(crate) fn to_do(chosen: &[usize], steps: &[Step], states: &[State], renew: bool) -> Vec<usize> {
    let changed = |model| {
        let mut both = steps.iter().zip(states);
        both.any(|(step, state)| *state == State::Changed && step.trains().as_ref() == Some(model))
    };
    let is_to_do = |&at: &usize| {
        let needs_changed = steps[at].needs.iter().any(changed);
        match states[at] {
            State::Changed => renew,
            State::Done(_) => renew && needs_changed,
            State::ToDo | State::Begun => renew || !needs_changed,
        }
    };
    chosen.iter().copied().filter(is_to_do).collect()
}

/// Runs `steps` in order, `jobs` at a time; `run` says whether one succeeded. A step that
/// reads a model whose training failed is not run. Returns the steps that are not done.
pub(crate) fn work<'a>(
    steps: &[&'a Step],
    jobs: usize,
    run: impl Fn(&Step) -> bool + Sync,
) -> Vec<&'a Step> {
    let board = Board {
        steps,
        status: Mutex::new(vec![Status::Waiting; steps.len()]),
        changed: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(at) = board.next() {
                    let succeeded = run(steps[at]);
                    board.end(at, succeeded);
                }
            });
        }
    });
    let status = board.status();
    let ended = steps.iter().zip(status.iter());
    ended
        .filter(|(_, status)| **status != Status::Done)
        .map(|(step, _)| *step)
        .collect()
}

/// Who does what.
struct Board<'a, 'b> {
    steps: &'a [&'b Step],
    status: Mutex<Vec<Status>>,
    changed: Condvar,
}

impl Board<'_, '_> {
    fn status(&self) -> MutexGuard<'_, Vec<Status>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next step to run, as soon as there is one; `None` if there will be none.
    fn next(&self) -> Option<usize> {
        let mut status = self.status();
        loop {
            let ready = |&at: &usize| {
                status[at] == Status::Waiting
                    && self.awaits(at).all(|before| status[before] == Status::Done)
            };
            if let Some(at) = (0..self.steps.len()).find(ready) {
                status[at] = Status::Running;
                return Some(at);
            }
            if !status.contains(&Status::Running) {
                return None;
            }
            let waited = self.changed.wait(status);
            status = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self, at: usize, succeeded: bool) {
        self.status()[at] = if succeeded {
            Status::Done
        } else {
            Status::Failed
        };
        self.changed.notify_all();
    }

    /// The steps that make the models which a step reads.
    fn awaits(&self, at: usize) -> impl Iterator<Item = usize> {
        let steps = self.steps.iter().enumerate();
        let before = steps.filter(move |(_, step)| step.is_needed_by(self.steps[at]));
        before.map(|(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::Result;

    use super::*;
    use crate::plan::Plan;
    use crate::plan::tests::SMALL;
    use crate::step::steps;

    /// Runs the small plan; what was begun and ended, and what is not done.
    fn run(jobs: usize, fails: &str) -> Result<(Vec<String>, Vec<String>)> {
        let steps = steps(&Plan::parse(SMALL)?)?;
        let steps: Vec<&Step> = steps.iter().collect();
        let events = Mutex::new(Vec::new());
        let say = |event: String| events.lock().map(|mut all| all.push(event)).is_ok();
        let left = work(&steps, jobs, |step| {
            say(format!("{step} begins"));
            std::thread::sleep(Duration::from_millis(2));
            say(format!("{step} ends"));
            step.to_string() != fails
        });
        let left = left.iter().map(|step| step.to_string()).collect();
        Ok((events.into_inner()?, left))
    }

    #[test]
    fn what_is_not_done_is_to_do_and_what_changed_if_asked_for() -> Result<()> {
        let steps = steps(&Plan::parse(SMALL)?)?;
        let state = |step: &Step| match step.to_string().as_str() {
            "plain 1 train" | "plain 2 few" | "safr-1-1 2 train" => State::Done(None),
            "safr-1-1 2 whole" | "plain 2 whole" => State::Done(None),
            "plain 1 few" | "plain 2 train" => State::Changed,
            "plain 1 whole" => State::Begun,
            _ => State::ToDo,
        };
        let states: Vec<State> = steps.iter().map(state).collect();
        let of = |names: &[&str], renew| -> Vec<String> {
            let chosen = (0..steps.len()).filter(|&at| names.contains(&steps[at].variant.as_str()));
            let to_do = to_do(&chosen.collect::<Vec<_>>(), &steps, &states, renew);
            to_do.iter().map(|&at| steps[at].to_string()).collect()
        };
        assert_eq!(of(&["plain"], false), ["plain 1 whole"]);
        // What read the second plain model is done again with it.
        assert_eq!(
            of(&["plain"], true),
            [
                "plain 1 whole",
                "plain 1 few",
                "plain 2 train",
                "plain 2 whole",
                "plain 2 few"
            ]
        );
        assert_eq!(of(&["safr-1-1"], false), [""; 0]);
        assert_eq!(of(&["safr-1-1"], true), ["safr-1-1 2 whole"]);
        assert_eq!(
            of(&["safr-10-1"], false),
            ["safr-10-1 2 train"],
            "its reference changed"
        );
        assert_eq!(
            of(&["shuffled"], false),
            ["shuffled 1 few"],
            "its second model changed"
        );
        Ok(())
    }

    #[test]
    fn models_come_before_what_reads_them() -> Result<()> {
        for jobs in [1, 4, 40] {
            let (events, left) = run(jobs, "")?;
            assert!(left.is_empty());
            assert_eq!(events.len(), 2 * 16, "each once");
            let at = |event: &str| events.iter().position(|other| other == event);
            for (before, after) in [
                ("plain 1 train ends", "plain 1 few begins"),
                ("plain 2 train ends", "safr-1-1 2 whole begins"),
                ("safr-1-1 2 train ends", "safr-1-1 2 whole begins"),
                ("plain 1 train ends", "shuffled 1 few begins"),
            ] {
                assert!(
                    at(before).is_some() && at(before) < at(after),
                    "{after}: {events:?}"
                );
            }
        }
        Ok(())
    }

    #[test]
    fn what_needs_a_failed_model_is_not_run_and_the_rest_is() -> Result<()> {
        let (events, left) = run(2, "safr-1-1 2 train")?;
        assert_eq!(left, ["safr-1-1 2 train", "safr-1-1 2 whole"]);
        assert_eq!(events.len(), 2 * 15);
        Ok(())
    }
}
