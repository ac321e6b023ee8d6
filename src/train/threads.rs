//! Helpers that are threads of this process.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::micro::most;
use super::{Answers, Helper, Helpers, Task, Trainer};
use crate::model::{Weights, WeightsError};

/// A task, and where its answer goes.
type Call = (Task, Sender<Vec<f32>>);

/// Threads that help until they are dropped.
pub struct Threads(Vec<Sender<Call>>);

impl Threads {
    /// One for each helper.
    pub fn new(helpers: Vec<Helper>) -> Self {
        let start = |helper| {
            let (tasks, calls) = channel();
            thread::spawn(move || help(helper, &calls));
            tasks
        };
        Self(helpers.into_iter().map(start).collect())
    }
}

/// Answers until nobody asks any more. Without an answer, whoever waits for it is told by the end of its channel.
fn help(mut helper: Helper, calls: &Receiver<Call>) {
    for (task, answer) in calls {
        let numbers = helper
            .answer(&task)
            .map(|numbers| numbers.into_data().try_to_vec());
        if let Ok(Ok(numbers)) = numbers {
            // If nobody wants it any more, the run is over.
            let _ = answer.send(numbers);
        }
    }
}

impl Trainer {
    /// Trains in so many threads from the next step on, where that is of use: a GPU takes a batch as a whole. A run's
    /// numbers do not depend on it. `weights` are those that the run started from.
    ///
    /// # Errors
    /// If they do not fit the run's model.
    pub fn train_in(&mut self, threads: usize, weights: &Weights) -> Result<(), WeightsError> {
        let device = self.device.clone().without_autodiff();
        if threads < 2 || most(&device) == usize::MAX {
            return Ok(());
        }
        let (options, config) = (&self.origin.options, &self.origin.model);
        let helpers = (1..threads).map(|_| Helper::new(options, config, weights, &device));
        let helpers = helpers.collect::<Result<Vec<Helper>, _>>()?;
        self.employ(Box::new(Threads::new(helpers)));
        Ok(())
    }
}

impl Helpers for Threads {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn ask(&mut self, tasks: Vec<Task>) -> Answers {
        let calls = self.0.iter().zip(tasks);
        let answers: Vec<Receiver<Vec<f32>>> = calls
            .map(|(thread, task)| {
                let (answer, answered) = channel();
                // A thread that is gone leaves no answer.
                let _ = thread.send((task, answer));
                answered
            })
            .collect();
        Box::pin(async move { answers.iter().map(|answer| answer.recv().ok()).collect() })
    }
}
