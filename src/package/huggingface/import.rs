//! From the files of a Hugging Face model to a model directory.

use super::HuggingFaceError;
use super::config::Described;
use super::parameters::renamed;
use super::prune::pruned;
use super::tokenizer::PieceTokenizer;
use crate::model::{
    Architecture, Array, ModelConfig, PadEmbedding, Padding, Pooling, PositionVectors, Reading,
    Stream, WORD_TABLE, Weights, WeightsError, check_weights, renew_head,
};
use crate::package::tensors::floats_of;
use crate::package::{Card, Files, Package, names};
use crate::text::Tokenizer;

/// Hidden units of the gate.
const GATE: usize = 64;

/// How far the gate is for keeping everything, in log-odds; 1 to the last bit of a 32-bit float.
const OPEN: f32 = 40.0;

/// What is imported, and as what.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// Id and title of the model; empty: what its config says of it.
    pub id: String,
    /// How many of its first layers are kept; `None`: all.
    pub layers: Option<usize>,
    /// Words whose pieces are kept, and with them what spells anything else; `None`: all pieces are.
    pub words: Option<Vec<String>>,
    /// Names of the classes; `None`: those of its head, or two, if it has none.
    pub classes: Option<Vec<String>>,
    /// Seed of what it does not have: a head, if there is none, and what the gate would learn from.
    pub seed: u64,
}

/// Whether these are files of a Hugging Face model, if not all of them, and not those of a model directory.
pub fn holds_one(files: &Files) -> bool {
    let has = |name: &str| files.contains_key(name);
    let config = files.get(names::CONFIG);
    let of_library = config.is_some_and(|json| names_a_kind(json));
    !has(names::CARD) && (of_library || has("tokenizer.json") || has("vocab.txt"))
}

/// Whether a `config.json` is one of Hugging Face's.
pub fn names_a_kind(config: &[u8]) -> bool {
    let config: Option<serde_json::Value> = serde_json::from_slice(config).ok();
    config.is_some_and(|config| config.get("model_type").is_some())
}

/// Reads `config.json`, `tokenizer.json` or `vocab.txt`, and the tensors: `weights`, or those of
/// `model.safetensors`. The gate's values are all 1.
///
/// # Errors
/// If a file is missing or damaged, or the model is of a kind that cannot be imported.
pub fn import(
    files: &Files,
    weights: Option<Weights>,
    import: &Import,
) -> Result<Package, HuggingFaceError> {
    let config = files.get(names::CONFIG);
    let config = config.ok_or(HuggingFaceError::Missing("there is no config.json"))?;
    let model = Described::read(config)?;
    let layers = import.layers.unwrap_or(model.layers);
    if !(1..=model.layers).contains(&layers) {
        return Err(HuggingFaceError::Layers {
            found: model.layers,
            asked: layers,
        });
    }
    let tokenizer = PieceTokenizer::read(files, model.rows)?;
    let classes = classes(&model, import)?;
    let config = config_of(
        &model,
        layers,
        classes.len(),
        Tokenizer::Pieces(tokenizer.reads),
    );
    config.check()?; // Before anything as large as it says is made.
    let tensors = match weights {
        Some(weights) => weights,
        None => {
            let missing = HuggingFaceError::Missing("there is no model.safetensors");
            floats_of(files.get(names::WEIGHTS).ok_or(missing)?)?
        }
    };
    let mut weights = renamed(&model, layers, tensors)?;
    let (vocabulary, config) = match &import.words {
        None => (tokenizer.vocabulary, config),
        Some(words) => {
            let table = taken(&mut weights, WORD_TABLE, [model.rows, model.d_model])?;
            let all = (&tokenizer.vocabulary, tokenizer.reads);
            let (vocabulary, reads, table) = pruned(words, all, &table)?;
            weights.insert(WORD_TABLE.to_owned(), table);
            let pruned = ModelConfig {
                vocabulary: vocabulary.len(),
                reading: Reading {
                    words: Tokenizer::Pieces(reads),
                    ..config.reading
                },
                ..config
            };
            (vocabulary, pruned)
        }
    };
    let mut stream = Stream::new(import.seed);
    add_gate(&config, &mut weights, &mut stream);
    if model.classes.is_none() {
        renew_head(&config, &mut weights, &mut stream);
    }
    check_weights(&config, &weights)?;
    let id = match import.id.is_empty() {
        true => model.title(),
        false => import.id.clone(),
    };
    Ok(Package {
        card: Card {
            data: "unknown: imported from Hugging Face files".to_owned(),
            seed: None,
            untrained: model.classes.is_none(),
            ..Card::new(id.clone(), id, classes, None)
        },
        gate_values: vec![1.0; config.vocabulary],
        vocabulary,
        config,
        weights,
    })
}

/// A matrix of this shape, taken out of `weights`.
fn taken(weights: &mut Weights, name: &str, shape: [usize; 2]) -> Result<Array, WeightsError> {
    let missing = || WeightsError::Missing(name.to_owned());
    let array = weights.remove(name).ok_or_else(missing)?;
    match array.shape == shape && array.values.len() == shape[0] * shape[1] {
        true => Ok(array),
        false => Err(WeightsError::Shape {
            name: name.to_owned(),
            found: array.shape,
            expected: shape.to_vec(),
        }),
    }
}

fn classes(model: &Described, import: &Import) -> Result<Vec<String>, HuggingFaceError> {
    let numbered = || (0..2).map(|class| format!("class {class}")).collect();
    match (&import.classes, &model.classes) {
        (Some(names), Some(own)) if names.len() != own.len() => Err(HuggingFaceError::Classes {
            names: names.len(),
            classes: own.len(),
        }),
        (Some(names), _) => Ok(names.clone()),
        (None, own) => Ok(own.clone().unwrap_or_else(numbered)),
    }
}

fn config_of(model: &Described, layers: usize, classes: usize, words: Tokenizer) -> ModelConfig {
    let reading = Reading {
        pooling: match &model.classes {
            Some(_) => Pooling::First,
            None => Pooling::Valid,
        },
        padding: Padding::Longest,
        pad_embedding: PadEmbedding::Zero,
        words,
    };
    ModelConfig {
        d_model: model.d_model,
        heads: model.heads,
        d_ff: model.d_ff,
        mask_hidden: GATE,
        layers,
        max_len: model.positions,
        dropout: model.dropout,
        architecture: Architecture {
            activation: model.activation,
            positions: PositionVectors::Learned,
            scaled_embeddings: false,
            embedding_norm: true,
            norm_epsilon: model.norm_epsilon,
            pooler: model.pooler(),
        },
        ..ModelConfig::new(model.rows, classes, reading)
    }
}

/// A gate that keeps everything, whatever it is asked, but whose hidden units differ, to learn from.
fn add_gate(config: &ModelConfig, weights: &mut Weights, stream: &mut Stream) {
    let (hidden, width) = (config.mask_hidden, config.d_model);
    let bound = 1.0 / (width as f32).sqrt();
    let parts = [
        (
            "linear_layer.weight",
            vec![hidden, width],
            stream.uniform(hidden * width, bound),
        ),
        ("linear_layer.bias", vec![hidden], vec![0.0; hidden]),
        ("hidden2p.weight", vec![2, hidden], vec![0.0; 2 * hidden]),
        ("hidden2p.bias", vec![2], vec![-OPEN / 2.0, OPEN / 2.0]),
    ];
    for (name, shape, values) in parts {
        weights.insert(format!("vmask.{name}"), Array { shape, values });
    }
}
