//! How the work of a step is shared out.

use std::collections::BTreeMap;
use std::ops::Range;

use burn::tensor::Tensor;

use super::helper::Work;
use super::micro::{self, Learner, Part, Sizes, Step};
use super::{Helpers, Task, TrainError, Trainer, tree};
use crate::model::read;

impl Trainer {
    /// Lets others help from the next step on. A step's numbers do not depend on it.
    pub fn employ(&mut self, helpers: Box<dyn Helpers>) {
        self.helpers = Some(helpers);
    }

    /// How many have something to do in a step at most, the trainer itself among them: on a GPU only that.
    pub fn most_workers(&self) -> usize {
        let batch = self.origin.options.steps.batch_size;
        batch
            .min(self.train.len())
            .div_ceil(micro::most(&self.device))
            .max(1)
    }

    /// All of a step, each part computed here or by a helper.
    pub(super) async fn learn(&mut self, step: &Step) -> Result<Part, TrainError> {
        let root = 0..step.count();
        let helpers = self.helpers.as_ref();
        let (helpers, leads) = helpers.map_or((0, true), |all| (all.count(), !all.do_all()));
        let mut shares = shares(step.count(), helpers + usize::from(leads));
        if leads {
            shares.pop(); // It computes what nobody else has.
        }
        let nodes = shares.iter().map(|share| tree::nodes(root.clone(), share));
        let nodes: Vec<Vec<Range<usize>>> = nodes.collect();
        let mut parts = BTreeMap::new();
        if !nodes.is_empty() {
            let tasks = self.tasks(step, &nodes).await?;
            let answers = self.helpers.as_mut().map(|helpers| helpers.ask(tasks));
            if leads {
                let from = shares.last().map_or(0, |share| share.end);
                for node in tree::nodes(root.clone(), &(from..root.end)) {
                    let part = self.learner().learn(step, &node, |_| None);
                    parts.insert((node.start, node.end), part);
                }
            }
            let answers = match answers {
                Some(answers) => answers.await,
                None => None,
            };
            match answers.and_then(|answers| self.parts(step, &nodes, answers)) {
                Some(answered) => parts.extend(answered),
                // Whoever does not answer once is not asked again.
                None => self.helpers = None,
            }
        }
        let learner = self.learner();
        let mut known = |node: &Range<usize>| {
            let given = parts.remove(&(node.start, node.end));
            given.or_else(|| (node.len() == 1).then(|| learner.learn(step, node, |_| None)))
        };
        Ok(tree::sum(&root, &mut known, &Part::add).expect("every leaf is known"))
    }

    fn learner(&self) -> Learner<'_> {
        Learner {
            model: &self.model,
            flat: self.optimizer.flat(),
            embeddings: self.optimizer.embeddings(),
        }
    }

    /// What each helper is to do.
    async fn tasks(
        &self,
        step: &Step,
        nodes: &[Vec<Range<usize>>],
    ) -> Result<Vec<Task>, TrainError> {
        let mut tasks = Vec::new();
        for nodes in nodes {
            let mut values = read(self.optimizer.values()).await?;
            if self.width() > 0 {
                for part in nodes.iter().flat_map(Clone::clone) {
                    values.extend(read(self.rows(step, part)).await?);
                }
            }
            let work = Work {
                step: step.clone(),
                nodes: nodes.clone(),
            };
            let work = serde_json::to_string(&work).map_err(|_| TrainError::Task)?;
            tasks.push(Task { work, values });
        }
        Ok(tasks)
    }

    /// The rows of a micro-batch's words in the word table, `[U·R]`.
    fn rows(&self, step: &Step, part: usize) -> Tensor<1> {
        let table = self.model.words.val().without_autodiff();
        let types = step.types(&(part..part + 1), &self.model.config);
        let types = micro::ids(&types, &table.device());
        table.select(0, types).flatten(0, 1)
    }

    /// The parts that were answered; `None` if an answer does not fit its task.
    fn parts(
        &self,
        step: &Step,
        nodes: &[Vec<Range<usize>>],
        answers: Vec<Vec<f32>>,
    ) -> Option<Vec<((usize, usize), Part)>> {
        let values = self.optimizer.values();
        let mut parts = Vec::new();
        if answers.len() != nodes.len() {
            return None;
        }
        for (nodes, mut numbers) in nodes.iter().zip(answers) {
            for node in nodes {
                let sizes = Sizes {
                    parameters: values.dims()[0],
                    rows: (step.types(node, &self.model.config), self.width()),
                };
                if numbers.len() < sizes.count() {
                    return None;
                }
                let others = numbers.split_off(sizes.count());
                let part = Part::cut(numbers, sizes, &values.device());
                parts.push(((node.start, node.end), part));
                numbers = others;
            }
            if !numbers.is_empty() {
                return None;
            }
        }
        Some(parts)
    }

    /// How wide the rows are by which the word table is moved; 0 if it is not.
    fn width(&self) -> usize {
        self.optimizer.embeddings().width(&self.model)
    }
}

/// Shares `parts` out among so many, in their order: the last, who may have more to do besides, gets no more than others.
fn shares(parts: usize, among: usize) -> Vec<Range<usize>> {
    let among = among.min(parts).max(1);
    let (each, more) = (parts / among, parts % among);
    let start = |at: usize| at * each + at.min(more);
    (0..among).map(|at| start(at)..start(at + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_gets_about_as_much_and_nothing_is_left() {
        for count in 1..10 {
            for among in 1..10 {
                let shares = shares(count, among);
                let all: Vec<usize> = shares.iter().flat_map(Clone::clone).collect();
                assert_eq!(all, (0..count).collect::<Vec<_>>());
                assert_eq!(shares.len(), among.min(count));
                let least = shares.iter().map(ExactSizeIterator::len).min();
                assert_eq!(shares.last().map(ExactSizeIterator::len), least);
                assert!(
                    shares.iter().all(|share| Some(share.len() - 1) <= least),
                    "{shares:?}"
                );
            }
        }
    }
}
