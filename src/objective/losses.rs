//! The losses of a batch, on a device and as numbers.

use burn::tensor::{Tensor, TensorData, activation::log_softmax};
use serde::{Deserialize, Serialize};

use crate::kernels;
use crate::model::{ReadError, read};

/// The parts of the objective on a device, for each text, `[B, 1]` each, λ not applied.
#[derive(Clone, Debug)]
pub struct Losses {
    /// Cross-entropy.
    pub cross_entropy: Tensor<2>,
    /// L_imp.
    pub importance: Tensor<2>,
    /// L_int.
    pub interaction: Tensor<2>,
    /// The gate guard; 0 for the published family.
    pub guard: Tensor<2>,
    /// The weighted simpler penalties of the batch, `[1]`; `None` if none has a weight.
    pub penalty: Option<Tensor<1>>,
    /// How many texts the mean that is minimised is over: more than these if they are a part of a batch.
    pub texts: usize,
}

/// [`Losses`] as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LossNumbers {
    /// Mean cross-entropy.
    pub cross_entropy: f64,
    /// L_imp.
    pub importance: f64,
    /// L_int.
    pub interaction: f64,
    /// The gate guard.
    pub guard: f64,
}

impl Losses {
    /// The four losses side by side, `[B, 1]` each, without what a gradient needs.
    pub(crate) fn columns(&self) -> Vec<Tensor<2>> {
        let columns = [
            &self.cross_entropy,
            &self.importance,
            &self.interaction,
            &self.guard,
        ];
        columns.map(|column| column.clone().detach()).to_vec()
    }

    /// Reads the means of the four losses over the texts, all at once.
    ///
    /// # Errors
    /// If the device was lost or failed.
    pub async fn read(self) -> Result<LossNumbers, ReadError> {
        let means: Tensor<1> = Tensor::cat(self.columns(), 1).mean_dim(0).squeeze_dim(0);
        let values = read(means).await?;
        let at = |i: usize| f64::from(values[i]);
        Ok(LossNumbers {
            cross_entropy: at(0),
            importance: at(1),
            interaction: at(2),
            guard: at(3),
        })
    }
}

/// Negative log-likelihood of each text's label, `[B, 1]`, from logits `[B, K]`.
pub fn cross_entropy(logits: Tensor<2>, labels: &[usize]) -> Tensor<2> {
    let [texts, classes] = logits.dims();
    let chosen = (0..texts * classes).map(|at| -f32::from(labels[at / classes] == at % classes));
    let chosen = TensorData::new(chosen.collect::<Vec<f32>>(), [texts, classes]);
    let chosen = Tensor::from_data(chosen, &logits.device());
    if let Some(sums) = kernels::sum(&logits, &chosen, kernels::Sum::CrossEntropy) {
        return sums;
    }
    (log_softmax(logits, 1) * chosen).sum_dim(1)
}
