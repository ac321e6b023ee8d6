//! Helpers that are threads of this process.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use super::{Answers, Helper, Helpers, Task, TrainError, Trainer};
use crate::model::Weights;

/// Threads that help until they are dropped.
///
/// Each is a pool of its own, so that what Burn would share out among all cores stays on one: the texts are shared out
/// already.
pub struct Threads(Vec<(ThreadPool, Arc<Mutex<Helper>>)>);

impl Threads {
    /// One for each helper.
    ///
    /// # Errors
    /// If the system starts no more threads.
    pub fn new(helpers: Vec<Helper>) -> Result<Self, ThreadPoolBuildError> {
        let start = |helper| {
            let pool = ThreadPoolBuilder::new().num_threads(1).build()?;
            Ok((pool, Arc::new(Mutex::new(helper))))
        };
        helpers
            .into_iter()
            .map(start)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Without an answer, whoever waits for it is told by the end of its channel.
#[expect(
    clippy::disallowed_methods,
    reason = "a thread can wait, and Flex is done when it returns"
)]
fn help(helper: &Mutex<Helper>, task: Task, answer: &Sender<Vec<f32>>) {
    let mut helper = helper.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers = helper
        .answer(task)
        .map(|numbers| numbers.into_data().try_into_vec());
    if let Ok(Ok(numbers)) = numbers {
        // If nobody wants it any more, the run is over.
        let _ = answer.send(numbers);
    }
}

impl Trainer {
    /// Trains in so many threads from the next step on, where that is of use: a GPU takes a batch as a whole. A run's
    /// numbers do not depend on it. `weights` are those that the run started from.
    ///
    /// # Errors
    /// If they do not fit the run's model, or the system starts no more threads.
    pub fn train_in(&mut self, threads: usize, weights: &Weights) -> Result<(), TrainError> {
        let threads = threads.min(self.most_workers());
        if threads < 2 {
            return Ok(());
        }
        let device = self.device.clone().without_autodiff();
        let (options, config) = (&self.origin.options, &self.origin.model);
        let helpers = (0..threads).map(|_| Helper::new(options, config, weights, &device));
        let helpers = helpers.collect::<Result<Vec<Helper>, _>>()?;
        self.employ(Box::new(Threads::new(helpers)?));
        Ok(())
    }
}

impl Helpers for Threads {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn do_all(&self) -> bool {
        true
    }

    fn ask(&mut self, tasks: Vec<Task>) -> Answers {
        let calls = self.0.iter().zip(tasks);
        let answers: Vec<Receiver<Vec<f32>>> = calls
            .map(|((pool, helper), task)| {
                let (answer, answered) = channel();
                let helper = helper.clone();
                pool.spawn(move || help(&helper, task, &answer));
                answered
            })
            .collect();
        Box::pin(async move { answers.iter().map(|answer| answer.recv().ok()).collect() })
    }
}
