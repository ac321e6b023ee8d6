//! SAFR's two losses for each text, from the family that the model was trained with.

use burn::tensor::Tensor;

use crate::model::{ReadError, Reading, Trace, read};
use crate::objective::{Apart, Pairs, ScaleFree, Space, published, scale_free};

/// The losses of one text by name.
pub(super) type Losses = Vec<(&'static str, f32)>;

/// Both losses on a device by name, `[B, 1]` each, λ not applied, in evaluation mode (soft gate).
///
/// The families read texts differently, so a model has only those of its own family; the scale-free
/// ones in every form, so that models with different forms can be compared.
fn of_batch(trace: &Trace, reading: Reading) -> Vec<(&'static str, Tensor<2>)> {
    if reading == Reading::published(reading.words) {
        let (importance, interaction) = published::losses(trace);
        return vec![
            ("importance/published", importance),
            ("interaction/published", interaction),
        ];
    }
    let form = |space, apart, pairs| {
        let options = ScaleFree {
            space,
            apart,
            pairs,
            ..ScaleFree::PLAIN
        };
        scale_free::losses(trace, &options)
    };
    let (each_other, attended) = form(Space::Mlp, Apart::Important, Pairs::Attended);
    let (all_words, contrasted) = form(Space::Mlp, Apart::All, Pairs::Contrasted);
    let (decisive, decisive_contrasted) = form(Space::Evidence, Apart::All, Pairs::Contrasted);
    let (embeddings, rows) = form(Space::Embedding, Apart::Important, Pairs::Attended);
    vec![
        ("importance/mlp/important", each_other),
        ("importance/mlp/all", all_words),
        ("importance/evidence/all", decisive),
        ("importance/embedding/important", embeddings),
        ("interaction/mlp/attended", attended),
        ("interaction/mlp/contrasted", contrasted),
        ("interaction/evidence/contrasted", decisive_contrasted),
        ("interaction/embedding/attended", rows),
    ]
}

/// Reads the losses of a batch's texts.
///
/// # Errors
/// If the device was lost or failed.
pub(super) async fn losses(trace: &Trace, reading: Reading) -> Result<Vec<Losses>, ReadError> {
    let (names, values): (Vec<_>, Vec<_>) = of_batch(trace, reading).into_iter().unzip();
    let values = read(Tensor::cat(values, 1).flatten(0, 1)).await?;
    let of_text = |values: &[f32]| names.iter().copied().zip(values.iter().copied()).collect();
    Ok(values.chunks_exact(names.len()).map(of_text).collect())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::evaluate::{EncodedExample, evaluate};
    use crate::model::{Batch, Classifier, ModelConfig, Stream, initial_weights};
    use crate::objective::{Family, Objective};
    use crate::text::Tokenizer;

    const TEXTS: [&[u32]; 3] = [&[2, 3, 4, 5], &[6], &[7, 3, 3, 8, 9, 2]];

    fn model(reading: Reading) -> Classifier {
        let config = ModelConfig {
            d_model: 8,
            heads: 2,
            d_ff: 10,
            mask_hidden: 6,
            layers: 2,
            max_len: 7,
            ..ModelConfig::new(12, 2, reading)
        };
        let weights = initial_weights(&config, &mut Stream::new(1));
        Classifier::new(&config, &weights, &burn::tensor::Device::flex()).unwrap()
    }

    fn of(model: &Classifier, texts: &[&[u32]]) -> Vec<Losses> {
        let batch = Batch::new(texts, &model.config, &model.device());
        let trace = model.forward(&batch, None);
        pollster::block_on(losses(&trace, model.config.reading)).unwrap()
    }

    fn mean(texts: &[Losses], name: &str) -> f64 {
        let values = texts.iter().flatten().filter(|loss| loss.0 == name);
        values.map(|loss| f64::from(loss.1)).sum::<f64>() / TEXTS.len() as f64
    }

    #[track_caller]
    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    }

    /// For either family and every form, the mean over texts is the objective's value.
    #[test]
    fn texts_add_up_to_the_objective() {
        let form = |space, apart, pairs| {
            Family::ScaleFree(ScaleFree {
                space,
                apart,
                pairs,
                ..ScaleFree::PLAIN
            })
        };
        let families = [
            (Family::Published, "published", "published"),
            (
                form(Space::Mlp, Apart::Important, Pairs::Attended),
                "mlp/important",
                "mlp/attended",
            ),
            (
                form(Space::Mlp, Apart::All, Pairs::Contrasted),
                "mlp/all",
                "mlp/contrasted",
            ),
            (
                form(Space::Evidence, Apart::All, Pairs::Contrasted),
                "evidence/all",
                "evidence/contrasted",
            ),
            (
                form(Space::Embedding, Apart::Important, Pairs::Attended),
                "embedding/important",
                "embedding/attended",
            ),
        ];
        for (family, importance, interaction) in families {
            let objective = Objective::new(family, 1.0, 1.0);
            let model = model(objective.reading(Tokenizer::Default));
            let examples = TEXTS.map(|ids| EncodedExample::of_words(ids, 0));
            let whole = pollster::block_on(evaluate(&model, &objective, &examples, 8, |_| {}));
            let whole = whole.unwrap();
            let texts = of(&model, &TEXTS);
            close(
                mean(&texts, &format!("importance/{importance}")),
                whole.importance,
            );
            close(
                mean(&texts, &format!("interaction/{interaction}")),
                whole.interaction,
            );
            assert!(whole.importance > 1e-3 && whole.interaction > 1e-3);
        }
    }

    #[test]
    fn a_text_has_the_same_losses_alone() {
        for reading in [
            Reading::published(Tokenizer::Default),
            Reading::scale_free(Tokenizer::Default),
        ] {
            let model = model(reading);
            for (text, together) in TEXTS.iter().zip(of(&model, &TEXTS)) {
                for (alone, together) in of(&model, &[text])[0].iter().zip(&together) {
                    assert_eq!(alone.0, together.0);
                    close(alone.1.into(), together.1.into());
                }
            }
        }
    }
}
