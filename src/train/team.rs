//! How the work of a step is shared out.

use std::ops::Range;

use burn::tensor::Tensor;

use super::helper::Work;
use super::micro::{Learner, Part, Step};
use super::{Helpers, Task, TrainError, Trainer};
use crate::model::read;

impl Trainer {
    /// Lets others help from the next step on. A step's numbers do not depend on it.
    pub fn employ(&mut self, helpers: Box<dyn Helpers>) {
        self.helpers = Some(helpers);
    }

    /// All parts of a step, each computed here or by a helper.
    pub(super) async fn learn(&mut self, step: &Step) -> Result<Vec<Part>, TrainError> {
        let parts = step.parts();
        let helpers = self.helpers.as_ref();
        let (helpers, leads) = helpers.map_or((0, true), |all| (all.count(), !all.do_all()));
        let mut shares = shares(&parts, helpers + usize::from(leads));
        let own = match leads {
            true => shares.pop().unwrap_or_default(),
            false => Vec::new(),
        };
        let mut asked = None;
        if !shares.is_empty() {
            let tasks = self.tasks(step, &shares).await?;
            asked = self.helpers.as_mut().map(|helpers| helpers.ask(tasks));
        }
        let learner = self.learner();
        let own = own
            .iter()
            .map(|texts| learner.learn(step, texts.clone(), None));
        let own: Vec<Part> = own.collect();
        let mut all = match asked {
            Some(answers) => match answers
                .await
                .and_then(|all| self.parts(step, &shares, &all))
            {
                Some(parts) => parts,
                None => {
                    // Whoever does not answer once is not asked again.
                    self.helpers = None;
                    let learner = self.learner();
                    let left = shares.concat().into_iter();
                    left.map(|texts| learner.learn(step, texts, None)).collect()
                }
            },
            None => Vec::new(),
        };
        all.extend(own);
        Ok(all)
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
        shares: &[Vec<Range<usize>>],
    ) -> Result<Vec<Task>, TrainError> {
        let by_rows = self.width() > 0;
        let values = read(self.optimizer.values()).await?;
        let table = self.model.words.val().without_autodiff();
        let mut tasks = Vec::new();
        for parts in shares {
            let mut values = values.clone();
            if by_rows {
                for texts in parts {
                    let types = step.types(texts.clone(), &self.model.config);
                    let types: Vec<i32> = types.into_iter().map(u32::cast_signed).collect();
                    let types = Tensor::from_data(types.as_slice(), &table.device());
                    let rows = table.clone().select(0, types);
                    values.extend(read(rows.flatten(0, 1)).await?);
                }
            }
            let work = Work {
                step: step.clone(),
                parts: parts.clone(),
            };
            let work = serde_json::to_string(&work).map_err(|_| TrainError::Task)?;
            tasks.push(Task { work, values });
        }
        Ok(tasks)
    }

    /// The parts that were answered; `None` if an answer does not fit its task.
    fn parts(
        &self,
        step: &Step,
        shares: &[Vec<Range<usize>>],
        answers: &[Vec<f32>],
    ) -> Option<Vec<Part>> {
        let (values, width) = (self.optimizer.values(), self.width());
        let (parameters, device) = (values.dims()[0], values.device());
        let mut all = Vec::new();
        for (parts, answer) in shares.iter().zip(answers) {
            let mut rest = answer.as_slice();
            for texts in parts {
                let types = step.types(texts.clone(), &self.model.config);
                let count = Part::count(parameters, (types.len(), width));
                let (numbers, others) = rest.split_at_checked(count)?;
                rest = others;
                all.push(Part::cut(numbers, parameters, (types, width), &device)?);
            }
            if !rest.is_empty() {
                return None;
            }
        }
        (answers.len() == shares.len()).then_some(all)
    }

    /// How wide the rows are by which the word table is moved; 0 if it is not.
    fn width(&self) -> usize {
        self.optimizer.embeddings().width(&self.model)
    }
}

/// Shares `parts` out among so many, in their order: the last, who has more to do besides, gets no more than others.
fn shares(parts: &[Range<usize>], among: usize) -> Vec<Vec<Range<usize>>> {
    let among = among.min(parts.len()).max(1);
    let (each, more) = (parts.len() / among, parts.len() % among);
    let mut rest = parts.iter().cloned();
    let share = |at: usize| rest.by_ref().take(each + usize::from(at < more)).collect();
    (0..among).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_gets_about_as_much_and_nothing_is_left() {
        for count in 1..10 {
            let parts: Vec<Range<usize>> = (0..count).map(|at| at..at + 1).collect();
            for among in 1..10 {
                let shares = shares(&parts, among);
                assert_eq!(shares.concat(), parts);
                assert_eq!(shares.len(), among.min(count));
                let sizes: Vec<usize> = shares.iter().map(Vec::len).collect();
                let least = *sizes.iter().min().unwrap();
                assert_eq!(sizes.last(), Some(&least));
                assert!(sizes.iter().all(|&size| size - least <= 1), "{sizes:?}");
            }
        }
    }
}
