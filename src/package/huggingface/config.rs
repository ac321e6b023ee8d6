//! What a `config.json` of Hugging Face's libraries says about a model.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::HuggingFaceError;
use crate::model::{Activation, Pooler};

/// What the norms of these models add to a variance if their config does not say.
const USUAL_EPSILON: f64 = 1e-12;

/// Kinds of encoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bert,
    DistilBert,
}

/// What is imported.
#[derive(Clone, Debug)]
pub(super) struct Described {
    pub(super) kind: Kind,
    pub(super) rows: usize,
    pub(super) d_model: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    pub(super) d_ff: usize,
    pub(super) positions: usize,
    pub(super) activation: Activation,
    pub(super) norm_epsilon: f64,
    pub(super) dropout: f64,
    /// What its maker called it.
    pub(super) name: Option<String>,
    /// Names of the classes, if there is a head that classifies texts.
    pub(super) classes: Option<Vec<String>>,
}

/// The fields of `config.json`, under the names of both kinds.
#[derive(Deserialize)]
struct Fields {
    model_type: Option<String>,
    #[serde(rename = "_name_or_path")]
    name: Option<String>,
    architectures: Option<Vec<String>>,
    vocab_size: usize,
    #[serde(alias = "dim")]
    hidden_size: usize,
    #[serde(alias = "n_layers")]
    num_hidden_layers: usize,
    #[serde(alias = "n_heads")]
    num_attention_heads: usize,
    #[serde(alias = "hidden_dim")]
    intermediate_size: usize,
    max_position_embeddings: usize,
    #[serde(alias = "activation")]
    hidden_act: String,
    layer_norm_eps: Option<f64>,
    #[serde(alias = "dropout")]
    hidden_dropout_prob: Option<f64>,
    position_embedding_type: Option<String>,
    is_decoder: Option<bool>,
    pad_token_id: Option<u32>,
    id2label: Option<BTreeMap<String, String>>,
    num_labels: Option<usize>,
    problem_type: Option<String>,
}

impl Described {
    /// What to call it: the last part of the name that it was given, or its kind and size.
    pub(super) fn title(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        let last = name.trim_end_matches('/').rsplit('/').next();
        match (last.filter(|last| !last.is_empty()), self.kind) {
            (Some(last), _) => last.to_owned(),
            (None, Kind::Bert) => format!("BERT, {} layers", self.layers),
            (None, Kind::DistilBert) => format!("DistilBERT, {} layers", self.layers),
        }
    }

    /// Reads `config.json`.
    pub(super) fn read(json: &[u8]) -> Result<Self, HuggingFaceError> {
        let fields: Fields = serde_json::from_slice(json).map_err(|error| refusal(json, error))?;
        let kind = fields.kind()?;
        fields.check()?;
        Ok(Self {
            kind,
            classes: fields.classes()?,
            name: fields.name.clone(),
            rows: fields.vocab_size,
            d_model: fields.hidden_size,
            layers: fields.num_hidden_layers,
            heads: fields.num_attention_heads,
            d_ff: fields.intermediate_size,
            positions: fields.max_position_embeddings,
            activation: match fields.hidden_act.as_str() {
                "gelu" => Activation::Gelu,
                "relu" => Activation::Relu,
                other => return Err(says("hidden_act", other)),
            },
            norm_epsilon: fields.layer_norm_eps.unwrap_or(USUAL_EPSILON),
            dropout: fields.hidden_dropout_prob.unwrap_or(0.1),
        })
    }

    /// The layer between pooling and head of a model with one.
    pub(super) fn pooler(&self) -> Option<Pooler> {
        self.classes.as_ref().map(|_| match self.kind {
            Kind::Bert => Pooler::Tanh,
            Kind::DistilBert => Pooler::Relu,
        })
    }
}

impl Fields {
    fn kind(&self) -> Result<Kind, HuggingFaceError> {
        match self.model_type.as_deref() {
            Some("bert") => Ok(Kind::Bert),
            Some("distilbert") => Ok(Kind::DistilBert),
            Some(other) => Err(says("model_type", other)),
            None => Err(HuggingFaceError::unsupported(
                "config.json does not say a model_type",
            )),
        }
    }

    fn check(&self) -> Result<(), HuggingFaceError> {
        let positions = self.position_embedding_type.as_deref();
        if let Some(other) = positions.filter(|&kind| kind != "absolute") {
            return Err(says("position_embedding_type", other));
        }
        if self.is_decoder == Some(true) {
            return Err(says("is_decoder", "true"));
        }
        match self.pad_token_id {
            None | Some(0) => Ok(()),
            Some(other) => Err(says("pad_token_id", &other.to_string())),
        }
    }

    /// Names of the classes, if the model classifies texts.
    fn classes(&self) -> Result<Option<Vec<String>>, HuggingFaceError> {
        let architecture = self.architectures.iter().flatten().next();
        let Some(name) = architecture else {
            return Ok(None);
        };
        // What other heads compute is left out: these stand on the same encoder.
        let alone = ["Model", "ForMaskedLM", "ForPreTraining"];
        if alone.iter().any(|end| name.ends_with(end)) {
            return Ok(None);
        }
        if !name.ends_with("ForSequenceClassification") {
            return Err(says("architectures", name));
        }
        let problem = self.problem_type.as_deref();
        if let Some(other) = problem.filter(|&kind| kind != "single_label_classification") {
            return Err(says("problem_type", other));
        }
        let named = self.id2label.as_ref().map_or(0, BTreeMap::len);
        let count = self.num_labels.unwrap_or(if named > 0 { named } else { 2 });
        if count < 2 {
            return Err(says("num_labels", &count.to_string()));
        }
        let label = |class: usize| {
            let named = self.id2label.as_ref();
            let label = named.and_then(|labels| labels.get(&class.to_string()));
            label.cloned().unwrap_or_else(|| format!("class {class}"))
        };
        Ok(Some((0..count).map(label).collect()))
    }
}

/// A value that is not supported.
fn says(field: &str, value: &str) -> HuggingFaceError {
    HuggingFaceError::unsupported(format!("config.json says {field} = {value}"))
}

/// Why the fields cannot be read: perhaps since the model is of another kind.
fn refusal(json: &[u8], error: serde_json::Error) -> HuggingFaceError {
    #[derive(Deserialize)]
    struct Kinds {
        model_type: String,
    }
    match serde_json::from_slice(json) {
        Ok(Kinds { model_type }) if !["bert", "distilbert"].contains(&model_type.as_str()) => {
            says("model_type", &model_type)
        }
        _ => HuggingFaceError::Json {
            name: "config.json",
            error,
        },
    }
}
