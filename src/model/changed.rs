//! A model in which parts of the last block are switched off or turned up (method §4.7).

use std::collections::BTreeMap;

use burn::module::Param;
use burn::tensor::{Tensor, TensorData};

use super::ablation::Ablation;
use super::{Batch, Classifier, Trace};
use crate::explain::Changes;

impl Classifier {
    /// The same model, with what the neurons of its last block say and its heads pass on multiplied by the
    /// factors of `changes`. Activations and attention stay as they are, and so does what they are made of:
    /// an explanation of the changed model is as exact as one of the whole.
    #[must_use]
    pub fn changed(&self, changes: &Changes) -> Self {
        let mut model = self.clone();
        let block = model.blocks.last_mut().expect("a model has a block");
        let head_width = model.config.d_model / block.heads;
        multiply_rows(&mut block.out.weight, &changes.heads, head_width);
        (block.added, model.constants) = (None, None);
        let read = match &mut block.write_back {
            Some(write) => &mut write.linear,
            None => &mut model.head,
        };
        multiply_rows(&mut read.weight, &changes.neurons, 1);
        model
    }

    /// A pass in evaluation mode in which these words of each text have their gates closed.
    pub fn forward_without_words(&self, batch: &Batch, changes: &Changes) -> Trace {
        if changes.words.is_empty() {
            return self.forward(batch, None);
        }
        let [texts, length] = batch.dims();
        let open: Vec<f32> = (0..length)
            .map(|place| f32::from(!changes.words.contains(&place)))
            .collect();
        let data = TensorData::new(open.repeat(texts), [texts, length]);
        let open = Tensor::<2>::from_data(data, &self.device());
        let ablation = Ablation {
            words: Some(open.clone()),
            ..Ablation::default()
        };
        let trace = self.forward_ablated(batch, &ablation);
        Trace {
            keep: trace.keep * open,
            ..trace
        }
    }
}

/// Multiplies the rows of a linear layer's weights by factors, each of `width` rows next to each other.
fn multiply_rows(weight: &mut Param<Tensor<2>>, factors: &BTreeMap<usize, f32>, width: usize) {
    if factors.is_empty() {
        return;
    }
    let values = weight.val();
    let [rows, _] = values.dims();
    let factor = |row: usize| factors.get(&(row / width)).copied().unwrap_or(1.0);
    let factors = TensorData::new((0..rows).map(factor).collect::<Vec<f32>>(), [rows, 1]);
    let factors = Tensor::<2>::from_data(factors, &values.device());
    *weight = Param::from_tensor(values * factors);
}
