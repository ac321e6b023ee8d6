//! Says what is done, what begins and ends, and how long the rest may take.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use workspace::duration::duration;

use crate::runs::State;
use crate::step::Step;
use crate::time::Times;

/// One line for each step that begins or ends.
pub(crate) struct Progress<'a> {
    total: usize,
    jobs: usize,
    rest: Mutex<Rest<'a>>,
}

/// Steps that have not ended, and what is known of how long they take.
struct Rest<'a> {
    steps: Vec<&'a Step>,
    times: Times,
}

impl<'a> Progress<'a> {
    /// Starts with the steps `to_do`; those of `all` that are done tell how long they may take.
    pub(crate) fn new(to_do: &[&'a Step], all: &[Step], states: &[State], jobs: usize) -> Self {
        let rest = Rest {
            steps: to_do.to_vec(),
            times: times(all, states),
        };
        let estimate = rest.times.estimate(rest.steps.iter().copied(), jobs);
        println!("{} steps to do, {estimate}", to_do.len());
        Self {
            total: to_do.len(),
            jobs,
            rest: Mutex::new(rest),
        }
    }

    /// Says that a step begins.
    pub(crate) fn begins(&self, step: &Step) {
        println!("{step}: begins");
    }

    /// Says how a step ended.
    pub(crate) fn ends(&self, step: &Step, result: Result<Option<f64>>) {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let id = step.to_string();
        rest.steps.retain(|other| other.to_string() != id);
        let how = match result {
            Ok(Some(seconds)) => {
                rest.times.add(step, seconds);
                format!("done in {}", duration(seconds))
            }
            Ok(None) => "done after another attempt".to_owned(),
            Err(problem) => format!("FAILED: {problem:#}"),
        };
        let ended = self.total - rest.steps.len();
        let estimate = rest.times.estimate(rest.steps.iter().copied(), self.jobs);
        println!(
            "{step}: {how}; {ended} of {} ended, {estimate} left",
            self.total
        );
    }
}

/// How far the steps `chosen` are, one line per model, and how long the others may take.
pub(crate) fn list(chosen: &[usize], steps: &[Step], states: &[State], jobs: usize) -> String {
    let times = times(steps, states);
    let mut lines = String::new();
    let mut run = None;
    for &at in chosen {
        let step = &steps[at];
        if run.replace((&step.variant, step.seed)) != Some((&step.variant, step.seed)) {
            lines += &format!("\n{} {}", step.variant, step.seed);
        }
        let state = match states[at] {
            State::Done(Some(seconds)) => format!("done in {}", duration(seconds)),
            State::Done(None) => "done".to_owned(),
            State::Changed => "changed".to_owned(),
            state => {
                let begun = if state == State::Begun { "begun, " } else { "" };
                let time = times.of(step);
                let time = time.map_or("unknown".to_owned(), |time| {
                    format!("about {}", duration(time))
                });
                format!("{begun}{time}")
            }
        };
        lines += &format!(" · {} {state}", step.name);
    }
    let is_left = |at: &&usize| !matches!(states[**at], State::Done(_));
    let left: Vec<&Step> = chosen
        .iter()
        .filter(is_left)
        .map(|&at| &steps[at])
        .collect();
    let estimate = times.estimate(left.iter().copied(), jobs);
    format!(
        "{}\n\n{} of {} steps done; the others, {jobs} at a time: {estimate}\n",
        lines.trim_start(),
        chosen.len() - left.len(),
        chosen.len(),
    )
}

/// What the steps that are done took.
fn times(steps: &[Step], states: &[State]) -> Times {
    let mut times = Times::default();
    for (step, state) in steps.iter().zip(states) {
        if let State::Done(Some(seconds)) = state {
            times.add(step, *seconds);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::tests::SMALL;
    use crate::step::steps;

    #[test]
    fn the_list_says_what_is_done_and_what_the_rest_may_take() -> Result<()> {
        let steps = steps(&Plan::parse(SMALL)?)?;
        let mut states = vec![State::ToDo; steps.len()];
        states[0] = State::Done(Some(90.0));
        states[1] = State::Changed;
        states[12] = State::Begun;
        let list = list(&[0, 1, 2, 12], &steps, &states, 2);
        let expected = "plain 1 · train done in 1m 30s · whole changed · few unknown\n\
            plain 2 · train begun, about 1m 30s\n\n\
            1 of 4 steps done; the others, 2 at a time: about 45s, not counting 2 of unknown length\n";
        assert_eq!(list, expected);
        Ok(())
    }
}
