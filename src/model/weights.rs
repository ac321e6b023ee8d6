//! A model's parameters as plain arrays under PyTorch's names: what is drawn, stored, loaded
//! and imported, whatever the device.

use std::collections::{BTreeMap, BTreeSet};

use super::{ModelConfig, PositionVectors, Stream};

/// One parameter: its shape in PyTorch's layout, and its values row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Sizes, outermost first; a linear weight is `[out, in]`.
    pub shape: Vec<usize>,
    /// As many values as the sizes multiply to.
    pub values: Vec<f32>,
}

/// Parameters by name (method §2).
pub type Weights = BTreeMap<String, Array>;

/// How a fresh parameter is drawn (PyTorch's defaults, which the published code uses).
enum Initial {
    Normal,
    Uniform { fan_in: usize },
    Constant(f32),
}

/// Names, shapes and initial distributions of every parameter of a model, in a fixed order.
fn layout(config: &ModelConfig) -> Vec<(String, Vec<usize>, Initial)> {
    let (e, f) = (config.d_model, config.d_ff);
    let mut all = vec![(
        "embedding.weight".to_owned(),
        vec![config.vocabulary, config.table_width()],
        Initial::Normal,
    )];
    if config.is_factorised() {
        let rank = config.table_width();
        all.push((
            "embedding.projection.weight".to_owned(),
            vec![e, rank],
            Initial::Uniform { fan_in: rank },
        ));
    }
    let norm = |name: &str| {
        [
            (format!("{name}.weight"), vec![e], Initial::Constant(1.0)),
            (format!("{name}.bias"), vec![e], Initial::Constant(0.0)),
        ]
    };
    if config.architecture.positions == PositionVectors::Learned {
        all.push((
            "positions.weight".to_owned(),
            vec![config.max_len, e],
            Initial::Uniform { fan_in: e },
        ));
    }
    if config.architecture.embedding_norm {
        all.extend(norm("embedding.norm"));
    }
    let mut linear = |name: &str, out: usize, fan_in: usize| {
        all.push((
            format!("{name}.weight"),
            vec![out, fan_in],
            Initial::Uniform { fan_in },
        ));
        all.push((
            format!("{name}.bias"),
            vec![out],
            Initial::Uniform { fan_in },
        ));
    };
    linear("vmask.linear_layer", config.mask_hidden, e);
    linear("vmask.hidden2p", 2, config.mask_hidden);
    for layer in 0..config.layers {
        for part in ["query", "key", "value", "out"] {
            linear(&format!("layers.{layer}.attention.{part}"), e, e);
        }
        linear(&format!("layers.{layer}.ff.linear1"), f, e);
        if config.writes_back(layer) {
            linear(&format!("layers.{layer}.ff.linear2"), e, f);
        }
    }
    if config.architecture.pooler.is_some() {
        linear("pooler", e, e);
    }
    linear("fc", config.classes, config.readout_width());
    for layer in 0..config.layers {
        let norms = ["norm1", "norm2"];
        for name in &norms[..1 + usize::from(config.writes_back(layer))] {
            all.extend(norm(&format!("layers.{layer}.{name}")));
        }
    }
    all
}

/// Names and shapes of a model's parameters, in a fixed order that begins with the word table.
pub fn parameter_shapes(config: &ModelConfig) -> Vec<(String, Vec<usize>)> {
    layout(config)
        .into_iter()
        .map(|(name, shape, _)| (name, shape))
        .collect()
}

/// Number of trained values of a model.
pub fn parameter_count(config: &ModelConfig) -> usize {
    layout(config)
        .iter()
        .map(|(_, shape, _)| shape.iter().product::<usize>())
        .sum()
}

/// Draws a fresh model: embeddings N(0, 1), linear layers uniform within 1/√fan-in, norms 1 and 0.
pub fn initial_weights(config: &ModelConfig, stream: &mut Stream) -> Weights {
    layout(config)
        .into_iter()
        .map(|(name, shape, initial)| {
            let count = shape.iter().product();
            let values = match initial {
                Initial::Normal => stream.normal(count),
                Initial::Uniform { fan_in } => stream.uniform(count, 1.0 / (fan_in as f32).sqrt()),
                Initial::Constant(value) => vec![value; count],
            };
            (name, Array { shape, values })
        })
        .collect()
}

