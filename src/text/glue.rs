//! GLUE's form of SST-2: phrases of the treebank's training sentences, already
//! split into words and in lower case, with the spelling of another edition.

use std::collections::HashSet;
use std::path::Path;

use super::example::Example;
use super::sst::Tree;
use super::table::{Columns, Format, Table, TableError};
use super::tokenize::Tokenizer;
use super::{TextError, read_bytes};

/// Reads GLUE's `train.tsv` or `dev.tsv`, as [`parse`] does. (Its `test.tsv` has no labels.)
///
/// # Errors
/// If the file cannot be read, or is not a table of sentences labelled 0 or 1.
pub fn read(path: &Path, words: Tokenizer) -> Result<Vec<Example>, TextError> {
    parse(&read_bytes(path)?, words).map_err(|error| TextError::Table {
        path: path.to_owned(),
        error,
    })
}

/// Parses a table with the columns `sentence` and `label`: 0 is negative, 1
/// positive. Words are separated by blanks, and normalised for a model that
/// reads `words`, as the treebank's leaves are.
///
/// # Errors
/// Names the first line that cannot be used.
pub fn parse(bytes: &[u8], words: Tokenizer) -> Result<Vec<Example>, TableError> {
    let table = Table::parse(bytes, Format::TABS)?;
    let columns = Columns::choose(&table.columns, Some("sentence"), Some("label"))?;
    let classes = ["0", "1"].map(str::to_owned);
    table
        .labelled(columns)
        .whole()?
        .iter()
        .map(|row| {
            Ok(Example {
                words: row
                    .text
                    .split_ascii_whitespace()
                    .map(|word| words.normalise(word))
                    .collect(),
                label: row.class(&classes)?,
            })
        })
        .collect()
}

/// What `phrases` add to `known` ones: each once, with the label it has first,
/// and without those that are a sentence of `held_out`. A phrase also counts as
/// that sentence if it is merely split differently (`no . .` for `no. .`).
pub fn additions(phrases: Vec<Example>, known: &[Example], held_out: &[Tree]) -> Vec<Example> {
    let sentences: HashSet<String> = held_out.iter().map(|tree| tree.leaves().concat()).collect();
    let mut seen: HashSet<&[String]> = known.iter().map(|phrase| phrase.words.as_slice()).collect();
    phrases
        .iter()
        .filter(|phrase| !sentences.contains(&phrase.words.concat()) && seen.insert(&phrase.words))
        .cloned()
        .collect()
}
