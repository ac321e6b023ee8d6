//! Which words a model that is to be trained will know.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::files::read_text;
use crate::text::{Example, Vocabulary, WordVectors, Words};

/// Which words a model knows.
#[derive(Args, Clone, Debug)]
pub(super) struct VocabularyOptions {
    /// Least number of times that a word occurs in the training sentences to be known
    #[arg(long, default_value_t = 2)]
    min_frequency: usize,
    /// Know those words of this file, one a line, too that --vectors has a vector for; `safr words`
    /// writes such a file
    #[arg(long, value_name = "FILE")]
    extra_words: Option<PathBuf>,
    /// Words known in all, at which --extra-words is cut off
    #[arg(long, value_name = "N", requires = "extra_words")]
    vocabulary_size: Option<usize>,
}

impl VocabularyOptions {
    /// The words of the training sentences first, then the extra ones, for a model that reads `words`.
    pub(super) fn vocabulary(
        &self,
        sentences: &[Example],
        words: Words,
        vectors: Option<&WordVectors>,
    ) -> anyhow::Result<Vocabulary> {
        let texts = sentences.iter().map(|example| example.words.as_slice());
        let mut vocabulary = Vocabulary::build(texts, self.min_frequency);
        let Some(path) = &self.extra_words else {
            return Ok(vocabulary);
        };
        let vectors = vectors.context(
            "--extra-words needs --vectors: of a word that no training text holds, nothing but its vector is known",
        )?;
        let known = vocabulary.len() - 2;
        let size = self.vocabulary_size.unwrap_or(usize::MAX);
        anyhow::ensure!(
            known <= size,
            "--vocabulary-size is {size}, but the training sentences have {known} words already; raise it, or --min-frequency"
        );
        let listed = read_text(path)?;
        let extra: Vec<String> = listed
            .lines()
            .map(|word| words.normalise(word))
            .filter(|word| vectors.get(word).is_some())
            .collect();
        vocabulary.extend(extra.iter().map(String::as_str), size);
        Ok(vocabulary)
    }
}
