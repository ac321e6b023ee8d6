//! Who helps with a step: others that compute the gradients of some of its micro-batches.

use std::collections::VecDeque;
use std::ops::Range;
use std::pin::Pin;

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::adam::Embeddings;
use super::flat::Flat;
use super::micro::{Learner, Step};
use super::{Options, TrainError};
use crate::model::{Classifier, ModelConfig, Weights, WeightsError};

/// How many train at most by default, on as many cores: each holds a copy of the model.
pub const WORKERS: usize = 8;

/// Those who help a [`Trainer`](super::Trainer), each with a [`Helper`]: other threads, or other workers of a page.
pub trait Helpers {
    /// How many there are now.
    fn count(&self) -> usize;

    /// Whether they do all of the work, and leave none to the trainer itself.
    fn do_all(&self) -> bool {
        false
    }

    /// Hands each task to a helper; there are no more tasks than helpers. They are at work when this returns.
    fn ask(&mut self, tasks: Vec<Task>) -> Answers;
}

/// What [`Helper::answer`] gives for each task, in the order of the tasks; `None` if a helper is gone.
pub type Answers = Pin<Box<dyn Future<Output = Option<Vec<Vec<f32>>>>>>;

/// What one helper does in a step.
#[derive(Clone, Debug)]
pub struct Task {
    /// The step and the helper's part in it, as JSON.
    pub work: String,
    /// The parameters that learn, as they are now, and the rows of the word table that are needed.
    pub values: Vec<f32>,
}

/// The small part of a [`Task`].
#[derive(Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) step: Step,
    /// The helper's micro-batches, as nodes of the tree in which all are added up.
    pub(super) nodes: Vec<Range<usize>>,
}

/// A copy of a model in training that computes gradients for a [`Trainer`](super::Trainer).
pub struct Helper {
    model: Classifier,
    flat: Flat,
    embeddings: Embeddings,
    /// How many parameters learn together.
    parameters: usize,
    /// Where tensors without gradients are.
    device: Device,
}

impl Helper {
    /// Helps a run with these options. Of the weights only those matter that do not learn.
    ///
    /// # Errors
    /// If the weights do not fit the config.
    pub fn new(
        options: &Options,
        config: &ModelConfig,
        weights: &Weights,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let model = options.place(config, weights, &device.clone().autodiff())?;
        let embeddings = options.embeddings();
        let (flat, values) = embeddings.flat_of(&model);
        Ok(Self {
            model,
            flat,
            embeddings,
            parameters: values.dims()[0],
            device: values.device(),
        })
    }

    /// The task's parts of the gradient and of the values, one after the other.
    ///
    /// # Errors
    /// If the task is not for a model such as this.
    pub fn answer(&mut self, task: Task) -> Result<Tensor<1>, TrainError> {
        let Task { work, mut values } = task;
        let Work { step, nodes } = serde_json::from_str(&work).map_err(|_| TrainError::Task)?;
        if values.len() < self.parameters {
            return Err(TrainError::Task);
        }
        let rows = values.split_off(self.parameters);
        let rows = self.rows(&step, &nodes, &rows);
        let mut rows = rows.ok_or(TrainError::Task)?;
        let values = TensorData::new(values, [self.parameters]);
        let values = Tensor::from_data(values, &self.device);
        self.model = self.flat.put(self.model.clone(), &values);
        let learner = Learner {
            model: &self.model,
            flat: &self.flat,
            embeddings: self.embeddings,
        };
        let parts = nodes.iter().map(|node| {
            let part = learner.learn(&step, node, |_| rows.pop_front());
            part.joined()
        });
        Ok(Tensor::cat(parts.collect(), 0))
    }

    /// The rows of the words of each micro-batch, from the numbers of all, if they are moved; `None` if these are not
    /// what is needed.
    fn rows(
        &self,
        step: &Step,
        nodes: &[Range<usize>],
        mut rest: &[f32],
    ) -> Option<VecDeque<Tensor<2>>> {
        let width = self.embeddings.width(&self.model);
        let mut rows = VecDeque::new();
        for part in nodes.iter().flat_map(Clone::clone) {
            if part >= step.count() {
                return None;
            }
            if width > 0 {
                let types = step.types(&(part..part + 1), &self.model.config).len();
                let (values, others) = rest.split_at_checked(types * width)?;
                rest = others;
                let values = TensorData::new(values.to_vec(), [types, width]);
                rows.push_back(Tensor::from_data(values, &self.device));
            }
        }
        (rest.is_empty() && !nodes.is_empty()).then_some(rows)
    }
}
