//! A tokenizer's word pieces, and how it reads a text, from `tokenizer.json` or `vocab.txt`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::HuggingFaceError;
use crate::package::Files;
use crate::text::{Pieces, Vocabulary};

const JSON: &str = "tokenizer.json";
const LIST: &str = "vocab.txt";
const OPTIONS: &str = "tokenizer_config.json";

/// Pieces by id, and how a text is read.
pub(super) struct PieceTokenizer {
    pub(super) vocabulary: Vocabulary,
    pub(super) reads: Pieces,
}

/// What a normaliser is told.
#[derive(Deserialize)]
#[serde(default)]
struct Normaliser {
    #[serde(alias = "do_lower_case")]
    lowercase: bool,
    strip_accents: Option<bool>,
    #[serde(alias = "tokenize_chinese_chars")]
    handle_chinese_chars: bool,
    clean_text: bool,
}

impl Default for Normaliser {
    fn default() -> Self {
        Self {
            lowercase: true,
            strip_accents: None,
            handle_chinese_chars: true,
            clean_text: true,
        }
    }
}

/// `tokenizer.json`, as far as it matters.
#[derive(Deserialize)]
struct Whole {
    normalizer: Value,
    pre_tokenizer: Value,
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    #[serde(rename = "type")]
    kind: Option<String>,
    continuing_subword_prefix: Option<String>,
    max_input_chars_per_word: Option<usize>,
    vocab: Value,
}

impl PieceTokenizer {
    /// Reads the file that there is, for a table of `rows`.
    pub(super) fn read(files: &Files, rows: usize) -> Result<Self, HuggingFaceError> {
        let (words, normaliser) = match (files.get(JSON), files.get(LIST)) {
            (Some(json), _) => whole(json)?,
            (None, Some(list)) => (listed(list), options(files)?),
            (None, None) => {
                return Err(HuggingFaceError::Missing(
                    "the folder has neither tokenizer.json nor vocab.txt",
                ));
            }
        };
        let vocabulary = filled(words, rows)?;
        let id = |name: &str| {
            let place = vocabulary.words().iter().position(|word| word == name);
            let unnamed = || HuggingFaceError::unsupported(format!("the vocabulary has no {name}"));
            Ok::<u32, HuggingFaceError>(place.ok_or_else(unnamed)? as u32)
        };
        if id("[PAD]")? != 0 {
            return Err(HuggingFaceError::unsupported(
                "[PAD] is not the first piece",
            ));
        }
        let reads = Pieces {
            lower_case: normaliser.lowercase,
            strip_accents: normaliser.strip_accents.unwrap_or(normaliser.lowercase),
            split_chinese: normaliser.handle_chinese_chars,
            unknown: id("[UNK]")?,
            first: id("[CLS]")?,
            last: id("[SEP]")?,
        };
        Ok(Self { vocabulary, reads })
    }
}

/// The pieces and options of `tokenizer.json`.
fn whole(json: &[u8]) -> Result<(Vec<String>, Normaliser), HuggingFaceError> {
    let bad = |error| HuggingFaceError::Json { name: JSON, error };
    let Whole {
        normalizer,
        pre_tokenizer,
        model,
    } = serde_json::from_slice(json).map_err(bad)?;
    let unsupported = |what: &str| HuggingFaceError::unsupported(format!("{JSON} {what}"));
    if !matches!(model.kind.as_deref(), None | Some("WordPiece"))
        || !matches!(
            model.continuing_subword_prefix.as_deref(),
            None | Some(Pieces::CONTINUES)
        )
        || model.max_input_chars_per_word.unwrap_or(100) != 100
    {
        return Err(unsupported("cuts words in another way than BERT"));
    }
    let kind = |part: &Value| part["type"].as_str().map(str::to_owned);
    if kind(&normalizer).as_deref() != Some("BertNormalizer")
        || kind(&pre_tokenizer).as_deref() != Some("BertPreTokenizer")
    {
        return Err(unsupported("reads texts in another way than BERT"));
    }
    let normaliser: Normaliser = serde_json::from_value(normalizer).map_err(bad)?;
    if !normaliser.clean_text {
        return Err(unsupported("keeps controls in texts"));
    }
    let ids: BTreeMap<String, usize> = serde_json::from_value(model.vocab).map_err(bad)?;
    let mut words = vec![
        String::new();
        ids.values()
            .map(|id| id + 1)
            .max()
            .unwrap_or(0)
            .min(ids.len())
    ];
    for (word, id) in ids {
        let place = words.get_mut(id).filter(|place| place.is_empty());
        *place.ok_or_else(|| unsupported("leaves gaps between the ids of its pieces"))? = word;
    }
    Ok((words, normaliser))
}

/// The pieces of `vocab.txt`, one on each line.
fn listed(list: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(list);
    text.lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// What `tokenizer_config.json` says; the defaults without one.
fn options(files: &Files) -> Result<Normaliser, HuggingFaceError> {
    let bad = |error| HuggingFaceError::Json {
        name: OPTIONS,
        error,
    };
    match files.get(OPTIONS) {
        Some(json) => serde_json::from_slice(json).map_err(bad),
        None => Ok(Normaliser::default()),
    }
}

/// A table has at most so many rows more than there are pieces: it may be rounded up, or hold room for others.
const SPARE: usize = 4096;

/// As many words as there are rows.
fn filled(mut words: Vec<String>, rows: usize) -> Result<Vocabulary, HuggingFaceError> {
    if !(words.len()..=words.len() + SPARE).contains(&rows) {
        return Err(HuggingFaceError::Words {
            words: words.len(),
            rows,
        });
    }
    words.extend((words.len()..rows).map(|row| format!("[row {row}]")));
    Ok(Vocabulary::from_words(words)?)
}
