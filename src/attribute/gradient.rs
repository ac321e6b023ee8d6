//! Scores of words from the slope of the prediction.
//!
//! What is differentiated is the **log-odds** of the predicted class, ln p/(1 − p): a class's score
//! alone also moves with what all classes have in common, on which no prediction depends, and the
//! probability is flat where the model is sure. With two classes it is the difference of their scores.
//!
//! It is differentiated with respect to the **gated embeddings** x_v, which are what enters the encoder.
//! So scaling a word's row is scaling its gate, gradient×input is the gate times the slope of the log-odds
//! with respect to the gate, and the baseline of integrated gradients, rows of zero, is a text whose gates
//! are closed. PAD keeps its rows, so that words alone account for the difference.

use burn::tensor::{Tensor, TensorData};

use super::passes::texts_a_batch;
use crate::explain::{argmax, softmax};
use crate::model::{Batch, Classifier, ReadError, read};
use crate::text::Encoded;

/// Gradient×input of each of a text's `n` words, `n`: Σ_e x_ie·∂F/∂x_ie, with F the log-odds of the
/// predicted class.
///
/// # Errors
/// If the device was lost or failed.
pub async fn gradient_input(model: &Classifier, text: &Encoded) -> Result<Vec<f64>, ReadError> {
    along_path(model, text, &[1.0]).await
}

/// Integrated gradients (Sundararajan et al., ICML 2017) of each of a text's `n` words, `n`, along
/// the straight path from closed gates, by the midpoint rule with `steps` steps, at least one.
///
/// They add up to the log-odds of the predicted class minus those with all gates closed, the more exactly
/// the more steps there are.
///
/// # Errors
/// If the device was lost or failed.
pub async fn integrated_gradients(
    model: &Classifier,
    text: &Encoded,
    steps: usize,
) -> Result<Vec<f64>, ReadError> {
    let steps = steps.max(1);
    let midpoints: Vec<f32> = (0..steps)
        .map(|step| (step as f32 + 0.5) / steps as f32)
        .collect();
    along_path(model, text, &midpoints).await
}

/// Σ_e x_ie·ḡ_ie for each word, over all of its pieces, where ḡ is the mean of the gradients at α·x, one for each α of
/// `scales`.
async fn along_path(
    model: &Classifier,
    text: &Encoded,
    scales: &[f32],
) -> Result<Vec<f64>, ReadError> {
    let text = text.cut(model.config.max_len);
    let length = text.ids.len();
    if length == 0 {
        return Ok(Vec::new());
    }
    let device = model.device();
    let batch_of = |texts: usize| Batch::new(&vec![&text.ids[..]; texts], &model.config, &device);
    let trace = model.forward(&batch_of(1), None);
    let class = argmax(&softmax(&read(trace.logits.flatten(0, 1)).await?));
    let gated = trace.gated.without_autodiff();
    let mut sum = gated.zeros_like();
    for scales in scales.chunks(texts_a_batch(length, &model.config)) {
        let batch = batch_of(scales.len());
        let alpha = TensorData::new(scales.to_vec(), [scales.len(), 1, 1]);
        let alpha: Tensor<3> = Tensor::from_data(alpha, &device);
        // α for words, 1 for PAD.
        let factors = (alpha - 1.0) * batch.valid.clone().unsqueeze_dim(2) + 1.0;
        let input = (gated.clone() * factors)
            .without_autodiff()
            .autodiff()
            .require_grad();
        let scores = model.forward_gated(&batch, input.clone());
        let gradients = log_odds(scores, class).sum().backward();
        let slopes = input
            .grad(&gradients)
            .expect("the scores depend on the input");
        sum = sum + slopes.sum_dim(0);
    }
    let of_ids: Tensor<2> = (gated * sum).sum_dim(2).squeeze_dim(2);
    let of_ids = read(of_ids.narrow(1, 0, length).flatten(0, 1)).await?;
    let count = scales.len() as f64;
    let of_ids: Vec<f64> = of_ids
        .into_iter()
        .map(|sum| f64::from(sum) / count)
        .collect();
    Ok(text.sums(&of_ids))
}

/// ln p/(1 − p) of `class`, `[B, 1]`, from scores `[B, K]`: its score minus the log of the sum of the
/// others' exponentials.
fn log_odds(scores: Tensor<2>, class: usize) -> Tensor<2> {
    let [_, classes] = scores.dims();
    let others: Vec<i32> = (0..classes)
        .filter(|&other| other != class)
        .map(|other| other as i32)
        .collect();
    let count = others.len();
    let others = Tensor::from_data(TensorData::new(others, [count]), &scores.device());
    let others = scores.clone().select(1, others);
    let largest = others.clone().detach().max_dim(1);
    let log_sum = (others - largest.clone()).exp().sum_dim(1).log() + largest;
    scores.narrow(1, class, 1) - log_sum
}
