//! Streams a data set through a model and keeps a small record of every text.

use super::losses::losses;
use super::one_pass::Pass;
use super::{Answer, Column, EncodedExample, Marked, PerText, Section, Value};
use crate::explain::{ByWords, TraceNumbers};
use crate::model::{Batch, Classifier, ReadError, Trace, read};
use crate::text::{Encoded, PAD};

/// A labelled text with what measuring it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its words as the model knows them, and its class.
    pub example: EncodedExample,
    /// The same words as the reference model knows them, if there is one.
    pub reference: Option<Encoded>,
    /// Words that people marked.
    pub marked: Vec<Marked>,
}

/// Why a model cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The device failed.
    #[error(transparent)]
    Device(#[from] ReadError),
    /// The model gives no probabilities.
    #[error(
        "the model answers with numbers that are not finite, since its weights are too large; train it with a lower learning rate, or import it again"
    )]
    NotFinite,
    /// The reference cuts a text at another place.
    #[error(
        "of one text the model reads {model} words, but the reference {reference}; choose two models with the same max_len"
    )]
    Lengths {
        /// Words that the model reads.
        model: usize,
        /// Words that the reference reads.
        reference: usize,
    },
}

/// Measures `model` on `texts` in the chosen `sections` of [`Section::ONE_PASS`], with the words and
/// pairs that `reference` selects as well as the model's own.
///
/// Texts go through `batch_size`, at least one, at a time, longest first, with one readback per
/// batch and one more for its losses, so memory grows with the data set only by one small record per text.
/// `progress` hears how many words are done.
///
/// # Errors
/// If the device was lost or failed, the model's answer is not a number, or the reference reads another number of
/// words.
pub async fn measure(
    model: &Classifier,
    reference: Option<&Classifier>,
    texts: &[Text],
    sections: &[Section],
    batch_size: usize,
    mut progress: impl FnMut(usize),
) -> Result<PerText, MeasureError> {
    let pad_keep = pad_keep(model).await?;
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(texts[at].example.ids.len()));
    let mut answers = vec![None; texts.len()];
    let mut columns = Vec::new();
    for chunk in order.chunks(batch_size) {
        let read = |of: &dyn Fn(&Text) -> Encoded| -> Vec<Encoded> {
            chunk.iter().map(|&at| of(&texts[at])).collect()
        };
        let own = read(&|text| text.example.read(&model.config));
        let passed = forward(model, &own);
        let losses = if sections.contains(&Section::Losses) {
            losses(&passed, model.config.reading).await?
        } else {
            vec![Vec::new(); chunk.len()]
        };
        let contributions = sections
            .contains(&Section::Plausibility)
            .then(|| model.contributions(&passed));
        let traces = passed.read_with(contributions).await?;
        let of_reference = |text: &Text, model: &Classifier| {
            let text = text.reference.as_ref();
            text.map_or_else(Encoded::default, |text| text.cut(model.config.max_len))
        };
        let others = reference.map(|model| read(&|text| of_reference(text, model)));
        let others = others.unwrap_or_default();
        let references = match reference {
            Some(model) => forward(model, &others).read().await?,
            None => Vec::new(),
        };
        for (in_chunk, &at) in chunk.iter().enumerate() {
            let (text, trace, losses) = (&texts[at], &traces[in_chunk], &losses[in_chunk]);
            if !trace.is_finite() {
                return Err(MeasureError::NotFinite);
            }
            let by_words = ByWords::of(trace, &own[in_chunk].places);
            let reference = references.get(in_chunk);
            let reference = reference.map(|trace| ByWords::of(trace, &others[in_chunk].places));
            let reference = reference.as_ref().map(|pass| &*pass.trace);
            check_lengths(&by_words.trace, reference)?;
            let pass = Pass {
                by_words: &by_words,
                reference,
                losses,
                marked: &text.marked,
                pad_keep,
            };
            answers[at] = Some(Answer::new(&trace.logits, text.example.label));
            put(&mut columns, at, texts.len(), pass.values(sections));
            progress(text.example.ids.len());
        }
    }
    Ok(PerText {
        answers: answers.into_iter().flatten().collect(),
        columns,
    })
}

/// One forward pass over a batch.
fn forward(model: &Classifier, texts: &[Encoded]) -> Trace {
    let ids: Vec<&[u32]> = texts.iter().map(|text| &text.ids[..]).collect();
    let batch = Batch::new(&ids, &model.config, &model.device());
    model.forward(&batch, None)
}

/// Keep probability of PAD, which is the same everywhere, like that of every word.
async fn pad_keep(model: &Classifier) -> Result<f32, ReadError> {
    let device = model.device();
    let batch = Batch::new(&[&[PAD]], &model.config, &device);
    let keep = model.forward(&batch, None).keep.narrow(1, 0, 1);
    Ok(read(keep.flatten(0, 1)).await?[0])
}

fn check_lengths(
    trace: &TraceNumbers,
    reference: Option<&TraceNumbers>,
) -> Result<(), MeasureError> {
    let model = trace.keep.len();
    match reference.map(|trace| trace.keep.len()) {
        Some(reference) if reference != model => Err(MeasureError::Lengths { model, reference }),
        _ => Ok(()),
    }
}

/// Writes the values of text number `at` of `texts` into their columns.
fn put(columns: &mut Vec<Column>, at: usize, texts: usize, values: Vec<Value>) {
    if columns.is_empty() {
        columns.extend(values.iter().map(|value| Column {
            section: value.section,
            name: value.name.clone(),
            values: vec![None; texts],
        }));
    }
    for (column, value) in columns.iter_mut().zip(values) {
        column.values[at] = value.value.map(|value| value as f32);
    }
}