/// Draws a new head for `config`'s number of classes, as that of a fresh model.
pub fn renew_head(config: &ModelConfig, weights: &mut Weights, stream: &mut Stream) {
    let width = config.readout_width();
    let bound = 1.0 / (width as f32).sqrt();
    for (name, shape) in [
        ("fc.weight", vec![config.classes, width]),
        ("fc.bias", vec![config.classes]),
    ] {
        let values = stream.uniform(shape.iter().product(), bound);
        weights.insert(name.to_owned(), Array { shape, values });
    }
}

/// Checks that `weights` are those of a `config` model: every parameter there, of its shape,
/// finite, and none that the model does not have.
///
/// # Errors
/// Names the first parameter that does not fit.
pub fn check_weights(config: &ModelConfig, weights: &Weights) -> Result<(), WeightsError> {
    let expected = layout(config);
    for (name, shape, _) in &expected {
        let array = weights
            .get(name)
            .ok_or_else(|| WeightsError::Missing(name.clone()))?;
        if array.shape != *shape {
            return Err(WeightsError::Shape {
                name: name.clone(),
                found: array.shape.clone(),
                expected: shape.clone(),
            });
        }
        // All of them, several at a time: few files have one that is not.
        let finite = array.values.iter().map(|value| value.is_finite());
        if !finite.fold(true, |all, finite| all & finite) {
            return Err(WeightsError::NotFinite(name.clone()));
        }
    }
    let expected: BTreeSet<&String> = expected.iter().map(|(name, ..)| name).collect();
    match weights.keys().find(|name| !expected.contains(name)) {
        Some(name) => Err(WeightsError::Unknown(name.clone())),
        None => Ok(()),
    }
}

/// Parameters that do not fit their config.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum WeightsError {
    /// A parameter is not there.
    #[error("the weights lack the parameter {0}")]
    Missing(String),
    /// A parameter has another shape.
    #[error("the parameter {name} has shape {found:?}, but the config asks for {expected:?}")]
    Shape {
        /// Name of the parameter.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// Its shape by the config.
        expected: Vec<usize>,
    },
    /// A parameter holds NaN or infinity.
    #[error("the parameter {0} holds numbers that are not finite")]
    NotFinite(String),
    /// A parameter that no such model has.
    #[error("the weights hold {0}, which the config does not ask for")]
    Unknown(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Reading, Readout};
    use crate::text::Tokenizer;

    /// Draws reach up to 1/√fan-in, F where the head reads the neurons, and no further; enough of them come
    /// near.
    #[test]
    fn a_new_head_is_drawn_for_what_it_reads() {
        for (readout, fan_in) in [(Readout::Residual, 8_usize), (Readout::Neurons, 50)] {
            let config = ModelConfig {
                d_model: 8,
                heads: 2,
                d_ff: 50,
                readout,
                ..ModelConfig::new(12, 200, Reading::scale_free(Tokenizer::Default))
            };
            let bound = 1.0 / (fan_in as f32).sqrt();
            let mut weights = initial_weights(&config, &mut Stream::new(1));
            let first = weights.clone();
            renew_head(&config, &mut weights, &mut Stream::new(2));
            assert_eq!(check_weights(&config, &weights), Ok(()));
            for (name, array) in &weights {
                let is_head = name.starts_with("fc.");
                assert_eq!(*array != first[name], is_head, "{name}");
                for array in [array, &first[name]].into_iter().filter(|_| is_head) {
                    let sizes = array.values.iter().map(|value| value.abs());
                    let largest = sizes.fold(0.0, f32::max);
                    assert!(largest <= bound, "{name}: {largest} > {bound}");
                    assert!(largest > 0.9 * bound, "{name}: {largest} of {bound}");
                }
            }
        }
    }
}
