//! Who helps with a step: others that compute the gradients of some of its micro-batches.

use std::ops::Range;
use std::pin::Pin;

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::adam::Embeddings;
use super::flat::Flat;
use super::micro::{Learner, Step};
use super::{Options, TrainError};
use crate::model::{Classifier, ModelConfig, Weights, WeightsError};

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
    /// The texts of each of the helper's micro-batches.
    pub(super) parts: Vec<Range<usize>>,
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

    /// The gradients and values of the task's micro-batches, one after the other.
    ///
    /// # Errors
    /// If the task is not for a model such as this.
    pub fn answer(&mut self, task: &Task) -> Result<Tensor<1>, TrainError> {
        let foreign = || TrainError::Task;
        let Work { step, parts } = serde_json::from_str(&task.work).map_err(|_| foreign())?;
        let (values, mut rest) = task
            .values
            .split_at_checked(self.parameters)
            .ok_or_else(foreign)?;
        let values = Tensor::from_data(values, &self.device);
        self.model = self.flat.put(self.model.clone(), &values);
        let learner = Learner {
            model: &self.model,
            flat: &self.flat,
            embeddings: self.embeddings,
        };
        let width = self.embeddings.width(&self.model);
        let mut answers = Vec::new();
        for texts in parts {
            let rows = match width {
                0 => None,
                width => {
                    let types = step.types(texts.clone(), &self.model.config).len();
                    let (rows, others) =
                        rest.split_at_checked(types * width).ok_or_else(foreign)?;
                    rest = others;
                    let rows = TensorData::new(rows.to_vec(), [types, width]);
                    Some(Tensor::from_data(rows, &self.device))
                }
            };
            answers.push(learner.learn(&step, texts, rows).joined());
        }
        Ok(Tensor::cat(answers, 0))
    }
}
