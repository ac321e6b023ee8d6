//! From a data set to what each neuron does on it.

use super::{EncodedExample, MeasureError};
use crate::attribute::logit_changes;
use crate::explain::{Matrix, NeuronStatistics};
use crate::model::{Batch, Classifier, read};

/// Adds up what the neurons of `model`'s last block do on `examples`, whose places are the texts'
/// numbers, `batch_size` at a time in order of length; `progress` is told how many texts are done.
///
/// # Errors
/// If the device was lost or failed, or the model's answer is not a number.
pub async fn neuron_statistics(
    model: &Classifier,
    examples: &[EncodedExample],
    batch_size: usize,
    mut progress: impl FnMut(usize),
) -> Result<NeuronStatistics, MeasureError> {
    let (neurons, classes) = (model.config.d_ff, model.config.classes);
    let device = model.device();
    let mut order: Vec<(usize, &EncodedExample)> = examples.iter().enumerate().collect();
    order.sort_by_key(|(_, example)| example.ids.len());
    let mut statistics = NeuronStatistics::new(neurons, classes);
    for chunk in order.chunks(batch_size) {
        let texts: Vec<&[u32]> = chunk.iter().map(|(_, text)| text.ids.as_slice()).collect();
        let batch = Batch::new(&texts, &model.config, &device);
        let trace = model.forward(&batch, None);
        let changes = read(logit_changes(model, &trace).flatten(0, 2)).await?;
        let traces = trace.read().await?;
        let changes = changes.chunks_exact(neurons * classes);
        for (((number, example), trace), changes) in chunk.iter().zip(&traces).zip(changes) {
            if !trace.is_finite() {
                return Err(MeasureError::NotFinite);
            }
            let changes = Matrix::new(neurons, classes, changes.to_vec());
            statistics.add(*number, example.label, trace, &changes);
        }
        progress(chunk.len());
    }
    Ok(statistics)
}
