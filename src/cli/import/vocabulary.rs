//! The words of a checkpoint's vocabulary, as people have stored them.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde_json::{Value, from_value};

use crate::text::Vocabulary;

/// Reads a JSON array of words, or an object of words with their ids. The two reserved words may be written
/// differently, such as `<pad>` and `[UNK]`.
///
/// # Errors
/// If it is neither, or leaves an id out.
pub(super) fn read(json: &str) -> anyhow::Result<Vocabulary> {
    const EXPECTED: &str = "it must be a JSON array of words, or an object of words with their ids";
    let stored: Value = serde_json::from_str(json).context(EXPECTED)?;
    let mut words: Vec<String> = match stored.is_object() {
        true => by_id(from_value(stored).ok().context(EXPECTED)?)?,
        false => from_value(stored).ok().context(EXPECTED)?,
    };
    for (word, reserved) in words.iter_mut().zip(["PAD", "UNK"]) {
        let bare = word.trim_matches(['<', '>', '[', ']']);
        if bare.len() < word.len() && bare.eq_ignore_ascii_case(reserved) {
            *word = format!("<{reserved}>");
        }
    }
    Ok(Vocabulary::from_words(words)?)
}

fn by_id(ids: BTreeMap<String, u32>) -> anyhow::Result<Vec<String>> {
    let mut words: Vec<(u32, String)> = ids.into_iter().map(|(word, id)| (id, word)).collect();
    words.sort_unstable();
    for ((id, word), expected) in words.iter().zip(0..) {
        ensure!(
            *id == expected,
            "either no word or two words have the id {}: ids count from 0 without gaps, but {word:?} has {id}",
            expected.min(*id)
        );
    }
    Ok(words.into_iter().map(|(_, word)| word).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(json: &str) -> Result<Vec<String>, String> {
        let vocabulary = read(json).map_err(|error| format!("{error:#}"))?;
        Ok(vocabulary.words().to_vec())
    }

    #[test]
    fn lists_and_numbered_words_are_the_same() {
        let expected = ["<PAD>", "<UNK>", "good", "<pad>"]
            .map(str::to_owned)
            .to_vec();
        for json in [
            r#"["<PAD>", "<UNK>", "good", "<pad>"]"#,
            r#"["[PAD]", "<unk>", "good", "<pad>"]"#,
            r#"{"good": 2, "<unk>": 1, "<pad>": 3, "<PAD>": 0}"#,
        ] {
            assert_eq!(words(json), Ok(expected.clone()), "{json}");
        }
    }

    #[test]
    fn what_numbers_no_words_is_refused() {
        for (json, expected) in [
            (
                r#"{"<PAD>": 0, "<UNK>": 1, "good": 3}"#,
                "either no word or two words have the id 2",
            ),
            (
                r#"{"<PAD>": 0, "<UNK>": 1, "good": 1}"#,
                "either no word or two words have the id 1",
            ),
            (r#"["good", "bad"]"#, "must begin with"),
            ("7", "a JSON array of words"),
        ] {
            let error = words(json).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
