//! What each neuron of the last block does to the logits, exactly, without another forward pass.

use burn::tensor::Tensor;

use crate::model::{Classifier, Pooling, Trace, WriteBack, pool};

/// Changes of the logits when one neuron of the last block is 0 at every position, `[B, F, K]`,
/// one neuron at a time; `trace` is a pass of `model` in evaluation mode.
///
/// If the head reads the neurons, it is minus what they say: −p·u_n·v_nc.
///
/// If they are written back, they are followed only by the norm of y = x + W_2 u, the mean over
/// positions and a linear layer. Without neuron n, y is y − u_n·w_n, where w_n is column n of
/// W_2; with y and w_n minus their own means, the norm turns it into
/// γ(y − u_n·w_n)/√(var y − 2u_n·cov(y, w_n) + u_n²·var w_n + ε) + β, which a class's weights
/// turn into part of a logit. Two matrix products are thus enough for all neurons.
pub fn logit_changes(model: &Classifier, trace: &Trace) -> Tensor<3> {
    let last = trace.layers.len() - 1;
    let (block, layer) = (&model.blocks[last], &trace.layers[last]);
    let [b, l, f] = layer.neurons.dims();
    if let (Some(write), Some(_)) = (&block.write_back, &model.pooler) {
        return changes_before_pooler(model, write, trace);
    }
    let (Some(write), Some(sum)) = (&block.write_back, &layer.sum) else {
        let pooled: Tensor<3> = pool(layer.neurons.clone(), &trace.batch).unsqueeze_dim(2);
        return pooled.neg() * model.head.weight.val().unsqueeze::<3>();
    };
    let positions = b * l;
    let u: Tensor<2> = layer.neurons.clone().reshape([positions, f]);
    let sum: Tensor<2> = centred(sum.clone().reshape([positions, model.config.d_model]));
    let written = centred(write.linear.weight.val());

    let variance = mean_square(sum.clone());
    let variance_written = mean_square(written.clone()).swap_dims(0, 1);
    let width = model.config.d_model as f64;
    let covariance = sum.clone().matmul(written.clone().swap_dims(0, 1)) / width;
    let variance_without =
        (u.clone() * variance_written - covariance * 2.0) * u.clone() + variance.clone();
    let scale = per_deviation(variance, layer.norm_epsilon);
    let scale_without = per_deviation(variance_without, layer.norm_epsilon);

    let gamma: Tensor<2> = write.norm.gamma.val().unsqueeze_dim(1);
    let class_weights = model.head.weight.val() * gamma;
    let from_sum = sum.matmul(class_weights.clone());
    let from_written = written.matmul(class_weights).swap_dims(0, 1);
    let of_class = |class: usize| {
        let whole = from_sum.clone().narrow(1, class, 1);
        let part = u.clone() * from_written.clone().narrow(0, class, 1);
        let change = (whole.clone() - part) * scale_without.clone() - whole * scale.clone();
        pool(change.reshape([b, l, f]), &trace.batch)
    };
    Tensor::stack((0..model.config.classes).map(of_class).collect(), 2)
}

/// Rows minus their means.
fn centred(rows: Tensor<2>) -> Tensor<2> {
    rows.clone() - rows.mean_dim(1)
}

/// Mean squares of rows, `[R, 1]`.
fn mean_square(rows: Tensor<2>) -> Tensor<2> {
    (rows.clone() * rows).mean_dim(1)
}

/// What a norm multiplies by; rounding may bring a variance of 0 just below it.
fn per_deviation(variance: Tensor<2>, norm_epsilon: f64) -> Tensor<2> {
    (variance.clamp_min(0.0) + norm_epsilon).sqrt().recip()
}

/// The changes where a pooler, which is not linear, follows: the readout is computed anew without each neuron.
fn changes_before_pooler(model: &Classifier, write: &WriteBack, trace: &Trace) -> Tensor<3> {
    let layer = trace.last_layer();
    let [b, l, f] = layer.neurons.dims();
    let width = model.config.d_model;
    let sum = layer.sum.clone().expect("neurons are written back");
    let written = write.linear.weight.val().unsqueeze::<3>();
    let read = match model.config.reading.pooling {
        Pooling::First => 1,
        Pooling::All | Pooling::Valid => l,
    };
    let pooled_without = (0..read).map(|place| {
        let row = sum.clone().narrow(1, place, 1);
        let u = layer.neurons.clone().narrow(1, place, 1).swap_dims(1, 2);
        let without = (row - u * written.clone()).reshape([b * f, width]);
        let share = trace.batch.pooled.clone().narrow(1, place, 1);
        write.norm.forward(without).reshape([b, f, width]) * share.unsqueeze_dim(2)
    });
    let pooled = pooled_without.reduce(|sum, part| sum + part);
    let pooled = pooled.expect("a text has a place").reshape([b * f, width]);
    let logits = model.read_out(pooled).reshape([b, f, model.config.classes]);
    logits - trace.logits.clone().unsqueeze_dim(1)
}
