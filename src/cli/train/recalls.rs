//! How much of each class a trained model recognises.

use crate::evaluate::{Answer, EncodedExample, PerText};
use crate::model::{Batch, Classifier, read};

/// Texts per batch.
const BATCH: usize = 16;

/// The recall of each class of the dev part, in a line.
pub(super) async fn recalls(
    model: &Classifier,
    classes: &[String],
    dev: &[EncodedExample],
) -> anyhow::Result<String> {
    let mut answers = Vec::with_capacity(dev.len());
    for texts in dev.chunks(BATCH) {
        let ids: Vec<&[u32]> = texts.iter().map(|text| text.ids.as_slice()).collect();
        let batch = Batch::new(&ids, &model.config, &model.device());
        let logits = read(model.forward(&batch, None).logits.flatten(0, 1)).await?;
        let logits = logits.chunks_exact(classes.len());
        let answered = logits.zip(texts);
        answers.extend(answered.map(|(logits, text)| Answer::new(logits, text.label)));
    }
    let answers = PerText {
        answers,
        columns: Vec::new(),
    };
    // A recall is a column of its own.
    let columns = answers.with_recalls(classes).columns;
    let recalls = classes.iter().zip(columns).map(|(class, column)| {
        let told: Vec<f32> = column.values.into_iter().flatten().collect();
        match told.len() {
            0 => format!("{class} (no texts)"),
            texts => format!("{class} {:.4}", told.iter().sum::<f32>() / texts as f32),
        }
    });
    Ok(recalls.collect::<Vec<_>>().join(", "))
}
